import { appendFile, open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemClock } from '../clock.js';
import { ciLogOf } from '../config/log-marks.js';
import { newToken } from '../config/run-id.js';
import { badFlags, problem, usage } from '../errors.js';
import { whyNot } from '../files/system-fault.js';
import { openLineFile, type LineFile } from '../files/line-file.js';
import { openForLater, type WrittenFile } from '../files/written-file.js';
import type { Emit, Stamped } from '../model/event.js';
import type { Reason } from '../model/rollout/decision.js';
import { lineWriter } from '../render/line-writer.js';
import { harmlessJson } from '../text/plain.js';
import type { GatewayOptions } from '../aws/gateway.js';
import { openNotifiers, type NotifyFlags } from '../notify/open-notifiers.js';
import type { PutEntry } from '../notify/event-bus.js';
import { NOTICE_MS, postWithin } from '../notify/webhook.js';
import type { Format } from '../render/report/formats.js';
import type { ProcessContext } from './process-context.js';
import type { OutputFlags } from './renderer-choice.js';

/** Files that a run is written to besides what it shows. */
export interface SinkFlags extends OutputFlags, NotifyFlags {
  readonly 'events-file'?: string | undefined;
  readonly junit?: string | undefined;
  readonly report?: string | undefined;
}

/** Where a run is told besides the screen. None of them can stop a run once it has begun. */
export interface Sinks {
  readonly see: (stamped: Stamped) => void;
  /** After the last event: writes what is written whole, and says on stderr what could not be written. */
  readonly end: () => Promise<void>;
  /** What must not be repeated anywhere. */
  readonly secrets: readonly string[];
}

