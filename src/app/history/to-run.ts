import { retrying } from '../../engine/retrying-gateway.js';
import { badFlags, problem, refused, usage, type FlagProblem } from '../../errors.js';
import { hashOf } from '../../history/entry.js';
import { templateKey, type RunKey } from '../../history/keys.js';
import { listRuns, readRuns, readTemplate, type StackHistory } from '../../history/kept-runs.js';
import type { HistoryEntry, StackState } from '../../model/history-entry.js';
import { stackNameOf } from '../../model/stack/stack.js';
import type { GivenParameter } from '../../model/stack/template.js';
import type { Run } from '../../run/run.js';
import { command } from '../../text/commands/next-command.js';
import { list } from '../../text/list.js';
import { nearest } from '../../text/nearest.js';

/** What a command line with `--to` says beside it, unchecked. */
export interface ToFlags {
  /** Id of a run as `history` shows it, or its beginning. */
  readonly to?: string | undefined;
  readonly history?: string | undefined;
  readonly template?: string | undefined;
  readonly app?: string | undefined;
  readonly 'change-set'?: string | undefined;
  readonly 'parameters-file'?: readonly string[] | undefined;
  readonly 'use-default'?: readonly string[] | undefined;
}

/** What the stack shall have again. */
export interface StackOfRun {
  /** Those that are others now, and those whose values nobody keeps, as they were given. */
  readonly given: readonly GivenParameter[];
  /** The copy of its template; absent where the stack has that one. */
  readonly template?: { readonly address: string; readonly text: string };
}

/** Runs that are looked through for an id: some years of them. */
const MOST_RUNS = 5_000;

/** Flags that say the same otherwise. */
const RIVALS = ['template', 'app', 'change-set', 'parameters-file', 'use-default'] as const;

/** What is wrong with `--to` before anything is asked. */
export function toProblems(flags: ToFlags): readonly FlagProblem[] {
  if (flags.to === undefined) return [];
  const rivals = RIVALS.filter((name) => {
    const value = flags[name];
    return typeof value === 'string' || (value !== undefined && value.length > 0);
  });
  return [
    ...(flags.to === '' ? [problem('--to takes the id of a run, or its beginning.', 'to')] : []),
    ...((flags.history ?? '') === ''
      ? [problem('--to needs the history that the run is in: --history s3://BUCKET/PREFIX.', 'to', 'history')]
      : []),
    ...rivals.map((name) =>
      problem(`--to gives template and parameters as they were: leave out --${name}.`, 'to', name),
    ),
  ];
}

/**
 * What the run left, for an order like any other. Parameters that came in since, and those whose values nobody keeps,
 * keep the value that the stack has.
 * @throws Failure `usage` for a run that there is none of; `refused` for one that nobody can go back to
 */
export async function stackOfRun(
  run: Run,
  { stack, to, given }: { readonly stack: string; readonly to: string; readonly given: readonly GivenParameter[] },
): Promise<StackOfRun> {
  const { history, identity } = run;
  if (history === undefined) throw badFlags(toProblems({ to }));
  const gateway = retrying(run.deps);
  const { address } = history;
  const { account, region } = identity;
  const of: StackHistory = { address, place: { account, region, stack: stackNameOf(stack) } };
  const entry = await entryOf(run, of, to);
  const { after } = entry;
  if (after === undefined) throw withoutState(stack, entry);
  expectUnkept(given, after, entry);
  const now = await gateway.describeStack(stack);
  const own = now === undefined ? undefined : hashOf(await gateway.stackTemplate(now.id));
  const template = own !== undefined && own === after.template ? undefined : await copyOf(run, of, { entry, after });
  const values = new Map(now?.parameters.map(({ key, value }) => [key, value]));
  const moved = Object.entries(after.parameters).filter(([key, value]) => values.get(key) !== value);
  history.keeper.goesBackTo(entry.run);
  return {
    given: [...moved.map(([key, value]) => ({ key, value })), ...given],
    ...(template !== undefined && { template }),
  };
}

