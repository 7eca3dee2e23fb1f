import type { Instant, Milliseconds } from '../../clock.js';
import type { Seen, Wait } from '../../model/rollout/decision.js';
import type { Phase } from '../../model/rollout/action.js';
import type { GateDue, GateResult, StageWait } from '../../model/rollout/gate-answer.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { seconds } from '../../text/duration.js';
import { lastLine } from '../../text/sentence.js';
import { STAGE_WORDS } from '../../text/stage-words.js';
import { limitFrom } from '../memory/unseen-time.js';
import type { LookAndPlan } from '../view.js';
import { asksCalendar, CALENDAR_FRESH_MS, CALENDAR_MOST_MS } from './change-calendar.js';
import { nameOf } from './metrics.js';

/** How long after "not yet" the gate command is asked again. */
const ASKED_AGAIN_MS = 10_000;

/** The same of a metric and of a calendar: CloudWatch has a data point a minute. */
const SERVICE_AGAIN_MS = 30_000;

/** Whether a stage of a group is open: the gate command and the metrics say so, or there are none. */
export type StageState = { readonly kind: 'open' } | { readonly kind: 'failed'; readonly why: string } | Asking;

/** \`waits\`: somebody said "not yet"; absent before the first answer. */
interface Asking {
  readonly kind: 'asking';
  readonly why: string;
  readonly until?: number;
  readonly due: readonly GateDue[];
  readonly waits?: StageWait;
}

const OPEN: StageState = { kind: 'open' };

/** Where the answer at a stage is remembered: each batch is a stage of its own. */
export function gateKey({ group, stage, part, metric, calendar }: Omit<GateDue, 'since'>): string {
  const key = stage === 'batch' ? `${group} batch ${part}` : `${group} ${stage}`;
  if (calendar !== undefined) return `${key} calendar`;
  return metric === undefined ? key : `${key} ${metric.text}`;
}

/** Who is asked: the gate command where neither is named. */
type Voice = Pick<GateDue, 'metric' | 'calendar'>;

/** All that is asked at a stage. */
function voicesOf({ gates }: Plan, stage: GateDue['stage']): readonly Voice[] {
  const { gate, metrics, calendar } = gates ?? {};
  // rule: calendar-unasked
  const keepsTo = calendar !== undefined && calendar.despite === undefined && asksCalendar(stage);
  return [
    ...(gate === undefined ? [] : [{}]),
    ...(metrics?.conditions ?? []).map((metric) => ({ metric })),
    ...(keepsTo ? [{ calendar }] : []),
  ];
}

/** What the gate command and the metrics said of a stage: one that fails fails it, and all have to say yes. */
export function stageState(view: LookAndPlan, due: Omit<GateDue, keyof Voice>): StageState {
  const voices = voicesOf(view.plan, due.stage);
  // rule: gate-skipped
  if (voices.length === 0) return OPEN;
  const states = voices.map((voice) => voiceState(view, { ...due, ...voice }));
  const failed = states.find(({ kind }) => kind === 'failed');
  if (failed !== undefined) return failed;
  const asking = states.filter((state) => state.kind === 'asking');
  const [first] = asking;
  if (first === undefined) return OPEN;
  const waits = asking.find((state) => state.waits !== undefined)?.waits;
  const ends = asking.flatMap(({ until }) => (until === undefined ? [] : [until]));
  return {
    kind: 'asking',
    why: first.why,
    ...(ends.length > 0 && { until: Math.min(...ends) }),
    due: asking.flatMap((state) => state.due),
    ...(waits !== undefined && { waits }),
  };
}