/** What a file of ours begins with: anything else is somebody's, such as a template, and is not written over. */
const OURS: Readonly<Record<'events-file' | 'junit' | 'report', RegExp>> = {
  'events-file': /^\{"v":\d/,
  junit: /^<\?xml/i,
  report: /^<!doctype html/i,
};

/**
 * Makes sure of all files while nothing is begun yet.
 * @param way to AWS, for an event bus
 * @throws Failure (usage) for a file that cannot be written, or that is none of ours
 */
export async function openSinks(
  flags: SinkFlags,
  surroundings: ProcessContext,
  emit: Emit,
  way: GatewayOptions,
): Promise<Sinks> {
  await expectOurs(flags);
  const warn = lineWriter(surroundings.stderr);
  const whole = await openWhole(flags, surroundings);
  const late: string[] = [];
  let over = false;
  const say = (reason: Reason): void => {
    // Nothing is told after the end of a run.
    if (over) late.push(reason.text);
    else emit({ type: 'warning', reason });
  };
  // A plan is nothing to be told of.
  const tells = surroundings.command === 'plan' ? {} : flags;
  const ways = {
    post: surroundings.simulated?.post ?? postWithin(NOTICE_MS),
    put: busFrom(way),
    patience: () => systemClock().sleep(NOTICE_MS),
  };
  const { notifiers, secrets } = await openNotifiers(tells, surroundings.env, ways, say);
  const events = openEvents(flags['events-file']);
  const told: Stamped[] = [];
  let file = events;
  const give = (stamped: Stamped): void => {
    try {
      file?.write(harmlessJson(JSON.stringify(stamped)));
    } catch (error) {
      close(file);
      file = undefined;
      const text = `The file ${flags['events-file'] ?? ''} takes no more events: ${whyNot(error)}.`;
      say({ code: 'output.eventsFile', text, remedy: 'The run goes on; the file ends where it is.' });
    }
  };
  return {
    secrets,
    see: (stamped) => {
      over ||= stamped.event.type === 'run.finished';
      notifiers.forEach((one) => one.see(stamped));
      if (whole.length > 0) told.push(stamped);
      give(stamped);
    },
    end: async () => {
      close(file);
      file = undefined;
      for (const one of whole.splice(0))
        await one
          .write(told)
          .catch((error: unknown) => void late.push(`${one.what} could not be written: ${whyNot(error)}.`));
      await Promise.all(notifiers.map((one) => one.end()));
      late.splice(0).forEach((text) => warn(`WARNING ${text}`));
    },
  };
}

/** The SDK's client is loaded with the first entry, and never without one. */
function busFrom(way: GatewayOptions): PutEntry {
  let put: PutEntry | undefined;
  return async (entry) => {
    const { eventBus } = await import('../aws/put-events.js');
    put ??= eventBus(way, NOTICE_MS);
    return put(entry);
  };
}

function close(file: LineFile | undefined): void {
  try {
    file?.close();
  } catch {
    // A disk that could not take it has said so before.
  }
}

/** What is written at the end. */
interface Whole {
  readonly what: string;
  readonly write: (told: readonly Stamped[]) => Promise<void>;
}

async function openWhole(flags: SinkFlags, { env, command }: ProcessContext): Promise<Whole[]> {
  const formats = [
    ['junit', 'junit'],
    ['report', 'html'],
  ] as const;
  const files: Whole[] = [];
  for (const [name, format] of formats) {
    const path = flags[name];
    if (path === undefined) continue;
    const file = await openForLater(path, newToken).catch((error: unknown) => {
      throw notWritable(name, path, error);
    });
    files.push({ what: `The file ${path}`, write: (told) => writeAs(format, told, file) });
  }
  const summary = env['GITHUB_STEP_SUMMARY'] ?? '';
  if (summary === '' || command === 'plan' || ciLogOf(flags['ci-log'], env) !== 'github') return files;
  const append = async (told: readonly Stamped[]): Promise<void> => appendFile(summary, await textAs('markdown', told));
  return [...files, { what: 'The summary of the step', write: append }];
}

async function writeAs(format: Format, told: readonly Stamped[], file: WrittenFile): Promise<void> {
  await file.write(await textAs(format, told), systemClock());
}

/** The report is loaded only where somebody wants one. */
async function textAs(format: Format, told: readonly Stamped[]): Promise<string> {
  const { reportAs } = await import('../render/report/formats.js');
  return reportAs(format, told);
}

function openEvents(path: string | undefined): LineFile | undefined {
  if (path === undefined) return undefined;
  try {
    return openLineFile(path);
  } catch (error) {
    throw notWritable('events-file', path, error);
  }
}

async function expectOurs(flags: SinkFlags): Promise<void> {
  const seen = new Map<string, string>();
  for (const name of ['events-file', 'junit', 'report'] as const) {
    const path = flags[name];
    if (path === undefined) continue;
    if (path === '' || path === '-')
      throw usage(
        'usage.file',
        problem(
          `--${name} needs the name of a file: '${path}' is none. Events go to stdout with --output jsonl.`,
          name,
        ),
      );
    const other = seen.get(resolve(path));
    if (other !== undefined)
      throw badFlags([problem(`--${other} and --${name} name the same file: ${path}.`, other, name)], 'usage.file');
    seen.set(resolve(path), name);
    const begins = await beginningOf(path).catch((error: unknown) => {
      throw notWritable(name, path, error);
    });
    if (begins !== '' && !OURS[name].test(begins))
      throw usage(
        'usage.file',
        problem(
          `--${name} would write over ${path}, which this tool did not write. Name another file, or remove it first.`,
          name,
        ),
      );
  }
}

/** How a regular file begins; '' where there is none, or nothing in it. */
async function beginningOf(path: string): Promise<string> {
  // To open a pipe is to wait for its other end.
  const found = await stat(path).catch(ifMissing);
  if (found?.isFile() !== true) return '';
  const file = await open(path, 'r').catch(ifMissing);
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
  } finally {
    await file.close();
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  // What may be written and not read is no reason to stop: it is asked again when it is opened.
  if (error.code === 'ENOENT' || error.code === 'EACCES') return undefined;
  throw error;
}

function notWritable(name: string, path: string, error: unknown): ReturnType<typeof usage> {
  return usage('usage.file', problem(`--${name}: ${path} cannot be written: ${whyNot(error)}.`, name));
}