async function entryOf({ deps }: Run, of: StackHistory, to: string): Promise<HistoryEntry> {
  const { stack } = of.place;
  const { runs } = await listRuns(retrying(deps), of, MOST_RUNS);
  const found = runFor(to, runs);
  if (!('key' in found)) throw unknownRun(to, of, { ...found, all: runs.map(({ run }) => run) });
  const [{ entry } = { entry: 'it is gone' }] = await readRuns(retrying(deps), of, [found]);
  if (typeof entry !== 'string') return entry;
  throw refused(
    'history.unreadable',
    `The entry of run ${found.run} cannot be read: ${entry}.`,
    [],
    [command`ha-updater history ${stack}`],
  );
}

/** The run of that id, or the only one that begins like it; else those that may be meant. */
function runFor(to: string, runs: readonly RunKey[]): RunKey | { readonly several: readonly string[] } {
  const exact = runs.find(({ run }) => run === to);
  if (exact !== undefined) return exact;
  const begin = runs.filter(({ run }) => run.startsWith(to));
  const [only] = begin;
  if (only !== undefined && begin.length === 1) return only;
  return { several: begin.map(({ run }) => run) };
}

function unknownRun(
  to: string,
  { address, place: { stack } }: StackHistory,
  { several, all }: { readonly several: readonly string[]; readonly all: readonly string[] },
): Error {
  const near = nearest(to, all);
  const what =
    several.length > 0
      ? `${several.length} runs of stack ${stack} begin with ${to}: ${list(several, 5)}.`
      : `There is no run ${to} of stack ${stack} in ${address.shown}.` +
        (near === undefined ? '' : ` Did you mean ${near}?`);
  return usage('history.unknown', problem(what, 'to'), [command`ha-updater history ${stack}`]);
}

/** Only what nobody keeps may be given beside a run. */
function expectUnkept(given: readonly GivenParameter[], { secrets }: StackState, { run }: HistoryEntry): void {
  const others = given.filter(({ key }) => !secrets.includes(key)).map(({ key }) => key);
  if (others.length === 0) return;
  const may = secrets.length === 0 ? '' : ` Only ${list(secrets, 5)} may be given: their values are kept nowhere.`;
  throw badFlags([problem(`--to gives parameters as run ${run} had them: leave out ${list(others, 5)}.${may}`, 'to')]);
}

async function copyOf(
  { deps }: Run,
  of: StackHistory,
  { entry, after }: { readonly entry: HistoryEntry; readonly after: StackState },
): Promise<NonNullable<StackOfRun['template']>> {
  const { template: hash } = after;
  const text = hash === undefined ? undefined : await readTemplate(retrying(deps), of, hash);
  if (hash === undefined || text === undefined) throw withoutTemplate(entry, after);
  return { address: `s3://${of.address.bucket}/${templateKey(of.address, of.place, hash)}`, text };
}

/** Says what is missing and what the entry knows; where the template is nobody knows, so no command does it. */
function withoutTemplate({ run, stack }: HistoryEntry, { template, parameters }: StackState): Error {
  const which = template === undefined ? '' : ` (its text has the SHA-256 ${template})`;
  const values = list(Object.entries(parameters).map(([key, value]) => `${key}=${value}`));
  const given = values === '' ? '' : `, and the parameters of that run: ${values}`;
  return refused(
    'history.noTemplate',
    `Run ${run} had another template than stack ${stack} has now, and there is no copy of it${which}. To go back, ` +
      `give update-stack that template with --template${given}.`,
    [],
    [command`ha-updater history ${stack}`],
  );
}

function withoutState(stack: string, { run, outcome }: HistoryEntry): Error {
  return refused(
    'history.noState',
    `The entry of run ${run} (${outcome}) says nothing of the stack after it: that could not be read then, or was ` +
      'too large to keep.',
    [],
    [command`ha-updater history ${stack}`],
  );
}
