import { problem } from '../../errors.js';
import { readWanted } from '../../config/rollout-plan.js';
import { changeStack } from '../../engine/stack/change-stack.js';
import type { ChangePlan } from '../../model/stack/change-plan.js';
import { lineWriter } from '../../render/line-writer.js';
import { planLines } from '../../render/documents/plan.js';
import { prepareCdk, withApp } from './cdk.js';
import { expectAccount, guardChange, planOf, withCalendar } from './change-guards.js';
import { withRun, type RunDescription } from '../../run/run.js';
import { repeatable } from './same-change.js';
import { makeOrder, readOrder } from './stack-order.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { askMetricsFirst, calendarNow } from '../groups/ask-first.js';
import { imageProblems } from '../groups/image-rollout.js';
import { againWith } from '../groups/update-asgs.js';
import type { UpdateStackAsked } from './update-stack.js';

export interface PlanAsked extends UpdateStackAsked {
  /** Exit 10 when there is something to change. */
  readonly 'detailed-exitcode'?: boolean | undefined;
  /** Of groups alone: refused. */
  readonly image?: string | undefined;
}

/**
 * `plan`: what update-stack with the same arguments would do, to the stack and then to each group. Its
 * change set is removed again. The page goes to stdout, what happens on the way to stderr.
 */
export async function plan(given: PlanAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const wanted = readWanted(given, [
    ...(given.stack === '' ? [problem('STACK must not be empty.')] : []),
    ...imageProblems({ ...given, stack: given.stack ?? '' }),
  ]);
  const typed = await withApp(given, 'plan', surroundings);
  const read = await readOrder(typed, surroundings, true);
  const { change } = read;
  const head = (asked: typeof typed): RunDescription => ({
    command: 'plan',
    stack: asked.stack,
    groups: [],
    again: againWith({ ...asked, asgs: [] }),
    onInterrupt: () => 'Stops; nothing is changed.',
  });
  let found: ChangePlan | undefined;

  const ending = await withRun(head, typed, { ...surroundings, json: true }, async (run, asked) => {
    expectAccount(run, change.guards);
    await askMetricsFirst(run, wanted);
    const calendar = await calendarNow(run, wanted);
    const cdk =
      asked.cdk === undefined
        ? undefined
        : await prepareCdk(run, asked.cdk, { flags: asked, surroundings, assets: 'files' });
    const stackRun = cdk?.run ?? run;
    const making = makeOrder(stackRun, { asked, wanted, read, ...(cdk !== undefined && { cdk }) });
    // To wait for somebody else's change is no change; all other wishes are.
    const order = {
      ...(await repeatable(asked, undefined, making)),
      wishes: { create: change.wishes.create ?? true, wait: change.wishes.wait ?? false },
    };
    const changing = changeStack(stackRun.deps, order, async (open) => {
      found = withCalendar(await planOf(run, wanted, asked.stack, open), calendar);
      // A plan shows what would be lost; only update-stack has to refuse it.
      guardChange({ ...change.guards, groupReplacement: true }, open, found, order.given);
      return 'drop';
    });
    await repeatable(asked, order, changing);
    return {
      outcome: outcomeOf(found, given['detailed-exitcode'] ?? false),
      results: [],
      ...(found !== undefined && { more: { plan: found } }),
    };
  });
  if (found !== undefined && !surroundings.json) planLines(found).forEach(lineWriter(surroundings.stdout));
  return ending;
}

/** A swap of what is outdated already is a change as well. */
function outcomeOf(plan: ChangePlan | undefined, detailed: boolean): 'nothing' | 'planned' | 'changes' {
  if (plan === undefined || (plan.action === 'none' && plan.groups.every(({ action }) => action === 'skip')))
    return 'nothing';
  return detailed ? 'changes' : 'planned';
}
