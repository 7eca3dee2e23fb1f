import type { Instant } from '../../clock.js';
import type { Stamped } from '../../model/event.js';

/** One resource of the stack while it changed. */
export interface ResourceBar {
  readonly name: string;
  readonly type: string;
  /** The stack that holds it. */
  readonly stack: string;
  readonly from: Instant;
  readonly until: Instant;
  /** As CloudFormation said last. */
  readonly status: string;
  readonly reason: string;
}

/** What a report tells of the change of a stack. */
export interface StackFacts {
  readonly name: string;
  readonly status: string;
  /** Absent while it had not settled. */
  readonly ok?: boolean;
  readonly from: Instant;
  readonly until: Instant;
  readonly resources: readonly ResourceBar[];
  readonly rootCauses: readonly {
    readonly logicalId: string;
    readonly type: string;
    readonly reason: string;
    readonly place?: string;
  }[];
}

/** Undefined where no stack was changed. */
export function stackFacts(events: readonly Stamped[]): StackFacts | undefined {
  const bars = new Map<string, ResourceBar>();
  let facts: Omit<StackFacts, 'resources'> | undefined;
  for (const { event, at } of events) {
    switch (event.type) {
      case 'stack.started':
      case 'stack.mending':
        facts = facts ?? { name: event.stack, status: 'accepted', from: at, until: at, rootCauses: [] };
        break;
      case 'stack.event': {
        const { stackId, stackName, logicalId, type, status, reason, at: then } = event.event;
        facts = facts ?? { name: event.stack, status, from: at, until: at, rootCauses: [] };
        facts = { ...facts, until: at };
        const key = `${stackId}/${logicalId}`;
        const known = bars.get(key);
        const failed = known?.status.endsWith('_FAILED') === true ? known.reason : '';
        bars.set(key, {
          name: logicalId,
          type,
          stack: stackName,
          from: known?.from ?? then,
          until: then,
          status,
          reason: failed === '' ? reason : failed,
        });
        break;
      }
      case 'stack.settled':
        facts = {
          ...(facts ?? { name: event.stack, from: at }),
          status: event.status,
          ok: event.ok,
          until: at,
          rootCauses: event.rootCauses,
        };
        break;
      default:
    }
  }
  return facts === undefined ? undefined : { ...facts, resources: [...bars.values()] };
}
