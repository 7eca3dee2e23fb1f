import { inSentence, whyOf } from '../../decide/step.js';
import { command, remarked, withWords, type NextCommand } from '../../text/commands/next-command.js';
import { serveSideBySide, servingIn } from '../../decide/instances/who-serves.js';
import { frozenWords, sayEach, sayServing } from '../../model/rollout/group-words.js';
import type { Serving } from '../../model/rollout/serving.js';
import { keepsOld } from '../../decide/gates/kept-half.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import { type AwsFault, Failure, type FailureData, refused, asHeadline } from '../../errors.js';
import type { AdvisedReason, Decision, GroupResult, Observed, Reason } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import {
  afterRollBack,
  replaceRest,
  sameAgain,
  sameAsNoted,
  unfreezeNow,
} from '../../decide/diagnosis/after-roll-back.js';
import { split } from '../../decide/instances/classify.js';
import { nothingToGoBackTo, rollBackHurts } from '../../decide/instances/stand-ins.js';
import { firstHelp } from '../../decide/diagnosis/marked.js';
import { resumeFirst } from '../../decide/diagnosis/suspended.js';
import { registerFirst } from '../../decide/diagnosis/unregistered.js';
import { targetWords } from '../../text/commands/target-words.js';
import { withNotes } from '../../decide/memory/known-notes.js';
import { count } from '../../text/count.js';
import { timestamp } from '../../text/timestamp.js';
import { saidBy } from '../../text/fault-text.js';
import { capital, sentence } from '../../text/sentence.js';

/** The run was refused before anything was changed. */
export function refusedRun(given: readonly AdvisedReason[], plan: Plan): Failure {
  const { refused: code } = factsOf(plan).words;
  const it = notBegun(plan);
  const what =
    given.length === 1
      ? `${it}: ${place(given[0])}${sentence(given[0]?.text ?? '')}`
      : `${it}, for ${given.length} reasons.`;
  const reasons = given.length === 1 ? given.map(asHeadline) : given;
  // The same again would be refused as long as that rollout is there.
  const first = reasons.some((reason) => reason.code === 'group.rollout') ? [ours(plan, 'resume')] : [];
  // So would a roll-back of what is judged: it can only be finished.
  const isJudged = reasons.some((reason) => reason.code === 'rollback.judged');
  if (isJudged) return refused(code, what, reasons, [ours(plan, 'resume')]);
  // So would a name that means nothing: what there is comes first.
  if (reasons.every((reason) => reason.code === 'group.missing'))
    return refused(code, what, reasons, [remarked(command`ha-updater list`, 'the groups that are there')]);
  // So would a value that the command line gives: the reason says which.
  if (reasons.every((reason) => ASKED_WRONGLY.has(reason.code)))
    return refused(code, what, reasons, reasons.some((reason) => reason.code === 'alarm.missing') ? [SHOW_ALARMS] : []);
  // So would it while an old half is kept: each of these leads out of that.
  const next = reasons.some((reason) => reason.code === 'group.kept')
    ? [ours(plan, 'rollback'), ours(plan, 'resume'), withWords(plan.again, ['--finish-kept'])]
    : [remarked(plan.again, 'the same, once that is put right')];
  return refused(code, what, reasons, [...first, ...next]);
}

/** Reasons that the command line alone can put right. */
const ASKED_WRONGLY: ReadonlySet<string> = new Set(['alarm.missing', 'restart.quorum']);

const ALARM_TYPES = ['--alarm-types', 'MetricAlarm', 'CompositeAlarm'];
const ALARM_NAMES = ['--query', '[MetricAlarms,CompositeAlarms][].AlarmName'];
const SHOW_ALARMS = remarked(
  command`aws cloudwatch describe-alarms ${ALARM_TYPES} ${ALARM_NAMES}`,
  'the alarms that are there',
);

/** The beginning of a refusal: what did not begin. */
function notBegun(plan: Plan): string {
  if (plan.undo) return 'The roll-back was not started';
  return plan.goOn === true ? 'Nothing was resumed' : `The ${factsOf(plan).words.long} was not started`;
}

/** AWS refused the first change of the run: nothing was changed, and no record is there that could be resumed. */
export function refusedFirst(fault: AwsFault, plan: Plan): Failure {
  const said = `${fault.operation} was refused: ${saidBy(fault)}`;
  const what = `${notBegun(plan)}: ${said}.`;
  return new Failure(
    'refused',
    { code: `aws.${fault.kind}`, what, reasons: [], serves: 'Nothing was changed.', left: '', next: [plan.again] },
    { cause: fault, firstChange: true },
  );
}

