import { withRecord } from '../../make-view.js';
import type { RolloutGroup, RolloutView } from '../../view.js';

/** The other groups of the same run that are judged together with this one and are not through yet. */
export function matesOf(view: RolloutView, { name, record }: RolloutGroup): readonly RolloutGroup[] {
  if (!record.together) return [];
  return view.groups.flatMap((one) => {
    const mate = withRecord(one);
    return mate === undefined || mate.name === name || mate.record.run !== record.run ? [] : [mate];
  });
}

/** Whether the kept half of the group serves again, or is about to. */
export function isTurned({ record, verdict }: RolloutGroup): boolean {
  return record.gates?.backAt !== undefined || verdict?.outcome === 'rollBack';
}
