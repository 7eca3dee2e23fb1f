import type { Instant } from '../../clock.js';
import { command, commandLine, type NextCommand } from '../../text/commands/next-command.js';
import { remedyText, type Remedy } from '../../text/commands/remedy.js';
import { afterRollBack } from '../../decide/diagnosis/after-roll-back.js';
import { isAway, notInService, split, verdictOf } from '../../decide/instances/classify.js';
import { firstHelp } from '../../decide/diagnosis/marked.js';
import { resumeFirst } from '../../decide/diagnosis/suspended.js';
import { deletedBalancers } from '../../decide/instances/deleted-balancers.js';
import type { Observed } from '../../model/rollout/decision.js';
import { hasNone, noneThere } from '../../decide/instances/none-there.js';
import { missedActions } from '../../decide/outlook/held-back.js';
import { currencyOf, sayOutdated } from '../../decide/instances/outdated.js';
import { keepsOld, keptHalf, keptUntil } from '../../decide/gates/kept-half.js';
import { pauseEnd } from '../../decide/gates/pause-end.js';
import { resumeWith } from '../../decide/outlook/again-words.js';
import { sayPause, sayStageWait } from '../../decide/outlook/waits-at.js';
import { healthChecksOf } from '../../decide/outlook/expected-time.js';
import { NUMBERS } from '../../config/numbers.js';
import { duration } from '../../text/duration.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import { whoServes } from '../../decide/instances/who-serves.js';
import { sayCounts } from '../../model/rollout/group-words.js';
import type { Serving } from '../../model/rollout/serving.js';
import { count } from '../../text/count.js';
import { placedInSentence, withPlace, type Place } from '../../run/place.js';
import type { Group, HealthVerdict, Instance, Size } from '../../model/rollout/group.js';
import type { FrozenNote, Lease, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import type { Stack } from '../../model/stack/stack.js';
import { capital, sentence, withoutStop } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';

/** Where an instance belongs: to a rollout's halves while there is a record, otherwise by its configuration. */
type Side = 'old' | 'new' | 'leaving' | 'parked' | 'current' | 'outdated' | 'unknown';

interface InstanceStatus {
  readonly id: string;
  readonly zone: string;
  readonly lifecycle: string;
  readonly side: Side;
  /** What it was launched from, such as `lt/lt-0123:4`. */
  readonly configuration: string;
  readonly launchedAt?: number;
  readonly inService: boolean;
  /** Why it is not in service, in AWS's words; '' when it is. */
  readonly why: string;
  readonly health: readonly {
    readonly balancer: string;
    readonly judged: boolean;
    readonly verdict: HealthVerdict;
    readonly reason: string;
  }[];
}

/**
 * Where a group stands, in one word for scripts. `interrupted`: a rollout whose holder is gone, or shows no sign of
 * life;
 * `kept`: promoted, and the old half can serve again until its time is over;
 * `frozen`: rolled back, with processes left suspended; `unreadable`: it carries a note of another version.
 */
export type GroupState = 'atRest' | 'underWay' | 'interrupted' | 'kept' | 'frozen' | 'unreadable';

export interface GroupStatus {
  readonly name: string;
  readonly state: GroupState;
  readonly size: Size;
  /** How many instances are in service, and how many run another configuration than the group's. */
  readonly inService: number;
  readonly outdated: number;
  /** Who serves by the balancers' word, old and new told apart while a rollout is under way. */
  readonly serving: Serving;
  /** The same in words. */
  readonly serves: string;
  readonly suspended: readonly string[];
  readonly configurations: readonly string[];
  readonly balancers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly judged: boolean;
    readonly note: string;
  }[];
  readonly instances: readonly InstanceStatus[];
  readonly record?: RolloutRecord;
  readonly verdict?: Verdict;
  readonly lease?: Lease;
  readonly frozen?: FrozenNote;
  readonly unreadable?: string;
  /** What stands out, as sentences. */
  readonly remarks: readonly string[];
  /** The commands that help, when something does. */
  readonly next: readonly string[];
}

