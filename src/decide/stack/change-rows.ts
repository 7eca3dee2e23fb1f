import type { PlannedProperty, PlannedResource } from '../../model/stack/change-plan.js';
import type { ChangeDetail, ResourceChange, StackChanges } from '../../model/stack/change-set.js';
import { causeOf, certainDetails, type Place } from './change-causes.js';
import { leaves, type Leaf } from './value-diff.js';

/**
 * A change set as rows that people read: per resource what changes, from what to what, and what caused
 * it; rows of a nested stack follow the row that brings them.
 * @param redact takes secrets out of a text
 * @param secrets keys of NoEcho parameters: values that they cause are not shown
 */
export function plannedResources(
  changes: StackChanges,
  redact: (text: string) => string,
  secrets: ReadonlySet<string>,
): readonly PlannedResource[] {
  const rows = (place: Place, depth: number): readonly PlannedResource[] =>
    place.stack.changes.flatMap((change) => {
      const row: PlannedResource = {
        stack: place.stack.stackName,
        depth,
        action: change.action,
        logicalId: change.logicalId,
        physicalId: change.physicalId,
        type: change.type,
        replacement: change.replacement ?? '',
        properties: properties(change, place, redact, secrets),
      };
      return change.nested === undefined
        ? [row]
        : [row, ...rows({ stack: change.nested, parent: { place, change } }, depth + 1)];
    });
  return rows({ stack: changes }, 0);
}

/** Details of one property are one row each leaf, with all their causes. */
function properties(
  change: ResourceChange,
  place: Place,
  redact: (text: string) => string,
  secrets: ReadonlySet<string>,
): readonly PlannedProperty[] {
  const rows = new Map<
    string,
    { path: string; before?: string; after?: string; replaces: boolean; causes: string[] }
  >();
  for (const detail of certainDetails(change)) {
    const secret = detail.entity !== undefined && secrets.has(detail.entity);
    const name = nameOf(detail);
    const found = secret ? [] : leaves(detail.before, detail.after);
    const changed: readonly Leaf[] = found.length > 0 ? found : [{ path: '' }];
    for (const leaf of changed) {
      const path = `${name}${leaf.path}`;
      const row = rows.get(path) ?? { path, replaces: false, causes: [] };
      if (leaf.before !== undefined) row.before = redact(leaf.before);
      if (leaf.after !== undefined) row.after = redact(leaf.after);
      row.replaces ||= detail.recreation === 'Always';
      const cause = causeOf(detail, place);
      if (!row.causes.includes(cause)) row.causes.push(cause);
      rows.set(path, row);
    }
  }
  return [...rows.values()];
}

function nameOf({ attribute, name }: ChangeDetail): string {
  return name ?? attribute;
}
