import type { Instant } from '../../clock.js';
import type { AwaitedInstance, AwaitedState } from '../../model/rollout/decision.js';
import { duration } from '../../text/duration.js';
import { list } from '../../text/list.js';
import { oneLine } from '../../text/plain.js';
import { withoutStop } from '../../text/sentence.js';
import type { Style } from './appearance.js';
import { shortId, shortName } from './short-names.js';

/** What is the same of some instances that are waited for. */
export interface StateGroup {
  /** One or two words, such as `unhealthy`. */
  readonly label: string;
  readonly style: Style;
  /** What is said of each, without times and ids. */
  readonly words: string;
  /** All there is to say, state first and ids last. */
  readonly text: string;
  readonly count: number;
  /** The higher, the more somebody should look. */
  readonly rank: number;
}

const WORDS: Readonly<Record<AwaitedState, { readonly label: string; readonly style: Style; readonly rank: number }>> =
  {
    hopeless: { label: 'can never serve', style: 'bad', rank: 9 },
    unhealthy: { label: 'unhealthy', style: 'bad', rank: 8 },
    checked: { label: 'waits for its check command', style: 'warning', rank: 7 },
    idle: { label: 'set aside', style: 'warning', rank: 6 },
    launching: { label: 'launching', style: 'plain', rank: 4 },
    booting: { label: 'booting', style: 'plain', rank: 3 },
    leaving: { label: 'draining', style: 'plain', rank: 2 },
    warming: { label: 'warming up', style: 'plain', rank: 1 },
  };

/** What came of an instance that was waited for in vain: `unhealthy: failed health checks`. It is young no more. */
export function endState(instance: AwaitedInstance): string {
  const { state } = instance;
  if (state === undefined || state === 'checked') return briefWhy(instance, '');
  if (state === 'launching' || state === 'warming') return `still ${WORDS[state].label}`;
  const { label } = WORDS[state === 'booting' ? 'unhealthy' : state];
  return label + colon(briefReason(instance));
}

/** The instances of a wait, those in the same state together, the worst first. */
export function stateGroups(instances: readonly AwaitedInstance[], stack: string, at: Instant): readonly StateGroup[] {
  const rows = new Map<string, AwaitedInstance[]>();
  for (const instance of instances) {
    const key = keyOf(instance, stack);
    rows.set(key, [...(rows.get(key) ?? []), instance]);
  }
  return [...rows.values()].map((same) => stateGroup(same, stack, at)).sort((a, b) => b.rank - a.rank);
}

function keyOf(instance: AwaitedInstance, stack: string): string {
  const { state, balancer = '', why } = instance;
  if (state === undefined) return `why ${briefWhy(instance, stack)}`;
  const told = state === 'unhealthy' || state === 'hopeless' || state === 'booting';
  if (state === 'checked') return `checked ${why}`;
  return told ? `${state} ${shortName(stack, balancer)} ${briefReason(instance)}` : state;
}

function stateGroup(same: readonly AwaitedInstance[], stack: string, at: Instant): StateGroup {
  const [first = { id: '', why: '' }] = same;
  const { state, balancer, why }: AwaitedInstance = first;
  const ids = list(
    same.map(({ id }) => shortId(id)),
    3,
  );
  if (state === undefined) {
    const text = briefWhy(first, stack);
    return { label: text, style: 'plain', words: text, text: `${text}  ${ids}`, count: same.length, rank: 5 };
  }
  const { label, style, rank } = WORDS[state];
  const told = colon(briefReason(first)) + inBalancer(balancer, stack);
  const words = {
    hopeless: `${label}${told}`,
    unhealthy: balancer === undefined ? 'unhealthy for Auto Scaling' : `${label}${told}`,
    checked: withoutStop(oneLine(why)),
    idle: label,
    launching: label,
    booting: `${label}${told}`,
    leaving: label,
    warming: 'in service, warming up',
  }[state];
  const bad = state === 'unhealthy' || state === 'hopeless';
  return {
    label: bad ? label + colon(briefReason(first)) : label,
    style,
    words,
    text: `${words}${timing(same, state, at)}  ${ids}`,
    count: same.length,
    rank,
  };
}

/** Since its launch, or how much longer, for the one that takes longest. */
function timing(same: readonly AwaitedInstance[], state: AwaitedState, at: Instant): string {
  if (state === 'warming') {
    const proven = Math.max(...same.map(({ provenAt }) => provenAt ?? 0));
    return proven > at ? `, ${duration(proven - at)} to go` : '';
  }
  if (state === 'leaving') return '';
  const launched = Math.min(...same.map(({ launchedAt }) => launchedAt ?? Infinity));
  return Number.isFinite(launched) && launched < at ? `, ${duration(at - launched)} old` : '';
}

function inBalancer(balancer: string | undefined, stack: string): string {
  return balancer === undefined ? '' : ` (${shortName(stack, balancer)})`;
}

function colon(text: string): string {
  return text === '' ? '' : `: ${text}`;
}

/** What the services say of a health check, in two words. Source: ELB API references, reason codes. */
const BRIEF: readonly (readonly [RegExp, string])[] = [
  [/FailedHealthChecks|UnhealthyThreshold/, 'failed health checks'],
  [/Target\.Timeout/, 'health checks time out'],
  [/ResponseCodeMismatch/, 'health checks answer with a wrong status'],
  [/Elb\.RegistrationInProgress|registration is still in progress/i, 'being registered'],
  [/InitialHealthChecking|HealthyThreshold/, 'first health checks'],
  [/NotInUse/, 'its zone or target group is not in use'],
];

/** A balancer's words in brief, without saying anything twice. */
function briefReason({ reason = '', verdict, deleted }: AwaitedInstance): string {
  if (verdict === 'absent' && deleted !== true) return 'being registered';
  const text = withoutStop(oneLine(reason));
  const known = BRIEF.find(([pattern]) => pattern.test(text))?.[1];
  if (known === undefined) return text.replace(/^(?:[A-Za-z]+\.[A-Za-z]+|OutOfService): /, '');
  const [, status] = /codes?: \[(\d+)\]/.exec(text) ?? [];
  return status === undefined ? known : `${known} (${status})`;
}

/** A reason that has no state: a balancer's name and what it says, each in brief. */
function briefWhy({ why, balancer, verdict, reason = '' }: AwaitedInstance, stack: string): string {
  if (balancer === undefined || verdict === undefined) return withoutStop(oneLine(why));
  const said = withoutStop(oneLine(`${verdict}${reason === '' ? '' : ` (${reason})`}`));
  return `${said} (${shortName(stack, balancer)})`;
}
