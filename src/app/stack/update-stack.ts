import { gateCommands } from '../../config/gates.js';
import { command } from '../../text/commands/next-command.js';
import { choiceWords, type ChoiceFlags } from '../../config/target.js';
import { readWanted, type Wanted } from '../../config/rollout-plan.js';
import { changeStack, stackGroups } from '../../engine/stack/change-stack.js';
import { stackGroupRows } from '../../engine/stack/stack-groups.js';
import { Failure, refused, problem } from '../../errors.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import { prepareCdk, withApp, type AppAsked } from './cdk.js';
import type { ChangeWanted } from './change-flags.js';
import { chosenOf, expectReady, guardChange, guardGroups, planOf } from './change-guards.js';
import { withDiagnosis } from '../../run/with-diagnosis.js';
import { stackOnInterrupt } from '../../run/signals/interrupt.js';
import { repeatable } from './same-change.js';
import { openOutputs, type OutputsFlags } from './stack-outputs.js';
import type { SizeKeeper } from '../../engine/stack/keep-sizes.js';
import { keepingSizes, sizeKeeper } from './size-keeper.js';
import { noteBefore, revert, type Before } from './back/revert.js';
import { noteFormer, withWayBack, type FormerStack } from './back/way-back.js';
import { answered, withRun, type RunDescription, type RunResult, type Run } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { makeOrder, onInterrupt, readOrder, type OrderFlags, type OrderInput } from './stack-order.js';
import { lockAsked } from '../lock/lock-flags.js';
import { choiceOf } from '../groups/choose-groups.js';
import { byName } from '../groups/command-targets.js';
import { servingNow } from '../groups/serving-now.js';
import { againWith, outcomeOf, pausedNext, swap, together, type UpdateGroupsAsked } from '../groups/update-asgs.js';
import { isRolledBack } from '../../engine/rollout/failures.js';
import { retrying } from '../../engine/retrying-gateway.js';
import type { OpenChange, StackChange, StackOrder } from '../../engine/stack/stack-change.js';

export interface UpdateStackAsked
  extends Omit<UpdateGroupsAsked, 'stack' | 'asgs' | 'image'>, Omit<OrderFlags, 'stack' | 'cdk'>, OutputsFlags {
  /** When the swap rolled back, the stack goes back too. */
  readonly 'revert-on-failure'?: boolean | undefined;
  /** May be absent with an app of one stack. */
  readonly stack?: string | undefined;
  readonly app?: string | undefined;
}

/**
 * `update-stack`: make a change set and show it, finish what a dead run left on the stack's groups,
 * execute it, and only when CloudFormation succeeded swap the groups; after a creation, prove them.
 */
export function updateStack(given: UpdateStackAsked, surroundings: ProcessContext): Promise<CommandResult> {
  return changeThenSwap(given, surroundings, { after: swapAfter });
}

/**
 * The same without the groups of a stack that was there before: somebody else, who is told of the change right before
 * it is sent, waits for its end and replaces their instances. Those of a new stack are proven.
 *
 * @param tell gets the token of the change and the stack's own name; what it throws refuses the change
 */
export function changeAlone(
  given: UpdateStackAsked,
  surroundings: ProcessContext,
  tell: (token: string, stack: string) => Promise<void>,
): Promise<CommandResult> {
  const alone: GroupsPart = {
    beforeSent: ({ token }, open, stack) =>
      open.prepared.action === 'update' ? tell(token, stack) : Promise.resolve(),
    after: (run, wanted, target, change) =>
      change.action === 'created'
        ? swapAfter(run, wanted, target, change)
        : Promise.resolve({ results: [], named: target }),
  };
  return changeThenSwap(given, surroundings, alone);
}

/** What becomes of the groups. */
interface GroupsPart {
  /** The last thing before the change is sent. */
  readonly beforeSent?: (order: StackOrder, open: OpenChange, stack: string) => Promise<void>;
  readonly after: typeof swapAfter;
}

