import type { Instant } from '../clock.js';
import type { Wait } from '../model/rollout/decision.js';
import type { RunEvent, Stamped } from '../model/event.js';
import { progressBar } from './bar.js';
import { byReason, describe, describeProgress, isProving, type Line } from './describe.js';
import { count } from '../text/count.js';
import { duration } from '../text/duration.js';
import { list } from '../text/list.js';
import { oneLine } from '../text/plain.js';

/** One row of the live tree: the stack, or one group. */
export interface Row {
  readonly key: string;
  readonly title: string;
  /** What it waits for, one line each. */
  readonly details: readonly string[];
  readonly state: 'running' | 'done' | 'failed';
}

/** What one event does to the screen. */
export interface Step {
  /** A new stage begins with these rows; the one before is over. */
  readonly open?: readonly Row[];
  /** Rows that look different now. */
  readonly rows: readonly Row[];
  /** Lines that stay on the screen. */
  readonly record: readonly Line[];
  /** The stage is over. */
  readonly close: boolean;
}

/**
 * The live tree without a terminal: folds events into rows and into what stays when they are gone. The
 * stack is one stage, the groups are the next; waits, counts and single steps live in the rows only.
 */
export function createTree(): (stamped: Stamped) => Step {
  const rows = new Map<string, Row>();
  const resources = new Map<
    string,
    { readonly text: string; readonly isStack: boolean; readonly since: Instant; readonly going: boolean }
  >();

  const set = (row: Row): readonly Row[] => {
    rows.set(row.key, row);
    return [row];
  };
  const change = (key: string, part: Partial<Omit<Row, 'key'>>): readonly Row[] => {
    const row = rows.get(key);
    return row === undefined ? [] : set({ ...row, ...part });
  };
  const open = (fresh: readonly Row[]): readonly Row[] => {
    rows.clear();
    return fresh.flatMap(set);
  };
  const allOver = (): boolean => rows.size > 0 && [...rows.values()].every(({ state }) => state !== 'running');

  return (stamped) => {
    const { event, at } = stamped;
    const record = isLasting(event) ? describe(event, at) : [];
    const step = (part: Partial<Step>): Step => ({ rows: [], record, close: false, ...part });
    switch (event.type) {
      case 'stack.started':
        resources.clear();
        return step({
          open: open([
            { key: event.stack, title: `${event.stack}: ${event.action} accepted`, details: [], state: 'running' },
          ]),
        });
      case 'stack.event': {
        const { logicalId, type, status, stackId } = event.event;
        const key = `${stackId}/${logicalId}`;
        const since = resources.get(key)?.since ?? at;
        resources.set(key, {
          text: `${logicalId} (${type}) ${status}`,
          isStack: logicalId === event.stack,
          since,
          going: status.endsWith('_IN_PROGRESS'),
        });
        return step({ rows: change(event.stack, { details: goingOn(resources, at) }) });
      }
      case 'stack.waiting':
        return step({
          rows: change(event.stack, {
            title:
              `${event.stack}: ${event.status}, ${count(settledCount(resources), 'resource')} ` +
              `settled${left(event.until, at)}`,
            details: goingOn(resources, at),
          }),
        });
      case 'stack.settled':
        return step({
          rows: change(event.stack, {
            title: `${event.stack}: ${event.status}`,
            details: [],
            state: event.ok ? 'done' : 'failed',
          }),
          close: true,
        });
      case 'groups.found':
        if (event.groups.length === 0) return step({});
        return step({
          open: open(
            event.groups.map((group) => ({ key: group, title: `${group}: first look`, details: [], state: 'running' })),
          ),
        });
      case 'group.progress': {
        const { group, phase, old, new: fresh, leaving, needed, proven } = event.progress;
        if (event.progress.restart !== undefined)
          return step({ rows: change(group, { title: `${group}: ${phase}, ${describeProgress(event.progress)}` }) });
        const proof = isProving(event.progress) ? ` ${progressBar(event.progress)} ${proven}/${needed} proven` : '';
        const counts = `old ${old}, new ${fresh}${leaving > 0 ? `, leaving ${leaving}` : ''}`;
        return step({ rows: change(group, { title: `${group}: ${phase}${proof}, ${counts}` }) });
      }
      case 'group.waiting':
        return step({ rows: change(event.wait.group, { details: waitDetails(event.wait, at) }) });
      case 'action.started':
        return step({ rows: describe(event, at).flatMap(({ scope, text }) => change(scope, { details: [text] })) });
      case 'group.skipped': {
        const changed = change(event.group, { title: `${event.group}: nothing to do`, details: [], state: 'done' });
        return step({ rows: changed, close: allOver() });
      }
      case 'group.finished': {
        const { group, outcome } = event.result;
        const good =
          outcome === 'promoted' ||
          outcome === 'proven' ||
          outcome === 'restarted' ||
          outcome === 'unfrozen' ||
          outcome === 'skipped' ||
          outcome === 'paused';
        const changed = change(group, { title: `${group}: ${outcome}`, details: [], state: good ? 'done' : 'failed' });
        return step({ rows: changed, close: allOver() });
      }
      case 'run.finished':
        return step({ close: rows.size > 0 });
      default:
        return step({});
    }
  };
}

/** What stays on the screen: ends, trouble and what the user must know; not the single steps. */
function isLasting(event: RunEvent): boolean {
  switch (event.type) {
    case 'group.progress':
    case 'group.waiting':
    case 'stack.waiting':
    case 'heartbeat':
    case 'action.started':
    case 'action.done':
    case 'call.retried':
      return false;
    case 'hook.started':
      return false;
    case 'hook.ended':
      return !event.ok;
    case 'stack.event':
      return event.event.status.endsWith('_FAILED');
    default:
      return true;
  }
}

type Resources = ReadonlyMap<
  string,
  { readonly text: string; readonly isStack: boolean; readonly since: Instant; readonly going: boolean }
>;

function goingOn(resources: Resources, at: Instant): readonly string[] {
  return [...resources.values()]
    .filter(({ going, isStack }) => going && !isStack)
    .map(({ text, since }) => `${text} ${duration(at - since)}`);
}

function settledCount(resources: Resources): number {
  return [...resources.values()].filter(({ going }) => !going).length;
}

function waitDetails(wait: Wait, at: Instant): readonly string[] {
  return [
    `${oneLine(wait.why).replace(/[.\s]+$/, '')}${wait.until === undefined ? '' : left(wait.until, at)}`,
    ...byReason(wait.instances)
      .slice(0, 4)
      .map(
        ([why, instances]) =>
          `${list(
            instances.map(({ id }) => id),
            3,
          )}: ${oneLine(why)}`,
      ),
  ];
}

function left(until: Instant, at: Instant): string {
  return until > at ? `, ${duration(until - at)} left` : '';
}