/** What one of them said of a stage. It is asked once, and again while it says "not yet". */
function voiceState({ observed, plan }: LookAndPlan, due: GateDue): StageState {
  const timeoutMs = timeoutOf(plan, due);
  const who = sayVoice(due);
  const last = answerAt(observed.seen, due);
  const at = STAGE_WORDS[due.stage];
  if (last === undefined || isStale(last, observed.at))
    return { kind: 'asking', why: `${who} is asked at ${at}`, due: [due] };
  if (last.said === 'goOn') return OPEN;
  // rule: gate-unheard
  if (last.said === 'fail') return { kind: 'failed', why: `${who} fails ${at}: ${sayAnswer(last)}` };
  const until = limitFrom(observed.seen, last.since, timeoutMs);
  if (observed.at >= until) {
    const late = `${who} said "not yet" at ${at} for ${seconds(timeoutMs)}`;
    return { kind: 'failed', why: `${late}: ${sayAnswer(last)}` };
  }
  const again = observed.at - last.at >= againMs(due);
  return {
    kind: 'asking',
    why: `${who} says "not yet" at ${at}: ${sayAnswer(last)}`,
    ...(Number.isFinite(until) && { until }),
    due: again ? [due] : [],
    waits: waitOf(due, last, until),
  };
}

/** Who says "not yet" where, for people who look on. @param limit when the stage fails for it */
function waitOf({ stage, metric, calendar }: GateDue, { since, opens }: GateResult, limit: Instant): StageWait {
  const on = calendar !== undefined ? 'calendar' : metric !== undefined ? 'metrics' : 'gate';
  const until = calendar === undefined ? limit : opens;
  const isKnown = until !== undefined && Number.isFinite(until);
  return { stage, on, since: Math.round(since), ...(isKnown && { until: Math.round(until) }) };
}

function againMs({ metric, calendar }: Voice): Milliseconds {
  return metric === undefined && calendar === undefined ? ASKED_AGAIN_MS : SERVICE_AGAIN_MS;
}

/** How long one may say "not yet"; at the end of a kept half, for as long as a calendar is closed. */
function timeoutOf({ gates }: Plan, { metric, calendar, stage }: GateDue): Milliseconds {
  if (calendar !== undefined) return stage === 'end' ? Infinity : CALENDAR_MOST_MS;
  return (metric === undefined ? gates?.gate?.timeoutMs : gates?.metrics?.timeoutMs) ?? 0;
}

function sayVoice({ metric, calendar }: Voice): string {
  if (calendar !== undefined) return 'the change calendar';
  return metric === undefined ? 'the gate command' : `the metric ${nameOf(metric.text)}`;
}

/** That a calendar was open a while ago says nothing of now. */
function isStale({ calendar, said, at }: GateResult, now: Instant): boolean {
  // rule: calendar-stale
  return calendar !== undefined && said === 'goOn' && now - at > CALENDAR_FRESH_MS;
}

/** The batch that came with the verdict has passed with it. */
function answerAt({ gates }: Seen, due: GateDue): GateResult | undefined {
  const own = gates[gateKey(due)];
  if (own !== undefined || due.stage !== 'batch') return own;
  const judged = gates[gateKey({ ...due, stage: 'verdict' })];
  return judged?.said === 'goOn' && judged.part === due.part ? judged : undefined;
}

function sayAnswer({ words, output }: GateResult): string {
  return `${words}${lastLine(output)}`;
}

/** The wait for an answer. */
export function askingWait(group: string, phase: Phase, { why, until, due, waits }: Asking): Wait {
  return {
    group,
    phase,
    why,
    instances: [],
    ...(until !== undefined && { until }),
    ...(due.length > 0 && { gate: due }),
    ...(waits !== undefined && { stage: waits }),
  };
}

/** How long to sleep at most, so that it is asked again in time. */
export function nextAsk({ gates }: Seen, at: number): number {
  const open = Object.values(gates).flatMap((one) => {
    const next = one.at + againMs(one);
    return one.said === 'notYet' && at < next ? [dueIn(next, at)] : [];
  });
  return Math.max(100, Math.min(Infinity, ...open));
}

/** How long after a look its time reaches `when`: looks have the time of AWS's answers, which are whole seconds. */
export function dueIn(when: Instant, at: Instant): Milliseconds {
  return Math.ceil(when / 1000) * 1000 - at;
}