/** The results of a run that has ended. @throws Failure when not all is well */
export function resultsOf(results: readonly GroupResult[], observed: Observed, plan: Plan): readonly GroupResult[] {
  const stuck = results.filter((result) => result.outcome === 'stuck' || result.outcome === 'unproven');
  const back = results.filter((result) => result.outcome === 'rolledBack');
  const put = results.flatMap((result) => (result.outcome === 'putBack' ? [result] : []));
  if (stuck.length > 0) throw stopped(stuck, back, observed, plan);
  // Finishing an earlier run's roll-back is what an adopt-only run is for, as far as it leads to one configuration.
  if (back.some((result) => staying(result) > 0) || (back.length > 0 && !plan.adoptOnly))
    throw rolledBack(back, { ...served(observed), groups: observed.groups }, plan);
  if (put.some(({ open }) => open.length > 0) || (put.length > 0 && !plan.adoptOnly))
    throw putBack(put, results, observed, plan);
  return results;
}

/** A restart ended early; nothing that it took out stays out. */
function putBack(
  put: readonly Extract<GroupResult, { outcome: 'putBack' }>[],
  results: readonly GroupResult[],
  observed: Observed,
  plan: Plan,
): Failure {
  const open = put.flatMap((result) => result.open);
  const done = results.filter(({ outcome }) => outcome === 'restarted').map(({ group }) => group);
  const idle = `${open.join(', ')} ${open.length === 1 ? 'does' : 'do'} not serve`;
  const sick = open.length === 0 ? '' : ` ${idle}; Auto Scaling replaces what its health check finds sick.`;
  const restarted = done.length === 0 ? '' : ` Restarted already: ${done.join(', ')}.`;
  const facts = {
    code: 'restart.putBack',
    ...whatOf(`The restart of ${put[0]?.group ?? ''} ended early`, put[0]),
    reasons: put.map(reasonOf),
    ...served(observed),
    left: `Nothing that runs is out of a balancer, and no note is left.${sick}${restarted}`,
    next: [plan.again, ...status(plan)],
  };
  return new Failure('restartFailed', facts, { instances: put.flatMap(({ failed = [] }) => failed) });
}

/** What happened, by the first of the results that it came to. */
function whatOf(head: string, first: GroupResult | undefined): Pick<FailureData, 'what' | 'brief'> {
  const { why, brief } = inSentence(whyOf(first ?? { why: '' }), (text) => `${head}: ${sentence(text)}`);
  return { what: why, ...(brief !== undefined && { brief }) };
}

/** A result as one of the reasons of a failure, whose first one its `what` tells. */
function reasonOf(result: GroupResult, index: number): Reason {
  const { group, outcome } = result;
  const { why: text, brief } = whyOf(result);
  return {
    code: `group.${outcome}`,
    group,
    text,
    ...(brief !== undefined && { brief }),
    ...(index === 0 && { headline: true }),
    remedy: '',
  };
}

/** Another run has a group. @param observed the last look, if this run had changed anything by then */
export function heldBy(held: Extract<Decision, { kind: 'held' }>, plan: Plan, observed: Observed | undefined): Failure {
  const changed = observed !== undefined;
  const since = timestamp(held.since);
  const facts = { reasons: [], next: [changed ? ours(plan, 'resume') : plan.again, ...status(plan)] };
  if (!held.lost && changed) {
    const holder = `${held.group} is held by ${held.by}, last heard of ${since}`;
    return new Failure('stopped', {
      ...facts,
      code: 'swap.held',
      what: `${holder}, and this run can only go on with all its groups.`,
      ...served(observed, ' This run stopped at once and leaves the groups as they are.'),
      left: recordKept(plan, observed),
    });
  }
  if (!held.lost) {
    return new Failure('held', {
      ...facts,
      code: 'swap.held',
      what: `${held.group} is held by ${held.by}, last heard of ${since}.`,
      serves: 'This run changed nothing.',
      left: '',
    });
  }
  return new Failure('stopped', {
    ...facts,
    code: 'swap.leaseLost',
    what: `${held.by} took over ${held.group} at ${since}.`,
    ...served(observed, ' This run stopped at once and leaves the rest to the other one.'),
    left: 'The record on the group is the other run’s now.',
  });
}

