import type { Stamped } from '../../model/event.js';
import type { RolloutRecord } from '../../model/rollout/record.js';

/** What a rollout promises: never fewer in service, never more instances. */
export interface Promised {
  readonly floor: number;
  readonly ceiling: number;
}

/** What is written down of the rollout: by this run, or by the dead one that it took over from. */
function recordOf(events: readonly Stamped[]): RolloutRecord | undefined {
  return events.flatMap(({ event }): readonly RolloutRecord[] => {
    if (event.type === 'action.started' && event.action.type === 'record')
      return event.action.record.strategy === 'keep-size' ? [] : [event.action.record];
    return event.type === 'group.adopted' && event.record !== undefined ? [event.record] : [];
  })[0];
}

/** What the rollout of a group promised; undefined where none was begun. @param events that are about the group */
export function promisedBy(events: readonly Stamped[]): Promised | undefined {
  const record = recordOf(events);
  switch (record?.strategy) {
    case 'swap':
      return { floor: record.old, ceiling: record.size.desired + record.old };
    case 'rolling':
      return { floor: record.size.desired - record.unavailable, ceiling: record.size.desired + record.surge };
    case 'restart': {
      const { quorum, old } = record;
      return { floor: quorum < 1 ? Math.ceil(quorum * old) : quorum, ceiling: record.size.desired };
    }
    default:
      return undefined;
  }
}