export interface Circumstances {
  readonly at: number;
  /** Absent when the groups were asked for by name. */
  readonly stack?: Pick<Stack, 'name' | 'status'>;
  readonly place: Place;
  readonly holderIsGone: (lease: Lease) => boolean;
  /** Launches that failed, where a group has no instances. */
  readonly failures: Observed['failures'];
  /** Scheduled actions that a rollout or a freeze holds back. */
  readonly schedules?: Observed['schedules'];
}

/** One group, with what its notes mean and which command helps. */
export function groupStatus(group: Group, around: Circumstances): GroupStatus {
  const sides = sidesOf(group);
  const serving = whoServes(group);
  const instances = group.instances.map((instance) => instanceStatus(group, instance, sides));
  return {
    name: group.name,
    state: stateOf(group, around),
    size: group.size,
    inService: instances.filter((instance) => instance.inService).length,
    outdated: instances.filter(({ side }) => side === 'outdated').length,
    serving,
    serves: sayCounts(serving),
    suspended: group.suspended,
    configurations: group.configurations,
    balancers: group.balancers.map(({ name, kind, judged, note }) => ({ name, kind, judged, note })),
    instances,
    ...group.notes,
    ...advice(group, sides, around),
  };
}

export function stateOf(
  { notes }: Pick<Group, 'notes'>,
  { at, holderIsGone }: Pick<Circumstances, 'at' | 'holderIsGone'>,
): GroupState {
  const { record, lease, frozen, unreadable } = notes;
  if (unreadable !== undefined) return 'unreadable';
  if (record !== undefined) {
    if (lease !== undefined && isHeld(lease, at, holderIsGone)) return 'underWay';
    return at < (keptUntil(notes) ?? -Infinity) ? 'kept' : 'interrupted';
  }
  return frozen === undefined ? 'atRest' : 'frozen';
}

function instanceStatus(group: Group, instance: Instance, sides: ReadonlyMap<string, Side>): InstanceStatus {
  const { id, zone, lifecycle, configuration, launchedAt } = instance;
  const why = notInService(group, instance);
  return {
    id,
    zone,
    lifecycle,
    side: sides.get(id) ?? 'unknown',
    configuration,
    ...(launchedAt === undefined ? {} : { launchedAt }),
    inService: why === '',
    why,
    health: group.balancers.map((balancer) => {
      const { verdict, reason } = balancer.judged
        ? verdictOf(instance, balancer)
        : { verdict: 'unknown' as const, reason: balancer.note };
      return { balancer: balancer.name, judged: balancer.judged, verdict, reason };
    }),
  };
}

function sidesOf(group: Group): ReadonlyMap<string, Side> {
  const { record } = group.notes;
  const halves = split(group, record ?? { startedAt: 0 });
  const byConfiguration = (instance: Instance): Side => currencyOf(group, instance).state;
  const side = (half: 'old' | 'new', instance: Instance): Side =>
    record === undefined ? byConfiguration(instance) : half;
  return new Map<string, Side>([
    ...halves.old.map((one) => [one.id, side('old', one)] as const),
    ...halves.new.map((one) => [one.id, side('new', one)] as const),
    ...halves.unknown.map((one) => [one.id, record === undefined ? byConfiguration(one) : 'unknown'] as const),
    ...halves.leaving.map((one) => [one.id, 'leaving'] as const),
    ...halves.parked.map((one) => [one.id, 'parked'] as const),
  ]);
}

