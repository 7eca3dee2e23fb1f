import type { Instant } from '../clock.js';
import type { RunEvent } from '../model/event.js';
import type { HeldState, SeenInstance } from '../engine/diagnosis/diagnose.js';
import type { Finding } from '../model/finding.js';
import type { Awaited, AwaitedInstance } from '../model/rollout/decision.js';
import { withoutStop } from '../text/sentence.js';

/** Reasons kept per instance: the first ones and the last matter. */
const MOST_REASONS = 8;

/** What an instance is last waited for before it is proven; it says nothing of what went wrong. */
const NEARLY: ReadonlySet<Awaited | undefined> = new Set(['warmUp', 'check']);

/** How a restart begins for each instance; what matters is whether it comes back. */
const GOING: ReadonlySet<Awaited | undefined> = new Set(['command', 'draining']);

/** The states in which hooks hold instances, by what is waited for. */
const HELD: Readonly<Partial<Record<Awaited, HeldState>>> = {
  launchHook: 'Pending:Wait',
  terminationHook: 'Terminating:Wait',
};

interface Waited {
  readonly group: string;
  readonly restarted: boolean;
  readonly reasons: readonly (Pick<AwaitedInstance, 'why' | 'awaits'> & { readonly at: Instant })[];
  /** As it was waited for last. */
  readonly last: AwaitedInstance;
}

/** What a run waited for at single instances, through time: when they are gone, nobody else knows. */
export interface HealthHistory {
  /** By instance id. */
  readonly waited: ReadonlyMap<string, Waited>;
  /** The instances that the last look at a group waited for, by group. */
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
}

export const NO_HISTORY: HealthHistory = { waited: new Map(), open: new Map() };

/** The history after an event of that time. Waits of the proving and of a restart are what it is about. */
export function historyAfter(history: HealthHistory, event: RunEvent, at: Instant): HealthHistory {
  if (event.type !== 'group.waiting' || (event.wait.phase !== 'prove' && event.wait.phase !== 'restart'))
    return history;
  const { group, phase, instances } = event.wait;
  const restarted = phase === 'restart';
  const waited = new Map(history.waited);
  for (const instance of instances) {
    const { id } = instance;
    if (restarted && GOING.has(instance.awaits)) continue;
    const known = waited.get(id) ?? { group, restarted, reasons: [] };
    waited.set(id, { ...known, reasons: withReason(known.reasons, instance, at), last: instance });
  }
  return { waited, open: new Map(history.open).set(group, new Set(instances.map(({ id }) => id))) };
}

function withReason(reasons: Waited['reasons'], { why, awaits }: AwaitedInstance, at: Instant): Waited['reasons'] {
  if (reasons.at(-1)?.why === why) return reasons;
  return [...reasons.slice(0, MOST_REASONS - 1), { at, why, ...(awaits !== undefined && { awaits }) }];
}

/** What the history tells of the instances that were not proven. */
export function historyFindings({ waited, open }: HealthHistory): readonly SeenInstance[] {
  const wasProven = (id: string, { group, reasons }: Waited): boolean =>
    NEARLY.has(reasons.at(-1)?.awaits) && open.get(group)?.has(id) !== true;
  return [...waited].filter(([id, one]) => !wasProven(id, one)).map(([id, one]) => seenInstance(id, one));
}

function seenInstance(id: string, one: Waited): SeenInstance {
  const held = one.reasons.flatMap(({ awaits }) => (awaits === undefined ? [] : (HELD[awaits] ?? [])))[0];
  return { finding: finding(id, one), ...(held !== undefined && { held }) };
}

function finding(id: string, { group, restarted, reasons, last }: Waited): Finding {
  const through = reasons
    .map(({ at, why }) => `${withoutStop(why)} (since ${new Date(at).toISOString().slice(11, 19)})`)
    .join(', then ');
  return {
    code: restarted ? 'diagnose.notBack' : 'diagnose.notProven',
    group,
    resource: id,
    ...(reasons[0] !== undefined && { at: reasons[0].at }),
    text: `Instance ${id} of group ${group}: ${through}.`,
    remedy: '',
    evidence: [],
    instance: last,
  };
}
