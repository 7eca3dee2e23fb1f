import type { Instant } from '../clock.js';
import type { Progress } from '../model/rollout/decision.js';
import type { RunEvent, Stamped } from '../model/event.js';
import { describe, describeProgress, type Line } from './describe.js';
import { failureBlock } from './last-words.js';
import type { WriteLine } from './line-writer.js';
import type { Renderer } from './stream.js';
import { sinceStart } from '../text/duration.js';
import { timestamp } from '../text/timestamp.js';
import { withoutStop } from '../text/sentence.js';

/** A wait is told again after this long even if nothing changed: some pipelines kill a silent job. */
const REPEAT_MS = 30_000;

/** What of a run is told. */
export interface HowMuch {
  /** Only warnings, errors and how it ended. */
  readonly quiet?: boolean;
}

/**
 * Plain lines for logs: each with its time in UTC, the time since the start and its group or stack, so
 * that any line can be read alone. A failure's last words go to `errors`.
 */
export function linesRenderer(write: WriteLine, errors: WriteLine, { quiet = false }: HowMuch = {}): Renderer {
  const waits = waitFilter();
  let start: Instant | undefined;
  return {
    repeatMs: REPEAT_MS,
    show: (stamped) => {
      start ??= stamped.at;
      const since = sinceStart(stamped.at - start);
      for (const { level, scope, text } of waits(stamped)) {
        if (quiet && !matters(level, stamped.event)) continue;
        write(`${timestamp(stamped.at)} ${since} ${scope} ${MARK[level]}${text}`);
      }
      const { event } = stamped;
      if (event.type === 'run.finished' && event.failure !== undefined)
        failureBlock(event.outcome, event.exitCode, event.failure).forEach(errors);
    },
    end: () => Promise.resolve(),
  };
}

/** What nobody wants to miss, however little they want to read. */
function matters(level: Line['level'], { type }: RunEvent): boolean {
  return level === 'warning' || level === 'error' || type === 'run.finished' || type === 'interrupt';
}

const MARK: Readonly<Record<Line['level'], string>> = {
  detail: '',
  info: '',
  good: '',
  warning: 'WARNING ',
  error: 'ERROR ',
};

/**
 * Leaves out what says nothing new. Waits are told when what is waited for changes, or every 30 s, with
 * the counts of the group; counts alone and the end of an action never, since the next step tells them.
 */
function waitFilter(): (stamped: Stamped) => readonly Line[] {
  const told = new Map<string, { readonly key: string; readonly at: Instant }>();
  const progress = new Map<string, Progress>();
  const isNews = (topic: string, key: string, at: Instant): boolean => {
    const last = told.get(topic);
    if (last?.key === key && at - last.at < REPEAT_MS) return false;
    told.set(topic, { key, at });
    return true;
  };
  return ({ event, at }) => {
    switch (event.type) {
      case 'group.progress': {
        progress.set(event.progress.group, event.progress);
        return [];
      }
      case 'group.waiting': {
        const { group } = event.wait;
        const known = progress.get(group);
        const counts = known === undefined ? '' : describeProgress(known);
        if (!isNews(`group ${group}`, waitKey(event) + counts, at)) return [];
        const [line, ...rest] = describe(event, at);
        return line === undefined
          ? rest
          : [{ ...line, text: counts ? `${withoutStop(line.text)} (${counts}).` : line.text }, ...rest];
      }
      case 'stack.waiting':
        return isNews(`stack ${event.stack}`, event.status + event.inProgress.join(), at) ? describe(event, at) : [];
      case 'heartbeat':
        return isNews('heartbeat', event.text, at) ? describe(event, at) : [];
      case 'action.done':
        return [];
      case 'action.started':
        return event.action.type === 'renew' ? [] : describe(event, at);
      default:
        return describe(event, at);
    }
  };
}

/** What a wait is about, without the time that passes. */
function waitKey({ wait }: Extract<RunEvent, { type: 'group.waiting' }>): string {
  return JSON.stringify([wait.phase, wait.why, wait.instances.map(({ id, why }) => [id, why])]);
}
