import type { RunEvent, Stamped } from '../../model/event.js';
import { describe, type Line } from '../describe.js';

/**
 * The lines of an event that stay on a terminal: ends, trouble and what the user must know. Single steps live in the
 * rows alone, how groups came to their end is told at the end, and what helps nobody at a terminal is left to logs.
 */
export function lastingLines({ event, at }: Stamped): readonly Line[] {
  return isLasting(event) ? describe(event, at).filter(({ level }) => level !== 'detail') : [];
}

function isLasting(event: RunEvent): boolean {
  switch (event.type) {
    case 'template.checked':
    case 'group.progress':
    case 'group.waiting':
    case 'group.finished':
    case 'group.skipped':
    case 'groups.found':
    case 'stack.waiting':
    case 'heartbeat':
    case 'action.started':
    case 'action.done':
    case 'call.retried':
    case 'hook.started':
    case 'gate.started':
      return false;
    case 'gate.ended':
      return event.said === 'fail';
    case 'hook.ended':
      return !event.ok;
    case 'stack.event':
      return event.event.status.endsWith('_FAILED');
    default:
      return true;
  }
}
