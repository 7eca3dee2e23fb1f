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
import { lookOnce, runCommand, type GroupCommand } from './group-command.js';
import type { Choice } from './choose-groups.js';
import { splitKeyValue } from '../../text/key-value.js';
import type { Commands } from '../../engine/commands/instance-commands.js';
import { localCommands } from '../../engine/commands/local-commands.js';
import { remoteCommands, type RemoteCommand } from '../../engine/commands/remote-commands.js';
import { runRollout } from '../../engine/rollout/run-rollout.js';
import { problem, refused, type FlagProblem } from '../../errors.js';
import { askFirst } from './ask-first.js';
import { balancerAsked, balancerProblems, groupsBehind } from './balancer-target.js';
import { lockAsked, type LockFlags } from '../lock/lock-flags.js';
import type { CommonFlags, RunDescription, Run } from '../../run/run.js';
import type { CommandResult, LookAgain, ProcessContext } from '../../run/process-context.js';
import { byName, chosenGroups, targetProblems, type TargetFlags } from './command-targets.js';
import { ownerOf, tellFound } from './update-asgs.js';
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
 * `restart`: instances leave their balancers in batches, are restarted, and come back. No instance is launched or
 * terminated.
 */
export async function restart(given: RestartAsked, surroundings: ProcessContext): Promise<CommandResult> {
  return runCommand(restartCommand(given), given, surroundings);
}

/** One look of `restart`. */
export async function lookAtRestart(
  given: RestartAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | LookAgain> {
  return lookOnce(restartCommand(given), given, surroundings);
}

/** `restart` in its parts. @throws Failure `usage` */
export function restartCommand(given: RestartAsked): GroupCommand<RestartAsked> {
  const behind = balancerAsked(given);
  const problems = restartProblems(given, behind);
  const wish = readRestart(given, problems);
  const wanted = readWanted({ ...limitsOf(given) }, problems);
  const targetOf = (asked: RestartAsked): RestartAsked => (behind === undefined ? asked : byName(asked, [behind]));
  const againFor =
    (named: TargetFlags & ChoiceFlags): RunDescription['again'] =>
    (place) =>
      command`ha-updater restart ${chosenWords(named)} ${restartWords(given)} ${placeWords(place)}`;
  const found = async (run: Run, asked: RestartAsked, choice: Choice): Promise<void> => {
    tellFound(run, asked, choice);
    if (wish.command.kind === 'ssm' && choice.groups.length > 0) await expectAgents(run, choice.groups);
  };
  return {
    wanted,
    describe: (asked) => ({
      command: 'restart',
      stack: asked.stack,
      groups: targetOf(asked).asgs,
      again: againFor(targetOf(asked)),
      commands: [...gateCommands(wanted.gates), ...restartCommands(wish)],
      onInterrupt,
      lock: lockAsked(asked, wanted),
    }),
    begin: async (run, asked) => {
      await askFirst(run, wanted);
      return behind === undefined
        ? chosenGroups(run, asked, asked)
        : { groups: await groupsBehind(run, behind), leftOut: [] };
    },
    found,
    plan: (run, asked, { groups, leftOut }) => {
      const part = leftOut.length > 0;
      const again = againFor(behind === undefined ? byName(asked, groups, part) : targetOf(asked));
      run.goOnWith(again, part);
      return planOf(run, { wish, wanted, asked }, { groups, part, again });
    },
    onInstances: (run, _asked, memory) =>
      remoteCommands(run.deps, { ...documentOf(run, wish), outputStays: true }, memory),
    forServer: parametersKept,
    roll: async (run, asked, { plan, choice }) => {
      await found(run, asked, choice);
      if (choice.groups.length === 0) return [];
      const commands = commandsOf(run, wish, asked.stack);
      await run.lockGroups(choice.groups);
      try {
        return await runRollout({ ...run.deps, commands }, plan);
      } finally {
        commands.end();
      }
    },
    end: (_run, _asked, { results }) => ({
      outcome: results.some(({ outcome }) => outcome === 'restarted') ? 'restarted' : 'nothing',
      results,
    }),
  };
}

/** What is wrong with the choice of what is restarted, as sentences. */
function restartProblems(given: RestartAsked, behind: string | undefined): FlagProblem[] {
  if (behind === undefined)
    return [...targetProblems(given, '--asg NAME, --elb NAME or --target-group ARN'), ...choiceProblems(given)];
  return [
    ...balancerProblems(given),
    ...choiceProblems(given),
    ...(chooses(given)
      ? [problem('--only and --except choose among groups, not behind a balancer.', 'only', 'except')]
      : []),
  ];
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

function commandsOf(run: Run, wish: RestartWanted, stack: string | undefined): Commands {
  const { command, plan } = wish;
  const { gateway, clock, hooks } = run.deps;
  if (command.kind === 'ssm') return remoteCommands(run.deps, documentOf(run, wish));
  if (hooks === undefined) throw new Error('There is nobody to run commands.');
  return localCommands(
    { gateway, clock, hooks },
    { line: command.line, run: run.id, stack: stack ?? '', commandMs: plan.commandMs },
  );
}

/** What SSM runs. @throws Error for a command of this machine, which no execution is asked for */
function documentOf({ id, hidden }: Run, { command, plan }: RestartWanted): RemoteCommand {
  if (command.kind !== 'ssm') throw new Error('There is no machine to run a command on.');
  const { document, parameters } = command;
  return { document, parameters, run: id, commandMs: plan.commandMs, redact: hidden.redactWords };
}

/** A reference that SSM reads when it runs the document. Source: Systems Manager user guide, "Using parameters". */
const REFERENCE = /^\{\{\s*ssm(-secure)?:[^{}]+\}\}$/;

/** Values of a document's parameters may be secret, and what an execution is given is kept. */
function parametersKept({ 'ssm-parameter': parameters = [] }: RestartAsked): readonly FlagProblem[] {
  return parameters.flatMap((text) => {
    const { key, value = '' } = splitKeyValue(text) ?? { key: text };
    // rule: value-of-document-in-execution
    if (REFERENCE.test(value)) return [];
    const says = `--ssm-parameter ${key} would be kept in the execution, and it may be secret. `;
    return [problem(`${says}Name one of Parameter Store: ${key}={{ssm:NAME}}.`, 'ssm-parameter')];
  });
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