/** A call failed for good after something was changed. */
export function stoppedBy(fault: AwsFault, plan: Plan, observed: Observed | undefined): Failure {
  const what = `${fault.operation} failed: ${fault.message} (${fault.code})`;
  const full = hasNoRoom(fault)
    ? {
        text: ' A group has as many tags as AWS allows: remove one of yours that is not needed, then resume.',
        next: plan.groups.map(
          (group) => command`aws autoscaling describe-tags --filters Name=auto-scaling-group,Values=${group}`,
        ),
      }
    : { text: '', next: [] };
  return new Failure(
    'stopped',
    {
      code: `aws.${fault.kind}`,
      what,
      reasons: [],
      serves: servedBefore(fault, observed),
      ...(observed !== undefined && { serving: servingIn(observed) }),
      left: `${leftOf(plan, observed)}${full.text}`,
      next: [...full.next, ...goOn(plan, observed)],
    },
    { cause: fault },
  );
}

/** Whether a note had no room among the tags of its group. Source: Auto Scaling quotas, 50 tags for each group. */
function hasNoRoom({ operation, code, message }: AwsFault): boolean {
  return operation.endsWith(':CreateOrUpdateTags') && (code === 'LimitExceeded' || /\btags? limit\b/i.test(message));
}

/** An action would have broken an invariant: a bug of ours, caught before it did harm. */
export function brokenRule(rule: string, plan: Plan, observed: Observed): Failure {
  return new Failure('stopped', {
    code: 'guard.broken',
    what: `Stopped before an action that would have broken a rule: ${rule}. This is a bug; please report it.`,
    reasons: [],
    ...served(observed),
    left: recordKept(plan, observed),
    next: goOn(plan, observed),
  });
}

function stopped(stuck: readonly GroupResult[], back: readonly GroupResult[], observed: Observed, plan: Plan): Failure {
  const reasons = [...stuck, ...back].map(reasonOf);
  const unproven = stuck.every((result) => result.outcome === 'unproven');
  // Somebody may have removed it, and whoever could resume would find nothing.
  const noted = observed.groups.some(({ notes }) => notes.record !== undefined);
  const left = noted
    ? `${recordKept(plan, observed)}${halfWay(observed) ? halfWayWords(observed) : ''}`
    : observed.groups.length === 0
      ? 'Nothing: what was noted went with the groups.'
      : `No record is left on ${plan.groups.join(', ')}; the groups stand as they were left.`;
  const first = whatHelps(observed);
  // Where marks are in the way, taking them off and going on is what leads out.
  const held = noted && first.next.length === 0 && isRollBackHeld(observed);
  const more = held ? ` ${STAND_INS_STAY}` : '';
  const on = noted
    ? goOn(plan, observed, held)
    : [...(observed.groups.length > 0 ? [plan.again] : []), ...status(plan)];
  const facts = {
    code: unproven
      ? 'swap.unproven'
      : observed.groups.some(({ notes }) => notes.out !== undefined)
        ? 'restart.stuck'
        : 'swap.stuck',
    ...whatOf(stuck[0]?.group ?? '', stuck[0]),
    reasons,
    ...served(observed),
    left: `${unproven ? 'Nothing was changed on the groups.' : left}${more} ${first.text}`.trim(),
    next: [...first.next, ...on],
  };
  const about = stuck.flatMap((result) => ('failed' in result ? (result.failed ?? []) : []));
  return new Failure('stopped', facts, { instances: about });
}

/** What has to be mended by hand before going on helps. */
function whatHelps({ groups, at }: Observed): ReturnType<typeof firstHelp> {
  const parts = [resumeFirst(groups), firstHelp(groups), registerFirst(groups, at)];
  return {
    text: parts
      .map(({ text }) => text)
      .join(' ')
      .trim(),
    next: parts.flatMap(({ next }) => next),
  };
}

/** What a look shows of groups after their roll-back. */
interface After {
  /** The sentence on who serves now. */
  readonly serves: string;
  /** The same as data. */
  readonly serving?: readonly Serving[];
  readonly groups: readonly Group[];
}

/** Old instances serve again, and new ones beside them: not all is as it was. */
const ROLLED_BACK_IN_PART = 'swap.rolledBackInPart';

/** Whether the groups went back, wholly or as far as there are old instances, so that their stack can go back too. */
export function isRolledBack({ outcome, facts }: Failure): boolean {
  return outcome === 'swapRolledBack' || facts.code === ROLLED_BACK_IN_PART;
}

