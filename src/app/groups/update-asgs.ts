import { gateCommands } from '../../config/gates.js';
import { command, withWords } from '../../text/commands/next-command.js';
import { againCommand } from '../../config/again-command.js';
import { makePlan, readWanted, type GroupFlags, type Wanted } from '../../config/rollout-plan.js';
import { targetWordsOf } from '../../config/target.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { awaitChange, type AwaitLook, type AwaitMemory } from '../../engine/stack/await-change.js';
import { stackGroups } from '../../engine/stack/stack-groups.js';
import { runRollout } from '../../engine/rollout/run-rollout.js';
import type { RunEvent } from '../../model/event.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { groupsOnInterrupt } from '../../run/signals/interrupt.js';
import { lockAsked, type LockFlags } from '../lock/lock-flags.js';
import { QUICK, type CommonFlags, type Run, type RunDescription, type RunResult } from '../../run/run.js';
import type { CommandResult, LookAgain, ProcessContext } from '../../run/process-context.js';
import { askFirst } from './ask-first.js';
import type { Choice } from './choose-groups.js';
import { lookOnce, runCommand, type GroupCommand } from './group-command.js';
import { imageFor, imageProblems } from './image-rollout.js';
import { byName, chosenGroups, targetProblems, type TargetFlags } from './command-targets.js';

export interface UpdateGroupsAsked extends TargetFlags, GroupFlags, CommonFlags, LockFlags {
  /** Show what instances that were never proven have printed; default true. */
  readonly console?: boolean | undefined;
  /** The token of a change of the stack that is waited for first; of an execution that `update-stack` starts. */
  readonly 'after-change'?: string | undefined;
  /** The image that the groups get from new versions of their launch templates. */
  readonly image?: string | undefined;
}

/** `update-asgs`: finds the groups, then swaps those that need it, all in one loop. */
export async function updateGroups(given: UpdateGroupsAsked, surroundings: ProcessContext): Promise<CommandResult> {
  return runCommand(updateCommand(given), given, surroundings);
}

