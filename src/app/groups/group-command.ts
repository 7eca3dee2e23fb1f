import type { GroupFlags, Wanted } from '../../config/rollout-plan.js';
import type { Commands } from '../../engine/commands/instance-commands.js';
import type { CommandMemory } from '../../engine/commands/remote-commands.js';
import { noLookYet, type LookMemory } from '../../engine/rollout/looks/look-memory.js';
import { takeLook } from '../../engine/rollout/looks/take-look.js';
import type { AwaitLook, AwaitMemory } from '../../engine/stack/await-change.js';
import { badFlags, Failure, type FlagProblem, problem, usage } from '../../errors.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { CommandResult, LookAgain, ProcessContext } from '../../run/process-context.js';
import {
  withLook,
  withRun,
  type CommonFlags,
  type Run,
  type RunDescription,
  type RunResult,
  type TaskAgain,
} from '../../run/run.js';
import { withDiagnosis, type Explaining } from '../../run/with-diagnosis.js';
import { withWords } from '../../text/commands/next-command.js';
import type { LockFlags } from '../lock/lock-flags.js';
import type { Choice } from './choose-groups.js';

/** What a command over groups is asked for. */
export type GroupsAsked = GroupFlags & CommonFlags & LockFlags & Explaining;

/** A command over groups in its parts, which one process does one after the other, or as many as there are looks. */
export interface GroupCommand<A extends GroupsAsked> {
  readonly wanted: Wanted;
  readonly describe: (asked: A) => RunDescription;
  /** What is asked before anything: whether it may begin, and which groups are meant. @throws Failure `refused` */
  readonly begin: (run: Run, asked: A) => Promise<Choice>;
  /** One look at what has to be over before it begins; absent where nothing has. */
  readonly await?: (run: Run, asked: A, before: AwaitMemory | undefined) => Promise<AwaitLook>;
  /** What is told of the groups, and asked of them, once. @throws Failure `refused` */
  readonly found: (run: Run, asked: A, choice: Choice) => void | Promise<void>;
  /** The plan over them; says anew which command goes on. */
  readonly plan: (run: Run, asked: A, choice: Choice) => Plan;
  /** Tells of the groups, and rolls out to the end: the plan, or what has to end before it and then the plan. */
  readonly roll: (run: Run, asked: A, begun: Omit<Ended, 'results'>) => Promise<readonly GroupResult[]>;
  /** Runs on instances what the command is for, and goes on with what earlier looks started; absent without any. */
  readonly onInstances?: (run: Run, asked: A, memory: CommandMemory) => Commands;
  /** What else of the command line must not get into an execution, as sentences. */
  readonly forServer?: (asked: A) => readonly FlagProblem[];
  /** What the results mean. */
  readonly end: (run: Run, asked: A, ended: Ended) => RunResult | Promise<RunResult>;
}

/** How the looks of a command ended. */
interface Ended {
  readonly results: readonly GroupResult[];
  readonly plan: Plan;
  readonly choice: Choice;
}

/** The whole command in one process. */
export function runCommand<A extends GroupsAsked>(
  command: GroupCommand<A>,
  given: A,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  return withRun(
    command.describe,
    given,
    surroundings,
    withDiagnosis(async (run, asked) => {
      const choice = await command.begin(run, asked);
      const plan = command.plan(run, asked, choice);
      const results = await command.roll(run, asked, { plan, choice });
      return command.end(run, asked, { results, plan, choice });
    }),
  );
}

/** What the looks of a command leave for each other. */
interface TaskMemory {
  readonly choice: Choice;
  readonly kept: LookMemory;
  /** What was waited for has failed: what others left is ended, nothing is begun, and then this is thrown. */
  readonly failed?: Pick<Failure, 'outcome' | 'facts'>;
}

/** The same before it begins. */
interface Awaiting {
  readonly awaits: AwaitMemory;
}

