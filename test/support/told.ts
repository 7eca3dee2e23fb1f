import type { Failure } from '../../src/errors.js';
import { asTold } from '../../src/text/commands/remedy.js';
import type { Action } from '../../src/model/rollout/action.js';
import type { Decision } from '../../src/model/rollout/decision.js';

/** The decision in one line, as the tables below have it. */
export function told(decision: Decision): string {
  switch (decision.kind) {
    case 'act':
      return decision.actions.map(({ action }) => short(action)).join(' + ');
    case 'wait':
      return `wait: ${decision.waits.map((wait) => wait.why).join(' | ')}`;
    case 'refuse':
      return `refuse: ${decision.reasons.map((reason) => reason.code).join(' ')}`;
    case 'held':
      return `held by ${decision.by}${decision.lost ? ' (lost)' : ''}`;
    case 'finish':
      return `finish: ${decision.results.map((result) => `${result.group} ${result.outcome}`).join(', ')}`;
  }
}

function short(action: Action): string {
  switch (action.type) {
    case 'suspend':
    case 'resume':
      return `${action.type} ${action.processes.join(',')}`;
    case 'resize':
      return `${action.purpose} ${action.size.min}/${action.size.desired}/${action.size.max}`;
    case 'judge':
      return `${action.verdict.outcome} ${action.groups.join(',')}`;
    case 'terminate':
      return `terminate ${action.half} ${action.instances.join(',')}${action.decrement ? '' : ' to be replaced'}`;
    case 'renew':
      return `renew ${action.groups.join(',')}`;
    case 'shield':
      return `${action.on ? 'shield' : 'unshield'} ${action.instances.join(',')}`;
    case 'standby':
      return `${action.on ? 'into' : 'out of'} standby ${action.instances.join(',')}${
        action.on && !action.decrement ? ' to be replaced' : ''
      }`;
    case 'freeze':
      return `freeze ${action.note.processes.join(',')}`;
    case 'version':
      return `version ${action.image.id}`;
    case 'point':
      return `point ${action.version}`;
    case 'note':
    case 'deregister':
    case 'register':
    case 'run':
    case 'cancel':
    case 'record':
    case 'pause':
    case 'rewrite':
    case 'clear':
      return `${action.type} ${action.group}`;
  }
}

/** The facts of a failure with remedies as they are read, for journals that are compared. */
export function toldFacts(failure: Failure | undefined): object | undefined {
  return failure && { ...failure.facts, reasons: failure.facts.reasons.map((reason) => asTold(reason)) };
}