function advice(
  group: Group,
  sides: ReadonlyMap<string, Side>,
  { at, stack, place, holderIsGone, failures, schedules }: Circumstances,
): Pick<GroupStatus, 'remarks' | 'next'> {
  const { record, frozen, unreadable, out } = group.notes;
  const target = stack === undefined ? ['--asg', group.name] : [stack.name];
  const update = command`ha-updater update-asgs ${target}`;
  const remarks: string[] = [];
  const next: NextCommand[] = [];
  if (unreadable !== undefined) remarks.push(`A note that this version cannot read: ${unreadable}`);
  if (record !== undefined) {
    const rollout = isKept(group.notes, record)
      ? keptHalfAdvice(group, record, { at, target, holderIsGone })
      : factsOf(record).kind === 'keeping'
        ? keptAdvice(group.notes, record, { at, target, holderIsGone, ...(stack !== undefined && { stack }) })
        : rolloutAdvice(group.notes, record, { at, target, holderIsGone });
    // Going on would wait for what cannot come.
    const [suspended, first] = [resumeFirst([group]), firstHelp([group])];
    remarks.push(...rollout.remarks, ...(suspended.text === '' ? [] : [suspended.text]));
    next.push(...suspended.next, ...first.next, ...rollout.next);
  }
  if (out !== undefined && out.instances.length > 0)
    remarks.push(`Out of the balancers by run ${out.run}: ${out.instances.map(({ id }) => id).join(', ')}.`);
  if (frozen !== undefined) {
    remarks.push(sayFrozen(frozen, record !== undefined));
    if (record === undefined) {
      const after = afterRollBack([group], target, { stack: stack?.name });
      remarks.push(after.text);
      next.push(...after.next);
    }
  }
  remarks.push(...lostRemarks(group, schedules, place));
  const outdated = [...sides.values()].filter((side) => side === 'outdated').length;
  if (outdated > 0) {
    const here = group.instances.filter((instance) => !isAway(instance));
    const beside = here.some(
      ({ id, configuration }) => sides.get(id) === 'outdated' && group.configurations.includes(configuration),
    );
    remarks.push(
      beside
        ? `${sayOutdated(group, here)}.`
        : `${outdated} of ${count(here.length, 'instance')} ` +
            `${outdated === 1 ? 'runs' : 'run'} another configuration than the group's.`,
    );
    // What would have it refused comes first.
    if (next.length === 0) next.push(...resumeFirst([group]).next, ...firstHelp([group]).next, update);
  }
  if (hasNone(group)) remarks.push(capital(sentence(noneThere(group, { failures }).text)));
  if (group.imageUnknown !== undefined)
    remarks.push(`Whether its instances run the image that it would launch now is not known: ${group.imageUnknown}.`);
  remarks.push(...balancerRemarks(group, place));
  // The command that goes on needs the strict lock of the run that began.
  const under = { ...place, lock: group.notes.lease?.lock };
  return { remarks, next: next.map((step) => commandLine(withPlace(step, under))) };
}

/** A freeze, and which processes it holds: a rollout that came after it suspends and resumes them as it needs. */
function sayFrozen({ at, run, why, processes }: NonNullable<Group['notes']['frozen']>, rollout: boolean): string {
  const held = rollout
    ? 'Until the rollout on it ends, that suspends and resumes processes by itself.'
    : `Suspended by it: ${processes.join(', ') || 'nothing'}.`;
  return `Frozen since ${timestamp(at)} by run ${run}: ${withoutStop(why)}. ${held}`;
}

/** Scheduled actions that came due while they were held back. */
function lostRemarks(group: Group, schedules: Observed['schedules'], place: Place): readonly string[] {
  const schedule = schedules?.[group.name];
  const missed = schedule === undefined ? undefined : missedActions(group, schedule);
  if (missed === undefined) return [];
  const { text, remedy } = missed;
  return [`${capital(text)}. ${remedyAt(remedy, place)}`];
}

/** What helps, with commands that say where they work. */
function remedyAt(remedy: Remedy, place: Place): string {
  return remedyText(remedy, (step) => placedInSentence(step, place));
}

/** Balancers that are gone, or whose health means nothing. */
function balancerRemarks(group: Group, place: Place): readonly string[] {
  return [
    ...deletedBalancers(group).map(({ text, remedy }) => `${capital(text)}. ${remedyAt(remedy, place)}`),
    ...group.balancers
      .filter(({ judged, deleted }) => !judged && deleted !== true)
      .map(({ name, note }) => `${name} is not judged: ${note}`),
  ];
}

