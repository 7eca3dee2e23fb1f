import type { RunEvent } from '../../model/event.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import { wholeRecord, wholeSize } from '../ownership/ignored-old.js';

type State = Omit<Extract<RunEvent, { type: 'group.state' }>, 'type'>;

/** What one look shows of a group beside its instances, for whoever checks the run afterwards. */
export function groupState({ stackStatus, gone = [] }: Observed, group: Group): State {
  const ended = group.instances.map(({ id }) => id).filter((id) => gone.includes(id));
  const { record, verdict, lease, frozen, out } = group.notes;
  return {
    group: group.name,
    size: wholeSize(group),
    ...(group.weighted && { weighted: true as const }),
    suspended: group.suspended,
    configurations: group.configurations,
    ...(group.ways !== undefined && { mixed: true as const }),
    ...(stackStatus !== undefined && { stackStatus }),
    ...(lease !== undefined && { holder: lease.run }),
    ...(record !== undefined && { record: wholeRecord(record) }),
    ...(verdict !== undefined && { verdict: withoutWhy(verdict) }),
    ...(frozen !== undefined && { frozen: withoutWhy(frozen) }),
    ...(out !== undefined && { out }),
    ...(ended.length > 0 && { ended }),
  };
}

/** A tag holds the end of a sentence no longer than it has room for; the whole of it is told where it is decided. */
function withoutWhy<N extends { readonly why: string }>({ why: _why, ...rest }: N): Omit<N, 'why'> {
  return rest;
}