/** How many new instances a roll-back has left in service. */
function staying(result: GroupResult): number {
  return result.outcome === 'rolledBack' ? (result.stay ?? 0) : 0;
}

/** The swap failed and everything is as before, but frozen; or new instances serve on beside the old ones. */
export function rolledBack(
  back: readonly GroupResult[],
  { serves, serving: rows, groups }: After,
  plan: Plan,
): Failure {
  const reasons = back.map(reasonOf);
  const frozen = back.map((result) => ({
    group: result.group,
    processes: result.outcome === 'rolledBack' ? result.frozen : [],
  }));
  const names = `${back[0]?.group ?? ''}${back.length > 1 ? ` and ${back.length - 1} more` : ''}`;
  const suspended = sayEach(frozen.map(frozenWords));
  const stack = byStack(plan);
  const target = stack === undefined ? frozen.flatMap(({ group }) => targetWords(group)) : [stack];
  const after = groups.filter(({ name }) => frozen.some(({ group }) => group === name));
  const stay = back.reduce((sum, result) => sum + staying(result), 0);
  // A run that goes on with the rollout of another one does not know what that one was given.
  const same = plan.adoptOnly ? sameAsNoted(after, target) : sameAgain(plan.again);
  const start = stay === 0 ? same : replaceRest(target);
  // A run that has changed the stack knows what the stack was before, and says it.
  const { text, next } =
    plan.changed === true
      ? { text: firstHelp(after).text, next: [...firstHelp(after).next, start, unfreezeNow(target)] }
      : afterRollBack(after, target, {
          stack: plan.stack,
          inPart: stay > 0,
          ...(!plan.adoptOnly && { again: plan.again }),
        });
  const thawed =
    stay === 0 &&
    frozen.every(
      ({ group, processes }) =>
        processes.length === 0 && after.find(({ name }) => name === group)?.notes.frozen === undefined,
    );
  const beside = `${count(stay, 'new instance')} ${stay === 1 ? 'serves' : 'serve'} on`;
  const mixed = stay === 0 ? '' : ` ${beside}, for there are fewer old ones than are asked for.`;
  return new Failure(stay === 0 ? 'swapRolledBack' : 'stopped', {
    code: stay === 0 ? 'swap.rolledBack' : ROLLED_BACK_IN_PART,
    ...whatOf(`The ${factsOf(plan).words.long} of ${names} was rolled back`, back[0]),
    reasons,
    serves,
    ...(rows !== undefined && { serving: rows }),
    ...(thawed
      ? { left: givenBack(groups), next: [start, ...status(plan)] }
      : {
          left: `Frozen, so that ${NO_MORE}: ${suspended}.${mixed} ${text}`.trim(),
          frozen,
          next: [...next, ...status(plan)],
        }),
  });
}

/** What groups launch after a roll-back that gave each of them back what it had launched before. */
function givenBack(groups: readonly Group[]): string {
  const launch = groups.map(({ name, names = '' }) => `${name} launches ${names} again, as before`);
  const made = 'The version that was made stays in the launch template, unused.';
  return `${launch.join('; ')}. Nothing stays suspended. ${made}`;
}

const NO_MORE = 'Auto Scaling does not launch the failed configuration';

/** The same as the facts of a failure, with what follows on the sentence. */
function served(observed: Observed | undefined, more = ''): Pick<FailureData, 'serves' | 'serving'> {
  const rows = observed === undefined ? [] : servingIn(observed);
  return { serves: `${serving(observed)}${more}`, ...(rows.length > 0 && { serving: rows }) };
}

/** Who serves in every group, by its latest look. */
function serving(observed: Observed | undefined): string {
  if (observed === undefined) return NOT_KNOWN;
  return observed.groups.length === 0
    ? 'None of these groups is there any more.'
    : `${sayServing(servingIn(observed))}.`;
}

const NOT_KNOWN = 'Not known: AWS did not answer.';

/** Who served before a call failed: what came of that call, no look tells any more. */
function servedBefore({ operation, code, kind }: AwsFault, observed: Observed | undefined): string {
  if (observed === undefined) return NOT_KNOWN;
  const last = `at the last look, ${timestamp(observed.at)}, ${serving(observed)}`;
  return kind === 'denied' && !/:(Describe|Get|List)/.test(operation)
    ? capital(last)
    : `Not known now, because ${operation} failed (${code}); ${last}`;
}