async function changeThenSwap(
  given: UpdateStackAsked,
  surroundings: ProcessContext,
  groupsPart: GroupsPart,
): Promise<CommandResult> {
  const wanted = readWanted(given, given.stack === '' ? [problem('STACK must not be empty.')] : []);
  const typed = await withApp(given, 'update-stack', surroundings);
  const outputs = await openOutputs(typed, surroundings);
  const read = await readOrder(typed, surroundings, surroundings.ask !== undefined);
  const { change } = read;
  return withRun(
    (asked): RunDescription => describe(asked, wanted),
    typed,
    outputs.surroundings,
    withDiagnosis(async (run, asked) => {
      const target: UpdateGroupsAsked = { ...asked, asgs: [] };
      await expectReady(run, change.guards, wanted);
      const { stackRun, order } = await orderOf(run, { asked, wanted, read }, surroundings);
      let finished: readonly GroupResult[] = [];
      let before: Before | undefined;
      let former: FormerStack | undefined;
      const keeper = (of = run): SizeKeeper | undefined => sizeKeeper(of, wanted, target);
      const changing = keepingSizes(keeper(), (sizes) =>
        changeStack(stackRun.deps, order, async (open) => {
          await approve(run, { wanted, change, order, ask: surroundings.ask }, open);
          if (change.keep) return 'keep';
          const dead = await finishDeadRollouts(run, wanted, target);
          ({ finished } = dead);
          if (asked['revert-on-failure'] === true) before = await noteBefore(stackRun, order, asked);
          // What its groups are frozen for is nothing to go back to.
          if (!dead.frozen) former = await noteFormer(stackRun, order, open.prepared.before);
          await run.history?.keeper.before(open.prepared.before);
          const last = async (): Promise<void> => groupsPart.beforeSent?.(order, open, asked.stack);
          await (sizes === undefined ? last() : sizes.begin(open, last));
          return 'execute';
        }),
      );
      const done = await repeatable(asked, order, changing);
      if (done.action === 'kept') return kept(asked.stack, wanted.choice, done);
      const resultsBefore = run.state().results;
      const after = await groupsPart.after(run, wanted, target, done).catch(async (error: unknown) => {
        if (done.action !== 'updated' || !(error instanceof Failure) || !isRolledBack(error)) throw error;
        const failure =
          former === undefined ? error : await withWayBack(stackRun, former, { failure: error, order, flags: asked });
        if (before === undefined) throw failure;
        const promoted = promotedSince(resultsBefore, run.state().results);
        // The signal that brought the groups back means the stack too; another one leaves at once.
        throw await revert(answered(stackRun), order, before, { failure, promoted, keeper: keeper(answered(run)) });
      });
      const results = together(finished, after.results);
      const ended = { ...resultOf(done, results), ...pausedNext(after.named, wanted, results) };
      await outputs.write(stackRun, {
        stack: done.stackId || asked.stack,
        name: asked.stack,
        next: ended.more?.next ?? [],
      });
      return ended;
    }),
  );
}

/** The order, and the run with the role that changes the stack (an app may have its own). Its secrets are hidden. */
async function orderOf(
  run: Run,
  { asked, ...input }: Omit<OrderInput, 'cdk' | 'asked'> & { readonly asked: AppAsked<UpdateStackAsked> },
  surroundings: ProcessContext,
): Promise<{ readonly stackRun: Run; readonly order: StackOrder }> {
  const how = { flags: asked, surroundings, assets: 'all' } as const;
  const cdk = asked.cdk === undefined ? undefined : await prepareCdk(run, asked.cdk, how);
  const stackRun = cdk?.run ?? run;
  const making = makeOrder(stackRun, { ...input, asked, ...(cdk !== undefined && { cdk }) });
  const order = await repeatable(asked, undefined, making);
  run.hidden.add(secretsOf(order));
  return { stackRun, order };
}

/** What the run is about, in words for its first and last lines. */
function describe(asked: AppAsked<UpdateStackAsked>, wanted: Wanted): RunDescription {
  return {
    command: 'update-stack',
    stack: asked.stack,
    groups: [],
    again: againWith({ ...asked, asgs: [] }),
    words: wanted.gates?.words,
    commands: gateCommands(wanted.gates),
    onInterrupt: stackOnInterrupt(onInterrupt(asked), asked['revert-on-failure'] === true),
    lock: lockAsked(asked, wanted),
  };
}

function resultOf({ action }: StackChange, results: readonly GroupResult[]): RunResult {
  const ended = outcomeOf(results);
  return {
    outcome: ended !== 'paused' && ended !== 'kept' && (action === 'created' || action === 'updated') ? action : ended,
    results,
  };
}

/** Groups that came to run the new configuration between two states of the run. */
function promotedSince(
  before: ReadonlyMap<string, GroupResult>,
  now: ReadonlyMap<string, GroupResult>,
): readonly string[] {
  return [...now]
    .filter(([group, result]) => result.outcome === 'promoted' && result !== before.get(group))
    .map(([group]) => group);
}

/** Values given for NoEcho parameters: no word of the service's may repeat them. */
function secretsOf({ given, template }: StackOrder): readonly string[] {
  const secret = new Set(template.declared.filter(({ noEcho }) => noEcho).map(({ key }) => key));
  return given.filter(({ key }) => secret.has(key)).map(({ value }) => value);
}

/** What was ordered, and what asks a person whether it shall be; undefined where nobody can be asked. */
interface Approval {
  readonly wanted: Wanted;
  readonly change: ChangeWanted;
  readonly order: StackOrder;
  readonly ask: ProcessContext['ask'];
}

