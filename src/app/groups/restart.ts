import { gateCommands } from '../../config/gates.js';
import { command } from '../../text/commands/next-command.js';
import { makePlan, readWanted, type Wanted } from '../../config/rollout-plan.js';
import { placeWords } from '../../text/shell-quote.js';
import {
  readRestart,
  restartCommands,
  restartWords,
  type RestartFlags,
  type RestartWanted,
} from '../../config/restart.js';
import { choiceProblems, chooses, chosenWords, type ChoiceFlags } from '../../config/target.js';
import type { Commands } from '../../engine/commands/instance-commands.js';
import { localCommands } from '../../engine/commands/local-commands.js';
import { remoteCommands } from '../../engine/commands/remote-commands.js';
import { runRollout } from '../../engine/rollout/run-rollout.js';
import { problem, refused } from '../../errors.js';
import { askFirst } from './ask-first.js';
import { balancerAsked, balancerProblems, groupsBehind } from './balancer-target.js';
import { withDiagnosis } from '../../run/with-diagnosis.js';
import { lockAsked, type LockFlags } from '../lock/lock-flags.js';
import { withRun, type CommonFlags, type RunDescription, type Run } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { byName, chosenGroups, targetProblems, type TargetFlags } from './command-targets.js';
import { found, ownerOf } from './update-asgs.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RunState } from '../../run/run-state.js';
import { retrying } from '../../engine/retrying-gateway.js';

export interface RestartAsked extends TargetFlags, ChoiceFlags, RestartFlags, CommonFlags, LockFlags {
  readonly elb?: string | undefined;
  readonly 'target-group'?: string | undefined;
  /** Show what instances that did not come back have printed; default true. */
  readonly console?: boolean | undefined;
}

/**
 * `restart`: instances leave their balancers in batches, are restarted, and come back. Nobody is launched or
 * terminated.
 */
export async function restart(given: RestartAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const behind = balancerAsked(given);
  const problems = [
    ...(behind === undefined
      ? targetProblems(given, '--asg NAME, --elb NAME or --target-group ARN')
      : balancerProblems(given)),
    ...choiceProblems(given),
    ...(behind !== undefined && chooses(given)
      ? [problem('--only and --except choose among groups, not behind a balancer.', 'only', 'except')]
      : []),
  ];
  const wish = readRestart(given, problems);
  const wanted = readWanted({ ...limitsOf(given) }, problems);
  const targetOf = (asked: RestartAsked): RestartAsked => (behind === undefined ? asked : byName(asked, [behind]));
  const againFor =
    (named: TargetFlags & ChoiceFlags): RunDescription['again'] =>
    (place) =>
      command`ha-updater restart ${chosenWords(named)} ${restartWords(given)} ${placeWords(place)}`;
  const head = (asked: RestartAsked): RunDescription => ({
    command: 'restart',
    stack: asked.stack,
    groups: targetOf(asked).asgs,
    again: againFor(targetOf(asked)),
    commands: [...gateCommands(wanted.gates), ...restartCommands(wish)],
    onInterrupt,
    lock: lockAsked(asked, wanted),
  });
  return withRun(
    head,
    given,
    surroundings,
    withDiagnosis(async (run, asked) => {
      await askFirst(run, wanted);
      const { groups, leftOut } =
        behind !== undefined
          ? { groups: await groupsBehind(run, behind), leftOut: [] }
          : await chosenGroups(run, asked, asked);
      const part = leftOut.length > 0;
      const again = againFor(behind === undefined ? byName(asked, groups, part) : targetOf(asked));
      run.goOnWith(again, part);
      run.deps.emit({ type: 'groups.found', ...found(asked.stack, { groups, leftOut }) });
      if (groups.length === 0) return { outcome: 'nothing', results: [] };
      if (wish.command.kind === 'ssm') await expectAgents(run, groups);
      const commands = commandsOf(run, wish, asked.stack);
      await run.lockGroups(groups);
      const plan = planOf(run, { wish, wanted, asked }, { groups, part, again });
      try {
        const results = await runRollout({ ...run.deps, commands }, plan);
        return { outcome: results.some(({ outcome }) => outcome === 'restarted') ? 'restarted' : 'nothing', results };
      } finally {
        commands.end();
      }
    }),
  );
}

