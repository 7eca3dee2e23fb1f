import type { Instant } from '../../clock.js';
import type { RunEvent, Stamped } from '../../model/event.js';
import type { Reason } from '../../model/rollout/decision.js';
import { END } from '../describe.js';
import type { Renderer } from '../stream.js';
import type { Dialect, Section } from './dialect.js';

/**
 * Lines for the log of a pipeline: what `lines` writes, in sections that fold. Problems stand at the end, outside of
 * them, where nobody has to unfold anything.
 * @param write takes a line as it is: marks are commands to the runner, and what stands in them is escaped already
 */
export function ciLog(lines: Renderer, dialect: Dialect, write: (line: string) => void): Renderer {
  let open: Section | undefined;
  const warnings = new Map<string, Reason>();
  const close = (at: Instant): void => {
    if (open !== undefined) dialect.close(open, at).forEach(write);
    open = undefined;
  };
  return {
    repeatMs: lines.repeatMs,
    show: (stamped) => {
      const { event, at } = stamped;
      const next = sectionOf(event);
      if (event.type === 'run.finished') close(at);
      else if (next !== undefined && next.name !== open?.name) {
        close(at);
        open = next;
        dialect.open(next, at).forEach(write);
      }
      lines.show(stamped);
      if (event.type === 'warning')
        warnings.set(`${event.reason.code} ${event.reason.group ?? ''} ${event.reason.text}`, event.reason);
      if (event.type === 'run.finished') dialect.problems(problemsOf(event, [...warnings.values()])).forEach(write);
    },
    end: () => lines.end(),
  };
}

function problemsOf(
  { outcome, exitCode, failure }: Extract<Stamped['event'], { type: 'run.finished' }>,
  warnings: readonly Reason[],
): Parameters<Dialect['problems']>[0] {
  if (failure === undefined) return { warnings };
  return { warnings, failure: { ...failure, title: `${END[outcome]} (exit ${exitCode})` } };
}

/** The section that an event begins or goes on with; undefined: wherever the log is. */
function sectionOf(event: RunEvent): Section | undefined {
  switch (event.type) {
    case 'stack.started':
    case 'stack.mending':
    case 'stack.event':
    case 'stack.waiting':
      return { name: 'stack', title: `Change of stack ${event.stack}` };
    case 'groups.found':
      return event.groups.length === 0 ? undefined : { name: 'groups', title: 'Rollout of the groups' };
    default:
      return undefined;
  }
}
