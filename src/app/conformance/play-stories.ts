import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { newToken } from '../../config/run-id.js';
import { play, type Played } from '../../conformance/play.js';
import { stackName } from '../../conformance/stack.js';
import { EXIT, Failure, systemError, usage } from '../../errors.js';
import { whyNot } from '../../files/system-fault.js';
import { openForLater, type WrittenFile } from '../../files/written-file.js';
import type { StoryResult } from '../../model/story-result.js';
import { storyLines, tallyLine } from '../../render/documents/conformance-page.js';
import { endWithError } from '../../run/end-with-error.js';
import { toFailure } from '../../run/failure.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { listenForSignals, type Signals } from '../../run/signals/interrupt.js';
import { command } from '../../text/commands/next-command.js';
import { notCleaned } from './clean.js';
import type { ConformanceOrder, ConformancePlace } from './conformance-order.js';

/** The --json document of `conformance`. The number of the account stands nowhere in it, so that it can be sent on. */
export interface ConformanceDocument extends Pick<
  CommandResult,
  'v' | 'command' | 'outcome' | 'exitCode' | 'failure' | 'run' | 'interrupted'
> {
  /** Version of this tool. */
  readonly version: string;
  readonly region: string;
  readonly instanceType: string;
  readonly results: readonly StoryResult[];
}

/** The report as JSON, and beside it as text. */
export interface Report {
  readonly json: WrittenFile;
  readonly text: WrittenFile;
}

/** @throws Failure `usage` when one of the files cannot be written */
export async function openReport(path: string | undefined): Promise<Report | undefined> {
  if (path === undefined) return undefined;
  const open = async (one: string): Promise<WrittenFile> => {
    try {
      return await openForLater(one, newToken);
    } catch (error) {
      throw usage('usage.file', `The report cannot be written to ${one}: ${whyNot(systemError(error))}.`);
    }
  };
  return { json: await open(path), text: await open(`${path}.txt`) };
}

/** Plays the stories that were asked for, tells each as it ends, and writes the report. */
export async function playStories(
  place: ConformancePlace,
  order: ConformanceOrder & { readonly run: string; readonly report: Report | undefined },
  surroundings: ProcessContext,
): Promise<ConformanceDocument> {
  const { clock, say, region } = place;
  const signals = listen(place, order.run, surroundings);
  const packageFolder = dirname(createRequire(import.meta.url).resolve('ha-updater/package.json'));
  try {
    const played = await play(place.aws, clock, {
      ...order,
      until: clock.now() + order.deadlineMs,
      template: await readFile(join(packageFolder, 'templates/conformance.yaml'), 'utf8'),
      ends: () => signals.received && `${signals.received} came`,
      wake: signals.wake,
      say,
      told: (result) => storyLines(anonymous(result, place)).forEach(say),
    });
    const results = played.results.map((result) => anonymous(result, place));
    say(tallyLine(results));
    const document: ConformanceDocument = {
      v: 1,
      command: 'conformance',
      ...endOf({ ...played, results }, place, order.run, surroundings),
      run: order.run,
      version: surroundings.version,
      region,
      instanceType: order.instanceType,
      results,
      ...(signals.received !== undefined && { interrupted: signals.received }),
    };
    await writeReport(order.report, document, clock);
    return document;
  } finally {
    signals.release();
  }
}

/** What AWS says may hold the number of the account, as ARNs do. */
function anonymous(result: StoryResult, { account }: ConformancePlace): StoryResult {
  return JSON.parse(JSON.stringify(result).replaceAll(account, 'ACCOUNT')) as StoryResult;
}

function endOf(
  { results, endedBy, left }: Played,
  { account, region, profile }: ConformancePlace,
  run: string,
  surroundings: ProcessContext,
): Pick<ConformanceDocument, 'outcome' | 'exitCode' | 'failure'> {
  const failure = left === undefined ? endedBy && endedEarly(endedBy, run) : notCleaned(stackName(run), left, account);
  if (failure !== undefined && failure !== '') {
    const told = toFailure(failure, { command: 'conformance', region, profile });
    const { outcome, exitCode, failure: facts } = endWithError(told, 'conformance', surroundings);
    return { outcome, exitCode, ...(facts !== undefined && { failure: facts }) };
  }
  const some = (verdict: StoryResult['verdict']): boolean => results.some((result) => result.verdict === verdict);
  if (some('differs')) return { outcome: 'differs', exitCode: EXIT.differs };
  return some('not shown') ? { outcome: 'stopped', exitCode: EXIT.stopped } : { outcome: 'shown', exitCode: EXIT.done };
}

function endedEarly(why: string, run: string): Failure {
  return new Failure('stopped', {
    code: 'conformance.ended',
    what: `Conformance ended early: ${why.replace(/\.$/, '')}.`,
    reasons: [],
    serves: 'No group of yours was touched.',
    left: `Nothing: stack ${stackName(run)} is gone.`,
    next: [],
  });
}

/** The first signal cleans up; the second one leaves, and says what is left. */
function listen(
  { say, account, clock, region, profile }: ConformancePlace,
  run: string,
  surroundings: ProcessContext,
): Signals {
  return listenForSignals(
    surroundings.onSignal,
    {
      first: (signal) => say(`${signal} came: deletes the stack, then ends. A second signal leaves at once.`),
      second: (signal) => {
        const left = new Failure('stopped', {
          code: 'interrupted',
          what: `${signal} came while the stack was being deleted; the command left at once.`,
          reasons: [],
          serves: 'No group of yours was touched.',
          left: `Stack ${stackName(run)}, which may cost money.`,
          next: [command`ha-updater conformance --clean --accounts ${account}`],
        });
        const told = toFailure(left, { command: 'conformance', region, profile });
        surroundings.leave(endWithError(told, 'conformance', surroundings));
      },
    },
    clock,
  );
}

async function writeReport(
  report: Report | undefined,
  document: ConformanceDocument,
  clock: ConformancePlace['clock'],
): Promise<void> {
  if (report === undefined) return;
  const text = [
    `ha-updater ${document.version}, conformance of run ${document.run ?? ''}`,
    `Region ${document.region}, instances of ${document.instanceType}`,
    tallyLine(document.results),
    '',
    ...document.results.flatMap((result) => [
      ...storyLines(result),
      ...result.comparisons.map(({ agrees, what, said }) => `    ${agrees ? 'agrees ' : 'differs'} ${what}: ${said}`),
    ]),
  ];
  await report.json.write(`${JSON.stringify(document, null, 2)}\n`, clock);
  await report.text.write(`${text.join('\n')}\n`, clock);
}