/** What is said of a rollout, and the commands that help. */
interface Advice {
  readonly remarks: readonly string[];
  readonly next: readonly NextCommand[];
}

/** What a rollout that is under way means for people, and the command that helps. */
function rolloutAdvice(
  notes: Group['notes'],
  record: RolloutRecord,
  { at, target, holderIsGone }: Pick<Circumstances, 'at' | 'holderIsGone'> & { readonly target: readonly string[] },
): Advice {
  const { verdict, lease } = notes;
  const paused = sayPause(record, at);
  // A run that works is not pushed aside by another command; it can be asked to go back.
  const held = paused === undefined && lease !== undefined && isHeld(lease, at, holderIsGone);
  const end = pauseEnd({ at, groups: [] }, record);
  const { provesAfterVerdict } = factsOf(record);
  const isPromoted = verdict?.outcome === 'promote';
  const remarks = [
    began(record, verdict),
    ...(paused === undefined ? holderRemarks(lease, at, holderIsGone) : [begins(paused)]),
    ...(paused === undefined ? stageRemarks(lease, held) : []),
    ...askedRemarks(notes, record, paused !== undefined),
    ...(held && isPromoted ? [stands(provesAfterVerdict)] : []),
  ];
  const next = [
    ...(held || end?.by === 'rollback' ? [] : [resumeWith(target, [notes])]),
    ...(!isPromoted || (held && provesAfterVerdict)
      ? [command`ha-updater ${held ? 'cancel' : 'rollback'} ${target}`]
      : []),
  ];
  return { remarks, next };
}

/** Who works on a rollout. */
function holderRemarks(
  lease: Lease | undefined,
  at: Instant,
  holderIsGone: Circumstances['holderIsGone'],
): readonly string[] {
  return [lease === undefined ? 'Interrupted: no run works on it.' : holderOf(lease, at, holderIsGone)];
}

/** What people have asked of a rollout since it began. */
function askedRemarks(
  { wish }: Group['notes'],
  { run, gates = {} }: RolloutRecord,
  isPaused: boolean,
): readonly string[] {
  const { passed = 0, passedBy, despite } = gates;
  return [
    ...(despite === undefined ? [] : [`Begun despite its change calendar: ${sentence(despite)}`]),
    ...(!isPaused && passedBy !== undefined ? [`Resumed at ${passed} % by ${passedBy}.`] : []),
    ...(wish?.run === run
      ? [`Called back ${timestamp(wish.at)} by ${wish.why}: it is rolled back unless it was judged before.`]
      : []),
  ];
}

/** The stage at which the run waits, or did when it last showed a sign of life. */
function stageRemarks(lease: Lease | undefined, held: boolean): readonly string[] {
  const waits = sayStageWait(lease);
  return waits === undefined ? [] : [`${held ? 'The run' : 'By its last sign of life, the run'} ${waits}.`];
}

/** A clause as a sentence. */
function begins(clause: string): string {
  return `${capital(clause)}.`;
}

/** What can still be done about a run that works on after its verdict. */
function stands(goesStepByStep: boolean): string {
  return goesStepByStep
    ? 'Its verdict stands: cancel stops it where it is, and undoes nothing.'
    : 'Its verdict stands: wait until it is through.';
}

/** What the record and the verdict say of a rollout. */
function began(record: RolloutRecord, verdict: Verdict | undefined): string {
  const { run, startedAt, size } = record;
  if (record.strategy === 'restart')
    return `Restart ${run} began ${timestamp(startedAt)} with a quorum of ${record.quorum}.`;
  const judged =
    verdict === undefined
      ? 'not judged yet'
      : `judged: ${verdict.outcome === 'promote' ? 'promote' : 'roll back'} (${verdict.why})`;
  return (
    `Rollout ${run} began ${timestamp(startedAt)}, ${judged}; it restores min ` +
    `${size.min}, desired ${size.desired}, max ${size.max}.`
  );
}