/** Shows what would happen and goes on only when every guard, and the person who is asked, lets it. */
async function approve(run: Run, { wanted, change, order, ask }: Approval, open: OpenChange): Promise<void> {
  if (open.review === undefined) return void (await chosenOf(run, wanted, order.stack, open));
  const plan = await planOf(run, wanted, order.stack, open);
  const asks = change.confirm && ask !== undefined;
  const objection = objectionOf(() => {
    guardChange(change.guards, open, plan, order.given);
    if (!change.keep) guardGroups(plan);
  });
  const begins = objection === undefined && !change.keep && !asks;
  run.deps.emit({ type: 'change.planned', plan, ...(begins && { begins: true as const }) });
  if (objection !== undefined) throw objection;
  if (change.keep) return;
  // Of those who are about to leave a pipeline's log tells at first sight, not among the lines of a plan.
  for (const { warnings } of plan.groups)
    for (const reason of warnings.filter(({ code }) => code === 'group.sizeFalls'))
      run.deps.emit({ type: 'warning', reason });
  if (!asks) return;
  // The screen gets a moment to show what the question is about.
  await run.deps.clock.sleep(100);
  if (await ask(`Change stack ${order.stack} like this?`, run.deps.interrupt.wake)) return;
  throw refused('run.declined', 'You did not answer yes.', []);
}

/** What a guard throws, to be thrown once it is told what it is about. */
function objectionOf(guard: () => void): Failure | undefined {
  try {
    guard();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** The change set waits for somebody who executes it by its name. */
function kept(stack: string, choice: ChoiceFlags, { changeSet }: StackChange): RunResult {
  return {
    outcome: 'planned',
    results: [],
    more: {
      changeSet: changeSet?.name ?? '',
      next: [
        command`ha-updater update-stack ${[stack, '--change-set', changeSet?.name ?? '', ...choiceWords(choice)]}`,
      ],
    },
  };
}

/**
 * A stack must not change under a rollout that somebody left half-way: its record tells old from new by
 * launch time. So what a dead run left is finished first; what a live one holds stops us here.
 */
async function finishDeadRollouts(
  run: Run,
  wanted: Wanted,
  target: UpdateGroupsAsked,
): Promise<{ readonly finished: readonly GroupResult[]; readonly frozen: boolean }> {
  const { deps } = run;
  const none = { finished: [], frozen: false };
  const name = target.stack ?? '';
  const stack = await retrying(deps).describeStack(name);
  if (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS') return none;
  const groups = await stackGroups(deps, stack.id);
  if (groups.length === 0) return none;
  await run.lockGroups(groups);
  const looked = await retrying(deps).describeGroups(groups);
  const begun = looked.groups.filter(({ notes }) => notes.record !== undefined).map((group) => group.name);
  const finished =
    begun.length > 0
      ? await swap(run, { wanted, asked: target }, { groups: begun, leftOut: [] }, { adoptOnly: true })
      : [];
  const frozen =
    looked.groups.some(({ notes }) => notes.frozen !== undefined) ||
    finished.some(({ outcome }) => outcome === 'rolledBack');
  return { finished, frozen };
}

/** What came of the groups, and the command line that means them. */
interface Swapped {
  readonly results: readonly GroupResult[];
  readonly named: UpdateGroupsAsked;
}

/** The groups' part. The stack has changed by now, so a refusal is no longer "nothing was changed". */
async function swapAfter(run: Run, wanted: Wanted, target: UpdateGroupsAsked, change: StackChange): Promise<Swapped> {
  let groups: readonly string[] = [];
  try {
    // What was asked for was checked before the change, which may have taken a group away.
    const choice = choiceOf(await stackGroupRows(run.deps, change.stackId), wanted.choice);
    ({ groups } = choice);
    const part = choice.leftOut.length > 0;
    const named = byName(target, groups, part);
    run.goOnWith(againWith(named), part);
    const results = await swap(run, { wanted, asked: target }, choice, {
      ...(change.action === 'created' ? { strategy: 'prove' } : {}),
      changed: change.action === 'updated',
    });
    return { results, named };
  } catch (error) {
    if (!(error instanceof Failure) || change.action === 'unchanged') throw error;
    if (error.outcome !== 'refused' && error.outcome !== 'held') throw error;
    const { text, serving } = await servingNow(run, groups, run.state().began);
    const facts = {
      ...error.facts,
      serves: `The groups were not touched after that. ${text}`,
      serving,
      left: `The stack is ${change.action}; its groups do not follow it yet.`,
    };
    throw new Failure(error.outcome === 'refused' ? 'stopped' : 'held', facts, { cause: error });
  }
}
