import type { ChangeDetail, ResourceChange, StackChanges } from '../../model/stack/change-set.js';

/** A changed resource with those of its stack, and where the nested stack hangs in its parent. */
export interface Place {
  readonly stack: StackChanges;
  readonly parent?: { readonly place: Place; readonly change: ResourceChange };
}

/**
 * What caused a detail, in words: the parameter, the resource or the attribute, back to the parameter
 * that moved it. In a nested stack the parameter's own cause in the parent comes along.
 */
export function causeOf(detail: ChangeDetail, place: Place): string {
  const entity = detail.entity ?? '';
  switch (detail.source) {
    case 'ParameterReference':
      return `parameter ${entity}${upward(entity, place)}`;
    case 'ResourceReference':
    case 'ResourceAttribute':
      return `${entity}${behind(entity, place, new Set())}`;
    case 'DirectModification':
      return 'the template';
    case 'Automatic':
      return 'the nested stack itself';
    default:
      return detail.source === '' ? 'the service does not say' : detail.source;
  }
}

/**
 * Details without the doubts: the service lists a property moved by a parameter a second time, as a
 * direct modification that it could not exclude. Source: CloudFormation user guide, example change sets.
 */
export function certainDetails(change: ResourceChange): readonly ChangeDetail[] {
  return change.details.filter((detail) => {
    const doubt = detail.evaluation === 'Dynamic' && detail.source === 'DirectModification';
    return !(
      doubt &&
      change.details.some(
        (other) =>
          other.source === 'ParameterReference' && other.attribute === detail.attribute && other.name === detail.name,
      )
    );
  });
}

/** Which parameters moved the resource that an entity names. */
function behind(entity: string, place: Place, seen: Set<string>): string {
  const parameters = parametersBehind(entity, place, seen);
  return parameters.length === 0 ? '' : ` (${parameters.map((name) => `parameter ${name}`).join(', ')})`;
}

/** Parameters that, through other resources, moved `Resource` or `Resource.Attribute`. */
export function parametersBehind(entity: string, place: Place, seen = new Set<string>()): readonly string[] {
  const logicalId = entity.split('.')[0] ?? '';
  if (seen.has(logicalId)) return [];
  seen.add(logicalId);
  const change = place.stack.changes.find((one) => one.logicalId === logicalId);
  const found = (change === undefined ? [] : certainDetails(change)).flatMap((detail) => {
    if (detail.source === 'ParameterReference') return [detail.entity ?? ''];
    return detail.entity === undefined ? [] : parametersBehind(detail.entity, place, seen);
  });
  return [...new Set(found)];
}

/** `, from parameter ImageId`: what the parent gives to a nested stack's parameter. */
function upward(parameter: string, { parent }: Place): string {
  if (parent === undefined) return '';
  const given = certainDetails(parent.change).filter(
    ({ name, source }) => name?.split('.')[0] === 'Parameters' && source !== 'Automatic',
  );
  const exact = given.filter(({ name }) => name === `Parameters.${parameter}`);
  const causes = [...new Set((exact.length > 0 ? exact : given).map((detail) => causeOf(detail, parent.place)))];
  return causes.length === 0 ? '' : `, from ${causes.join(' and ')}`;
}