/** What a call that failed for good leaves on the groups. */
function leftOf(plan: Plan, observed: Observed | undefined): string {
  if (factsOf(plan).keepsRecord) return recordKept(plan, observed);
  return `No record of a rollout is on ${plan.groups.join(', ')}: the same command goes on from what is there.`;
}

function recordKept(plan: Plan, observed?: Observed): string {
  const kept = `The record of the rollout is kept on ${plan.groups.join(', ')}`;
  const how = isPromoted(observed) ? 'the same command or resume, on any machine, finishes it' : FINISH_OR_UNDO;
  return `${kept}; ${how}.`;
}

const FINISH_OR_UNDO = 'the same command, resume or rollback, on any machine, finishes or undoes it';

/** Whether it can only go on: old ones that are gone cannot be launched again, what is kept can serve again. */
function isPromoted(observed: Observed | undefined): boolean {
  return (
    observed?.groups.some((group) => {
      const { record, verdict } = withNotes(group, observed.seen).notes;
      return verdict?.outcome === 'promote' && (record === undefined || !keepsOld(record));
    }) === true
  );
}

/** A rolling rollout past its verdict, with old instances left or not all new ones proven. */
function halfWay(observed: Observed): boolean {
  return observed.groups.some((group) => {
    const { record, verdict } = withNotes(group, observed.seen).notes;
    return record !== undefined && factsOf(record).provesAfterVerdict && verdict?.outcome === 'promote';
  });
}

/** That both serve is said only where the look shows it. */
function halfWayWords(observed: Observed): string {
  const both = serveSideBySide(servingIn(observed)) ? ' Old and new instances serve side by side.' : '';
  return (
    `${both} If the new configuration is bad, give the groups a good one first: ` +
    'resume then also replaces the instances that run another one.'
  );
}

const STAND_INS_STAY =
  'rollback terminates the other new instances; those that serve in the places of missing old ones stay.';

/** Nothing is judged, and a run that nobody asked to go back does not: it would leave less in service than before. */
function isRollBackHeld({ groups, seen }: Observed): boolean {
  const open = groups.flatMap((group) => {
    const { record, verdict } = withNotes(group, seen).notes;
    if (record === undefined || !factsOf(record).replaces) return [];
    return [{ verdict, halved: { group, record, halves: split(group, record) } }];
  });
  return (
    open.some(({ halved }) => rollBackHurts(halved)) &&
    open.every(({ verdict, halved }) => verdict === undefined && !nothingToGoBackTo(halved))
  );
}

/**
 * How to go on with what is left: look, finish it, or undo it while no verdict forbids that.
 * @param back going back is what leads out
 */
function goOn(plan: Plan, observed: Observed | undefined, back = false): readonly NextCommand[] {
  if (!factsOf(plan).keepsRecord) return [plan.again, ...status(plan)];
  const resume = ours(plan, 'resume');
  if (isPromoted(observed)) return [resume, ...status(plan)];
  return [...(back ? [ours(plan, 'rollback'), resume] : [resume, ours(plan, 'rollback')]), ...status(plan)];
}

/** The stack whose name means the groups of the plan, no more and no less; undefined without one. */
function byStack({ stack, part }: Plan): string | undefined {
  return part === true ? undefined : stack;
}

/** A command of ours over the groups of this run. The region and the profile are added where it is told. */
function ours(plan: Plan, name: string, groups: readonly string[] = plan.groups): NextCommand {
  const again = name === 'resume' || name === 'rollback' ? (plan.gates?.words ?? []) : [];
  const target = byStack(plan) ?? groups.flatMap(targetWords);
  return command`ha-updater ${name} ${target} ${again}`;
}

function status(plan: Plan): readonly NextCommand[] {
  const [first] = plan.groups;
  if (plan.stack === undefined && first?.startsWith('elb:'))
    return [command`aws elb describe-instance-health --load-balancer-name ${first.slice('elb:'.length)}`];
  if (plan.stack === undefined && first?.startsWith('arn:'))
    return [command`aws elbv2 describe-target-health --target-group-arn ${first}`];
  return [
    plan.stack === undefined
      ? command`aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names ${plan.groups}`
      : command`ha-updater status ${plan.stack}`,
  ];
}

function place(reason: AdvisedReason | undefined): string {
  return reason?.group === undefined ? '' : `${reason.group}: `;
}
