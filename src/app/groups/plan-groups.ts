import { command } from '../../text/commands/next-command.js';
import { readWanted } from '../../config/rollout-plan.js';
import { askedAtStages } from '../../decide/outlook/asked-at-stages.js';
import { noGroups, problem, refused, type FlagProblem } from '../../errors.js';
import type { ChangePlan, GroupOutlook } from '../../model/stack/change-plan.js';
import { planLines } from '../../render/documents/plan.js';
import { lineWriter } from '../../render/line-writer.js';
import { expectAccount, withCalendar } from '../stack/change-guards.js';
import { withRun, type RunDescription } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { askMetricsFirst, calendarNow } from './ask-first.js';
import { byName, chosenGroups, targetProblems } from './command-targets.js';
import { imageFor, imageProblems } from './image-rollout.js';
import { outlooks } from './outlooks.js';
import { againWith, found, type UpdateGroupsAsked } from './update-asgs.js';

export interface PlanGroupsAsked extends UpdateGroupsAsked {
  /** Exit 10 when there is something to change. */
  readonly 'detailed-exitcode'?: boolean | undefined;
  readonly 'expect-account'?: readonly string[] | undefined;
  readonly 'expect-no-changes'?: boolean | undefined;
  /** KEY=VALUE: of a stack alone. */
  readonly parameters: readonly string[];
}

/** What else of update-stack makes no sense without a stack, as far as it decides what would happen. */
const OF_A_STACK = ['template', 'app', 'to', 'change-set', 'parameters-file', 'use-default', 'approve-only'] as const;

/** `plan --asg`: what update-asgs with the same arguments would do with each group. Changes nothing. */
export async function planGroups(asked: PlanGroupsAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const wanted = readWanted(asked, [
    ...targetProblems(asked),
    ...imageProblems(asked),
    ...stackProblems(asked, surroundings),
  ]);
  const head = (): RunDescription => ({
    command: 'plan',
    groups: asked.asgs,
    again: againWith(asked, 'plan'),
    onInterrupt: () => 'Stops; nothing is changed.',
  });
  let plan: ChangePlan | undefined;
  const ending = await withRun(head, asked, { ...surroundings, json: true }, async (run) => {
    expectAccount(run, { accounts: asked['expect-account'] ?? [] });
    await askMetricsFirst(run, wanted);
    const calendar = await calendarNow(run, wanted);
    const { groups, leftOut } = await chosenGroups(run, asked, wanted.choice);
    run.goOnWith(againWith(byName(asked, groups), 'plan'));
    run.deps.emit({ type: 'groups.found', ...found(undefined, { groups, leftOut }) });
    const image = asked.image === undefined ? undefined : await imageFor(run, groups, asked.image);
    const seen = await outlooks(run, wanted, { groups, ...(image !== undefined && { image }) }, undefined);
    const gone = groups.filter((name) => !seen.some(({ group }) => group === name));
    if (gone.length > 0) throw noGroups(gone, [command`ha-updater list`]);
    const shown: ChangePlan = {
      stack: '',
      action: 'none',
      parameters: {},
      resources: [],
      newGroups: [],
      groups: seen,
      ...askedAtStages(wanted),
      ...(leftOut.length > 0 && { leftOut }),
      against: [],
    };
    plan = withCalendar(shown, calendar);
    const changes = seen.some(({ action }) => action !== 'skip');
    if (changes && asked['expect-no-changes'] === true) throw unexpected(seen);
    const outcome = !changes ? 'nothing' : asked['detailed-exitcode'] === true ? 'changes' : 'planned';
    return { outcome, results: [], more: { plan } };
  });
  if (plan !== undefined && !surroundings.json) planLines(plan).forEach(lineWriter(surroundings.stdout));
  return ending;
}

/** Flags that were typed, not those of a settings file, which serves update-stack too. */
function stackProblems(asked: PlanGroupsAsked, { settings }: ProcessContext): readonly FlagProblem[] {
  const said = new Set((settings?.said ?? []).map(({ name }) => name));
  const given = asked as unknown as Readonly<Record<string, unknown>>;
  const wrong = OF_A_STACK.filter((name) => given[name] !== undefined && !said.has(name));
  const words = [...(asked.parameters.length > 0 ? ['KEY=VALUE'] : []), ...wrong.map((name) => `--${name}`)];
  if (words.length === 0) return [];
  return [
    problem(
      `${words.join(', ')} ${words.length === 1 ? 'is' : 'are'} for a stack; --asg and --asg-tag name groups alone.`,
      ...wrong,
      'asg',
      'asg-tag',
    ),
  ];
}

function unexpected(groups: readonly GroupOutlook[]): Error {
  const reasons = groups
    .filter(({ action }) => action !== 'skip')
    .map(({ group, why }) => ({ code: 'change.resource', group, text: why, remedy: '' }));
  return refused('change.unexpected', 'Groups would change, although no changes were expected.', reasons);
}