/** The old half is kept now, or comes back. */
function isKept({ verdict }: Group['notes'], record: RolloutRecord): boolean {
  const { keptUntil: until, endedAt } = record.gates ?? {};
  return keepsOld(record) && verdict?.outcome === 'promote' && until !== undefined && endedAt === undefined;
}

/** An old half that is kept: until when, what going back takes, and the commands for either way. */
function keptHalfAdvice(
  group: Group,
  record: RolloutRecord,
  { at, target, holderIsGone }: Pick<Circumstances, 'at' | 'holderIsGone'> & { readonly target: readonly string[] },
): Advice {
  const { lease } = group.notes;
  const { keptUntil: until = 0, keepMs = 0, backAt } = record.gates ?? {};
  const held = lease !== undefined && isHeld(lease, at, holderIsGone);
  const kept = count(keptHalf(group, record).length, 'old instance');
  const resume = resumeWith(target, [group.notes]);
  const rollback = command`ha-updater rollback ${target}`;
  const began = `Rollout ${record.run} began ${timestamp(record.startedAt)} and was promoted`;
  if (backAt !== undefined)
    return {
      remarks: [
        `${began}; since ${timestamp(backAt)} it goes back to its old instances, which serve before the new ones go.`,
        lease === undefined ? 'Interrupted: no run works on it.' : holderOf(lease, at, holderIsGone),
      ],
      next: held ? [] : [rollback],
    };
  const takes = duration(EXIT_MS + healthChecksOf(group) + NUMBERS.warmup.fallback * 1000);
  return {
    remarks: [
      `${began}, and keeps its old half since ${timestamp(until - keepMs)}. ${
        at < until
          ? `${kept} kept until ${timestamp(until)}; rollback takes about ${takes}.`
          : `${kept} kept, overdue since ${timestamp(until)} and paid for: resume terminates them.`
      }`,
      ...(held ? [holderOf(lease, at, holderIsGone), ...stageRemarks(lease, held)] : []),
    ],
    next: held ? [command`ha-updater cancel ${target}`] : [resume, rollback],
  };
}

/** From standby to registered, about; not published. */
const EXIT_MS = 15_000;

/** A size that is kept while the stack changes is no rollout: all that is left to do is to give it back. */
function keptAdvice(
  { lease }: Group['notes'],
  { run, size, startedAt }: RolloutRecord,
  {
    at,
    stack,
    target,
    holderIsGone,
  }: Pick<Circumstances, 'at' | 'stack' | 'holderIsGone'> & { readonly target: readonly string[] },
): Advice {
  const held = lease !== undefined && isHeld(lease, at, holderIsGone);
  const sizes = `min ${size.min}, desired ${size.desired}, max ${size.max}`;
  return {
    remarks: [
      `Run ${run} keeps its size (${sizes}) since ${timestamp(startedAt)}, while the stack changes: Terminate and ` +
        'AZRebalance are suspended, and nothing unhealthy is replaced.',
      lease === undefined ? 'Interrupted: no run works on it.' : holderOf(lease, at, holderIsGone),
    ],
    next: held
      ? stack?.status === 'UPDATE_IN_PROGRESS'
        ? [command`ha-updater cancel ${target}`]
        : []
      : [command`ha-updater resume ${target}`],
  };
}

/** Whether a run shows signs of life there: resume and rollback would be refused. */
function isHeld(lease: Lease, at: number, holderIsGone: (lease: Lease) => boolean): boolean {
  return !holderIsGone(lease) && at - lease.at <= lease.ttlMs;
}

function holderOf(lease: Lease, at: number, holderIsGone: (lease: Lease) => boolean): string {
  const who = `run ${lease.run} on ${lease.host} (process ${lease.pid}), last sign of life ${timestamp(lease.at)}`;
  if (holderIsGone(lease)) return `Interrupted: its holder is gone: ${who}. The next run takes it over at once.`;
  const age = at - lease.at;
  if (age > lease.ttlMs)
    return `Interrupted, it seems: ${who}. The next run takes it over when it shows no sign of life.`;
  return `Held by ${who}.`;
}