/** One look of the same command. @throws Failure `usage` for what needs a process that lives until the end */
export async function lookOnce<A extends GroupsAsked>(
  command: GroupCommand<A>,
  given: A,
  surroundings: ProcessContext,
): Promise<CommandResult | LookAgain> {
  const { byLooks } = surroundings;
  if (byLooks === undefined) throw new Error('A look is of a run that has a name.');
  await expectNoProcess(command, given, surroundings, { flags: OF_A_PROCESS });
  return withLook(command.describe, given, surroundings, async (run, asked, before): Promise<RunResult | TaskAgain> => {
    const look = withDiagnosis<A, RunResult | TaskAgain>(async () => {
      const known = before as TaskMemory | Awaiting | undefined;
      const begun = known !== undefined && 'choice' in known ? known : await beginning(command, run, { asked, known });
      if ('forMs' in begun) return begun;
      const { choice, kept, failed } = begun;
      const plan = { ...command.plan(run, asked, choice), ...(failed !== undefined && { adoptOnly: true }) };
      if (known === undefined || !('choice' in known)) await command.found(run, asked, choice);
      const commands = command.onInstances?.(run, asked, kept.commands);
      const deps = commands === undefined ? run.deps : { ...run.deps, commands };
      const after = await takeLook(deps, plan, kept, byLooks.again);
      if (after.kind === 'look') return { forMs: after.forMs ?? 0, task: begun };
      if (failed !== undefined) throw new Failure(failed.outcome, failed.facts);
      return command.end(run, asked, { results: after.results, plan, choice });
    });
    return look(run, asked);
  });
}

/** The beginning, once what has to be over before is over. @throws Failure, AwsFault */
async function beginning<A extends GroupsAsked>(
  command: GroupCommand<A>,
  run: Run,
  { asked, known }: { readonly asked: A; readonly known: Awaiting | undefined },
): Promise<TaskMemory | TaskAgain> {
  const awaited = await command.await?.(run, asked, known?.awaits);
  if (awaited?.kind === 'look') return { forMs: awaited.forMs, task: { awaits: awaited.memory } satisfies Awaiting };
  const failed = awaited?.kind === 'failed' ? awaited.failure : undefined;
  return {
    choice: await command.begin(run, asked),
    kept: noLookYet(),
    ...(failed !== undefined && { failed: { outcome: failed.outcome, facts: failed.facts } }),
  };
}

/**
 * Flags that name a place on this machine, something that has to be held from the first look to the last, or one
 * rollout after the end of another.
 */
const OF_A_PROCESS = [
  'lock',
  'history',
  'events-file',
  'junit',
  'report',
  'webhook',
  'event-bus',
  'image',
  'finish-kept',
] as const;

/** The same of one that somebody follows, who writes the files and sends the notices. */
const OF_A_RUN = ['lock', 'history', 'image', 'finish-kept'];

/**
 * What an execution of the function cannot do is refused before it is started, with the command that can.
 * @throws Failure `usage`
 */
export function expectServable<A extends GroupsAsked>(
  command: GroupCommand<A>,
  given: A,
  surroundings: ProcessContext,
): Promise<void> {
  return expectNoProcess(command, given, surroundings, { flags: OF_A_RUN, again: ['--on', 'here'] });
}

/** Those whose value may be a secret. */
const SECRET: ReadonlySet<string> = new Set(['lock', 'webhook']);

/**
 * What needs a process that lives from the first look to the last is refused, with the command that has one.
 * @throws Failure `usage`
 */
async function expectNoProcess<A extends GroupsAsked>(
  { describe, forServer }: GroupCommand<A>,
  given: A,
  { env }: ProcessContext,
  { flags: ofAProcess, again: more = [] }: { readonly flags: readonly string[]; readonly again?: readonly string[] },
): Promise<void> {
  const flags = given as Readonly<Record<string, unknown>>;
  const used = ofAProcess.filter((flag) => ![undefined, '', false].includes(flags[flag] as never));
  const problems: readonly FlagProblem[] = [
    ...(describe(given).commands ?? []).map(({ flag }) =>
      problem(`--${flag} runs a command on the machine of the run, and there is none between two looks.`, flag),
    ),
    ...used.map((flag) => problem(`--${flag} needs a process that lives until the end of the run.`, flag)),
    ...(forServer?.(given) ?? []),
  ];
  if (problems.length === 0) return;
  const { resolveRegion } = await import('../../aws/gateway.js');
  const { profile } = given;
  const again = describe(given).again({ region: await resolveRegion(given.region, env, profile), profile });
  // An address may hold a password.
  const shown = used.filter((flag) => !SECRET.has(flag) && !again.words.includes(`--${flag}`));
  const words = shown.flatMap((flag) => [`--${flag}`, ...(flags[flag] === true ? [] : [String(flags[flag])])]);
  const { facts } = badFlags(problems);
  throw usage('usage.byLooks', problem(facts.what, ...problems.flatMap((one) => one.flags)), [
    withWords(again, [...words, ...more]),
  ]);
}