/** One look of `update-asgs`. */
export async function lookAtUpdate(
  given: UpdateGroupsAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | LookAgain> {
  return lookOnce(updateCommand(given), given, surroundings);
}

/** `update-asgs` in its parts. @throws Failure `usage` */
export function updateCommand(given: UpdateGroupsAsked): GroupCommand<UpdateGroupsAsked> {
  const wanted = readWanted(given, [...targetProblems(given), ...imageProblems(given)]);
  const namedOf = (asked: UpdateGroupsAsked, { groups, leftOut }: Choice): UpdateGroupsAsked =>
    byName(asked, groups, leftOut.length > 0);
  return {
    wanted,
    describe: (asked) => ({
      command: 'update-asgs',
      stack: asked.stack,
      groups: asked.asgs,
      again: againWith(asked),
      words: wanted.gates?.words,
      commands: gateCommands(wanted.gates),
      onInterrupt: groupsOnInterrupt,
      lock: lockAsked(asked, wanted),
    }),
    begin: async (run, asked) => {
      await askFirst(run, wanted);
      return chosenGroups(run, asked, wanted.choice);
    },
    ...(given['after-change'] !== undefined && { await: (run, asked, before) => afterChange(run, asked, before) }),
    found: tellFound,
    plan: (run, asked, choice) => {
      const part = choice.leftOut.length > 0;
      run.goOnWith(againWith(namedOf(asked, choice)), part);
      return planOf(run, { wanted, asked }, choice.groups, { part });
    },
    roll: async (run, asked, { plan, choice }) => {
      const order = { wanted, asked };
      if (asked.image !== undefined) return swapToImage(run, order, choice, asked.image);
      if (wanted.finishKept === true) return swapAfterKept(run, order, choice);
      tellFound(run, asked, choice);
      return rollOut(run, plan);
    },
    end: (_run, asked, { results, choice }) => ({
      outcome: outcomeOf(results),
      results,
      ...pausedNext(namedOf(asked, choice), wanted, results),
    }),
  };
}

/**
 * One look at the change of the stack that comes before. A note that calls the run off is obeyed at once, as by any
 * first look at the groups.
 */
async function afterChange(run: Run, asked: UpdateGroupsAsked, before: AwaitMemory | undefined): Promise<AwaitLook> {
  const { deps, id } = run;
  const { stack = '', 'after-change': token = '' } = asked;
  const names = await stackGroups(deps, stack);
  const { groups } = names.length === 0 ? { groups: [] } : await retrying(deps, QUICK).describeGroups(names);
  if (groups.some(({ notes }) => notes.wish?.run === id)) return { kind: 'over' };
  return awaitChange(deps, stack, before ?? { token, since: deps.clock.now() });
}

/** Tells which groups there are. */
export function tellFound({ deps }: Run, { stack }: TargetFlags, choice: Choice): void {
  deps.emit({ type: 'groups.found', ...found(stack, choice) });
}

/** Runs one plan over its groups, under their locks. */
export async function rollOut(run: Run, plan: Plan): Promise<readonly GroupResult[]> {
  if (plan.groups.length === 0) return [];
  await run.lockGroups(plan.groups);
  return runRollout(run.deps, plan);
}

/**
 * `update-asgs --image`: what dead runs left is finished first, since it may change what the groups launch; then the
 * image and every group are looked at, and only then the rollout begins, whose record says what to give back.
 *
 * @throws Failure `refused` before anything is changed
 */
async function swapToImage(
  run: Run,
  order: RolloutAsked,
  choice: Choice,
  image: string,
): Promise<readonly GroupResult[]> {
  const finished = await finishBegun(run, order, choice);
  const change = await imageFor(run, choice.groups, image);
  return together(finished, await swap(run, order, choice, change === undefined ? {} : { image: change }));
}

/** `--finish-kept` ends what an earlier rollout keeps, and only then starts: a rollout gone on with starts none. */
async function swapAfterKept(run: Run, order: RolloutAsked, choice: Choice): Promise<readonly GroupResult[]> {
  const finished = await finishBegun(run, order, choice);
  return together(finished, await swap(run, order, choice, {}));
}

/** Finishes what earlier runs left on these groups, and starts nothing. */
async function finishBegun(run: Run, order: RolloutAsked, { groups: names }: Choice): Promise<readonly GroupResult[]> {
  const { groups } = await retrying(run.deps).describeGroups(names);
  const begun = groups.filter(({ notes }) => notes.record !== undefined).map(({ name }) => name);
  if (begun.length === 0) return [];
  return swap(run, order, { groups: begun, leftOut: [] }, { adoptOnly: true, command: 'update-asgs' });
}

/** The command line that goes on with these groups, wherever it is typed. */
export function againWith(asked: UpdateGroupsAsked, command?: string): RunDescription['again'] {
  return (place) => {
    const again = againCommand(asked, asked, place, command);
    return asked.image === undefined || command !== undefined ? again : withWords(again, ['--image', asked.image]);
  };
}

/** What a plan is for, where it is not an ordinary swap. */
export type How = Partial<Pick<Plan, 'strategy' | 'adoptOnly' | 'undo' | 'goOn' | 'changed' | 'keepSize' | 'image'>> & {
  /** The command that starts the same again; update-asgs unless told. */
  readonly command?: string;
  /** Some groups of the stack are left out. */
  readonly part?: boolean;
};

/** What a rollout was asked for: the limits, and the command line. */
export interface RolloutAsked {
  readonly wanted: Wanted;
  readonly asked: UpdateGroupsAsked;
}

/** Tells which groups there are and runs one plan over them. */
export async function swap(
  run: Run,
  order: RolloutAsked,
  { groups, leftOut }: Choice,
  how: How,
): Promise<readonly GroupResult[]> {
  tellFound(run, order.asked, { groups, leftOut });
  if (groups.length === 0) return [];
  return rollOut(run, planOf(run, order, groups, { ...how, part: leftOut.length > 0 }));
}

/** What is told of the groups that a run is about. */
export function found(stack: string | undefined, { groups, leftOut }: Choice): Omit<GroupsFound, 'type'> {
  return { ...(stack === undefined ? {} : { stack }), groups, ...(leftOut.length > 0 && { leftOut }) };
}

type GroupsFound = Extract<RunEvent, { readonly type: 'groups.found' }>;

/** Whose plan it is, as its record and its lease name it. */
export function ownerOf({ id, host, pid, build, lock }: Run): Pick<Plan, 'run' | 'host' | 'pid' | 'build' | 'lock'> {
  return { run: id, host, pid, ...(build !== undefined && { build }), ...(lock !== undefined && { lock }) };
}

/** The plan of this run over these groups. */
export function planOf(run: Run, { wanted, asked }: RolloutAsked, groups: readonly string[], how: How): Plan {
  const { region } = run;
  return makePlan(wanted, {
    strategy: how.strategy ?? wanted.strategy,
    ...ownerOf(run),
    stack: asked.stack,
    ...(how.part === true && asked.stack !== undefined && { part: true as const }),
    groups,
    region,
    again: againWith(byName(asked, groups, how.part), how.command)({ region, profile: asked.profile }),
    adoptOnly: how.adoptOnly ?? false,
    undo: how.undo ?? false,
    goOn: how.goOn ?? false,
    ...(how.changed === true && { changed: true }),
    ...(how.keepSize !== undefined && { keepSize: how.keepSize }),
    ...(how.image !== undefined && { image: how.image }),
  });
}

/** What to do next with what was paused. */
export function pausedNext(
  target: TargetFlags,
  { gates }: Wanted,
  results: readonly GroupResult[],
): Pick<RunResult, 'more'> {
  const ended = outcomeOf(results);
  if (ended !== 'paused' && ended !== 'kept') return {};
  const words = [...targetWordsOf(target), ...(gates?.words ?? [])];
  return { more: { next: [command`ha-updater resume ${words}`, command`ha-updater rollback ${words}`] } };
}

/**
 * One result per group: what was finished first counts where the second look found nothing to do, or left the group
 * out.
 */
export function together(finished: readonly GroupResult[], results: readonly GroupResult[]): readonly GroupResult[] {
  const rest = finished.filter(({ group }) => !results.some((result) => result.group === group));
  return [
    ...results.map((result) =>
      result.outcome === 'skipped'
        ? (finished.find(({ group, outcome }) => group === result.group && outcome === 'promoted') ?? result)
        : result,
    ),
    ...rest,
  ];
}

/** Paused when any group is; swapped when any group was; otherwise there was nothing to do. */
export function outcomeOf(results: readonly GroupResult[]): RunResult['outcome'] {
  if (results.some(({ outcome }) => outcome === 'paused')) return 'paused';
  if (results.some(({ outcome }) => outcome === 'kept')) return 'kept';
  return results.some(({ outcome }) => outcome !== 'skipped') ? 'swapped' : 'nothing';
}
