import type { Instant, Milliseconds } from '../../clock.js';
import type { LogLine, StartedExecution } from '../../model/execution.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { Redact } from '../../text/secrets/redact.js';
import { seconds } from '../../text/duration.js';

/**
 * Lines with any of these. Source: CloudWatch Logs user guide, "Filter pattern syntax", OR by question marks; Lambda
 * developer guide on what a call that fails leaves in the log (`Runtime.ImportModuleError`, `Task timed out`).
 */
export const TROUBLE = '?ERROR ?Error ?error ?failed ?"timed out" ?denied ?Denied ?"not authorized"';

/** So many are shown of a run: what fails again and again is one line. */
const MOST = 3;
const LONGEST = 300;

/** A run that has told nothing for so long is looked after. */
const SILENT_MS: Milliseconds = 60_000;

/** Between two looks for them once the run has told something, and is silent. */
const AGAIN_MS: Milliseconds = 30_000;

/** What the calls of a function leave in its log besides events, for whoever waits for events that do not come. */
export interface LogTroubles {
  /** Whether it is time to read lines that hold TROUBLE. @param told when the run last told something, by our clock */
  readonly isDue: (now: Instant, told: Instant | undefined) => boolean;
  /** Those of these lines that are new, as reasons for people. */
  readonly take: (lines: readonly LogLine[]) => readonly Reason[];
  /** What is said of a run that has told nothing at all, once, and only where no line says why. */
  readonly silence: (now: Instant, told: Instant | undefined) => Reason | undefined;
  /** All that were taken. */
  readonly all: () => readonly Reason[];
}

/**
 * A call that fails before it begins tells no event: its line is plain text, of Lambda or of Node. Lines of other
 * versions are left out; one of another execution of the same version cannot be told from ours.
 *
 * @param since when the execution was started, by our clock
 */
export function logTroubles(
  about: Pick<StartedExecution, 'name' | 'version'> & { readonly log: string; readonly since: Instant },
  redact: Redact,
): LogTroubles {
  const { name, version, log, since } = about;
  const shown = new Map<string, Reason>();
  let lookedAt = -Infinity;
  let saidSilent = false;
  return {
    isDue: (now, told) => {
      const due = shown.size < MOST && (told === undefined || (now - told >= SILENT_MS && now - lookedAt >= AGAIN_MS));
      if (due) lookedAt = now;
      return due;
    },
    take: (lines) => {
      const fresh: Reason[] = [];
      for (const { text, stream } of lines) {
        if (isJson(text) || (stream !== undefined && /\[[^\]]+\]/.test(stream) && !stream.includes(`[${version}]`)))
          continue;
        const words = shortened(redact(text));
        const kind = words.replace(/[\da-f]{8}-[\w-]+|\d+/g, 'N');
        if (shown.size >= MOST || words === '' || shown.has(kind)) continue;
        const reason: Reason = {
          code: 'server.log',
          text: `The log of the function says: ${words}`,
          remedy: `All of it is in ${log}.`,
        };
        shown.set(kind, reason);
        fresh.push(reason);
      }
      return fresh;
    },
    silence: (now, told) => {
      if (saidSilent || told !== undefined || shown.size > 0 || now - since < SILENT_MS) return undefined;
      saidSilent = true;
      return {
        code: 'server.silent',
        text: `Execution ${name} was started ${seconds(now - since)} ago and has told nothing yet`,
        remedy: `What its calls have printed is in ${log}.`,
      };
    },
    all: () => [...shown.values()],
  };
}

/** An event, of this run or another one. */
function isJson(text: string): boolean {
  try {
    const read = JSON.parse(text) as { readonly run?: unknown } | null;
    return typeof read?.run === 'string';
  } catch {
    return false;
  }
}

/** Its first line without the time and the id of the request that Node puts before it. */
function shortened(text: string): string {
  const [first = ''] = text.trim().split('\n');
  const words = first.replace(/^\S+Z\s+(?:[\da-f-]{36}\s+|undefined\s+)?/, '').replace(/\s+/g, ' ');
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
