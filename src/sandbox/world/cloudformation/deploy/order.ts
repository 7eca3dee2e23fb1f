import { same } from '../equal.js';
import type { PlannedChange, ResourceRow, Snapshot, StackRow, Step } from './state.js';

/** Steps that make and change, each after what it needs. Removals wait for the cleanup. */
export function changeSteps(changes: readonly PlannedChange[]): Step[] {
  const wanted = changes.filter((change) => change.action !== 'Remove');
  const ids = new Set(wanted.map((change) => change.logicalId));
  return wanted.map((change) =>
    waiting({
      id: change.logicalId,
      logicalId: change.logicalId,
      action: change.action === 'Add' ? 'create' : change.replacement === 'True' ? 'replace' : 'update',
      after: change.needs.filter((need) => ids.has(need)),
    }),
  );
}

/** Steps that delete, each after all that need it. */
export function deleteSteps(rows: readonly ResourceRow[]): Step[] {
  const id = (row: ResourceRow): string => `${row.logicalId} ${row.physicalId ?? ''}`;
  return rows.map((row) =>
    waiting({
      id: id(row),
      logicalId: row.logicalId,
      action: 'delete',
      row,
      after: rows.filter((other) => other !== row && other.needs.includes(row.logicalId)).map(id),
    }),
  );
}

/** Steps that bring back what differs from the last whole stack, in its own order of dependencies. */
export function restoreSteps(stack: StackRow, stable: Snapshot, skip: readonly string[]): Step[] {
  const changed = [...stable.resources.values()].filter((row) => differs(row, stack.resources.get(row.logicalId)));
  const ids = new Set(changed.map((row) => row.logicalId));
  return changed.map((row) => {
    const step = waiting({
      id: row.logicalId,
      logicalId: row.logicalId,
      action: 'restore',
      row,
      after: row.needs.filter((need) => ids.has(need)),
    });
    return skip.includes(row.logicalId) ? { ...step, state: 'skipped' as const } : step;
  });
}

function differs(before: ResourceRow, now: ResourceRow | undefined): boolean {
  if (now === undefined) return false;
  if (now.status.endsWith('_FAILED') || now.status.endsWith('_IN_PROGRESS')) return true;
  return (
    now.physicalId !== before.physicalId ||
    !same(now.definition, before.definition) ||
    !same(now.properties, before.properties) ||
    now.at !== before.at
  );
}

function waiting(step: Pick<Step, 'id' | 'logicalId' | 'action' | 'after' | 'row'>): Step {
  return { ...step, state: 'waiting', applied: false, startedAt: 0 };
}