/** The plan of this run over these groups. */
function planOf(
  run: Run,
  { wish, wanted, asked }: { readonly wish: RestartWanted; readonly wanted: Wanted; readonly asked: RestartAsked },
  { groups, part, again }: ChosenGroups,
): Plan {
  // A run that only puts back needs no check, and no calendar: nothing is terminated.
  const { calendar: _asked, ...checks } = wanted.gates ?? {};
  const gates = wanted.gates === undefined ? {} : { gates: { ...checks, words: [] } };
  return makePlan(
    { ...wanted, ...gates },
    {
      strategy: 'restart',
      restart: wish.plan,
      ...ownerOf(run),
      stack: asked.stack,
      ...(part && asked.stack !== undefined && { part: true as const }),
      groups,
      region: run.region,
      again: again({ region: run.region, profile: asked.profile }),
      adoptOnly: false,
    },
  );
}

/** The groups of one restart. */
interface ChosenGroups {
  readonly groups: readonly string[];
  /** Some groups of the stack are left out. */
  readonly part: boolean;
  readonly again: RunDescription['again'];
}

/** The limits of a rollout that a restart has too, and its check; its command's time is its own. */
function limitsOf(asked: RestartAsked): Parameters<typeof readWanted>[0] {
  const {
    'healthy-timeout': healthy,
    warmup,
    'drain-timeout': drain,
    'wait-for-lock': lock,
    poll,
    'check-command': check,
    'check-timeout': checkTimeout,
    'change-calendar': calendar,
    'despite-calendar': despite,
  } = asked;
  return {
    'change-calendar': calendar,
    'despite-calendar': despite,
    'check-command': check,
    'check-timeout': checkTimeout,
    'healthy-timeout': healthy,
    warmup,
    'drain-timeout': drain,
    'wait-for-lock': lock,
    poll,
  };
}

function commandsOf(run: Run, { command, plan }: RestartWanted, stack: string | undefined): Commands {
  const { gateway, clock, hooks } = run.deps;
  if (command.kind === 'ssm')
    return remoteCommands(gateway, clock, {
      document: command.document,
      parameters: command.parameters,
      run: run.id,
      commandMs: plan.commandMs,
      redact: run.hidden.redactWords,
    });
  if (hooks === undefined) throw new Error('There is nobody to run commands.');
  return localCommands(
    { gateway, clock, hooks },
    { line: command.line, run: run.id, stack: stack ?? '', commandMs: plan.commandMs },
  );
}

/** An instance that takes no commands would fail only once it is out. */
async function expectAgents(run: Run, groups: readonly string[]): Promise<void> {
  const gateway = retrying(run.deps);
  const found = await gateway.describeGroups(groups);
  const ids = found.groups.flatMap(({ instances }) =>
    instances.filter(({ lifecycle, healthy }) => lifecycle === 'InService' && healthy).map(({ id }) => id),
  );
  const online = new Set(await gateway.commandable(ids));
  const deaf = ids.filter((id) => !online.has(id));
  if (deaf.length === 0) return;
  throw refused(
    'restart.noAgent',
    'SSM cannot run commands on ' +
      `${deaf.slice(0, 5).join(', ')}${deaf.length > 5 ? ` and ${deaf.length - 5} more` : ''}: no ` +
      'agent of theirs is online.',
    [],
    [command`aws ssm describe-instance-information --filters Key=InstanceIds,Values=${deaf.slice(0, 5).join(',')}`],
  );
}

/** What the first signal does, by how far the run is. */
function onInterrupt(witness: RunState): string {
  if (witness.open.length === 0) return 'Stops before anything is changed.';
  return (
    'Stops the commands that run and puts back what was taken out. A second signal leaves at once and ' +
    'keeps the record.'
  );
}
