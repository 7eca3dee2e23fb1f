import { command, distinct, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { rootCauses } from '../../decide/diagnosis/root-causes.js';
import { classifyStatus, startAdvice } from '../../decide/stack/stack-update.js';
import { Failure } from '../../errors.js';
import type { StackEvent } from '../../model/stack/stack.js';
import type { Followed } from './follow-events.js';
import type { StackChange, StackOrder, Prepared } from './stack-change.js';
import { seconds } from '../../text/duration.js';
import { withoutStop } from '../../text/sentence.js';

/** The answer of a change that CloudFormation did; a Failure for every other end, with what stands and how to go on. */
export function verdict(order: StackOrder, prepared: Prepared, followed: Followed): StackChange {
  const { end, stackId, interruptedBy } = followed;
  if (end.kind !== 'settled') throw stopped(order, followed);
  if (classifyStatus(end.status) !== 'ok') throw failed(order, prepared, followed, end.status);
  if (interruptedBy !== undefined) throw cancelledTooLate(order, followed, interruptedBy);
  return { action: prepared.action === 'create' ? 'created' : 'updated', stackId };
}

/** CloudFormation ended it otherwise: the groups stay untouched. The root cause comes first. */
function failed(order: StackOrder, { action, redact }: Prepared, followed: Followed, status: string): Failure {
  const { stack } = order;
  const { interruptedBy } = followed;
  const causes = rootCauses(followed.events, interruptedBy !== undefined);
  const [first] = causes;
  const cancelled =
    interruptedBy === undefined
      ? []
      : [`${interruptedBy} came while stack ${stack} was being updated, and the update was cancelled`];
  const failed =
    first === undefined ? (interruptedBy === undefined ? ['No event says why'] : []) : [redact(inWords(first))];
  const why = [...cancelled, ...failed].join('; ');
  return new Failure('stackFailed', {
    code: 'stack.failed',
    what: `${why}; stack ${stack} is now ${status}.`,
    reasons: causes.map((event, index) => {
      const place = followed.places.get(event.id);
      return {
        code: 'stack.resource',
        text: `${place === undefined ? '' : `${place} `}${redact(inWords(event))}`,
        remedy: '',
        resource: event.logicalId,
        ...(place !== undefined ? { place } : index === 0 && { headline: true }),
      };
    }),
    serves: serves(action, status),
    left: left(stack, status),
    next: next(order, status),
  });
}

function inWords({ logicalId, type, status, reason, stackName }: StackEvent): string {
  const why = reason === '' ? 'no reason given' : withoutStop(reason);
  return `${logicalId} (${type} in ${stackName}) ${status}: ${why}`;
}

function serves(action: Prepared['action'], status: string): string {
  switch (classifyStatus(status)) {
    case 'rolledBack':
      return (
        'CloudFormation rolled the stack back: its template and parameters are as before. This run did not touch ' +
        'its groups.'
      );
    case 'failed':
    case 'gone':
      return action === 'create'
        ? 'Nothing of this stack serves: it was not there before.'
        : 'Nothing of this stack serves any more.';
    default:
      return 'The stack stands half-way. This run did not touch its groups; what CloudFormation did to them may stay.';
  }
}

function left(stack: string, status: string): string {
  if (classifyStatus(status) === 'rolledBack') return 'Nothing of this run.';
  return classifyStatus(status) === 'gone' ? `Stack ${stack} is gone.` : `Stack ${stack} in ${status}.`;
}

/** The commands that the same status would advise at the next start. */
function next({ stack }: StackOrder, status: string): readonly NextCommand[] {
  const show = command`ha-updater status ${stack} --events`;
  const shape = { id: '', name: stack, status, statusReason: '', parameters: [], capabilities: [], outputs: {} };
  const advice = startAdvice(stack, shape);
  return advice.kind === 'refuse' ? distinct([show, ...advice.next]) : [show];
}

/** We look no longer; CloudFormation goes on or has not begun. */
function stopped(order: StackOrder, { end, status, fault, stackId }: Followed): Failure {
  const { stack, timing } = order;
  const now = status === '' ? '' : ` It was ${status} when last seen.`;
  const unread = fault === undefined ? '' : ` Its events could not be read: ${fault.code}: ${fault.message}.`;
  const { code, what } = ((): { code: string; what: string } => {
    switch (end.kind) {
      case 'leave':
        return { code: 'stack.interrupted', what: end.why };
      case 'neverStarted':
        return {
          code: 'stack.notStarted',
          what:
            `CloudFormation took the change of stack ${stack}, but nothing happened for ` +
            `${seconds(timing.warmupMs)}.${unread}`,
        };
      case 'silent':
        return {
          code: 'stack.silent',
          what: `Stack ${stack} had no new event for ${seconds(timing.silenceMs)}.${unread}`,
        };
      case 'blind':
        return {
          code: 'stack.blind',
          what: `Stack ${stack} can no longer be looked at: ${end.fault.code}: ${end.fault.message}.`,
        };
      case 'settled':
        return { code: 'stack.settled', what: `Stack ${stack} is ${end.status}.` };
    }
  })();
  return new Failure('stopped', {
    code,
    what: what + now,
    reasons: [],
    serves: 'This run did not touch its groups.',
    left: `The change of the stack goes on in CloudFormation (${stackId}).`,
    next: [
      command`ha-updater status ${stack} --events`,
      remarked(command`ha-updater update-asgs ${stack}`, 'once the stack has settled well'),
      remarked(command`aws cloudformation cancel-update-stack --stack-name ${stack}`, 'to undo it instead'),
    ],
  });
}

/** The signal lost the race: the update was through before it could be cancelled. */
function cancelledTooLate({ stack }: StackOrder, { status }: Followed, signal: string): Failure {
  return new Failure('stopped', {
    code: 'stack.interrupted',
    what: `${signal} came, but the update of stack ${stack} was complete before it could be cancelled (${status}).`,
    reasons: [],
    serves: 'The stack is updated; this run did not touch its groups, which still run what they ran.',
    left: 'Groups that may run an older configuration than the stack says.',
    next: [command`ha-updater update-asgs ${stack}`],
  });
}
