import type { ResourceChange, StackChanges } from '../../model/stack/change-set.js';
import type { Group, Size } from '../../model/rollout/group.js';
import { causeOf, certainDetails, parametersBehind, type Place } from './change-causes.js';
import { policyOutdates } from './policy-change.js';
import { allChanges } from './read-change-set.js';
import { changedSizes, templateSizes, writtenSizes, type TemplateSizes } from './template-sizes.js';

/** Properties of a group that say what it launches. */
const LAUNCHES: ReadonlySet<string> = new Set([
  'LaunchConfigurationName',
  'LaunchTemplate',
  'MixedInstancesPolicy',
  'InstanceId',
]);

/** What a change of the stack does to a group that stays. */
export interface Effect {
  /** Why all its instances will be outdated; absent when they will not. */
  readonly becomes?: string | undefined;
  /** Its sizes afterwards, when they change. */
  readonly resized?: Size | undefined;
  /** The MaxSize that the change gives it, when that is too small for a size that is to be kept. */
  readonly tooSmall?: number | undefined;
  /** The sizes that the template states, when the change touches the group and shows them. */
  readonly template?: TemplateSizes | undefined;
  /** Physical ids of balancers that go, or that others take the place of. */
  readonly replaced: readonly string[];
}

/**
 * What a change does to a group.
 * @param refs what the group launches from, unresolved: `lt/ID:$Latest` follows its template by itself
 * @param keepsSizes the desired capacity never falls by the change
 */
export function effectOn(
  changes: StackChanges,
  group: Pick<Group, 'name' | 'size' | 'instances'>,
  refs: readonly string[],
  keepsSizes = false,
): Effect {
  const becomes = outdatedBy(changes, group, refs);
  const written = resizedBy(changes, group, keepsSizes);
  const falls = keepsSizes && written !== undefined && written.desired < group.size.desired;
  const resized = falls ? sizeKept(group.size, written) : written;
  const template = touching(changes, group).map(templateSizes)[0];
  const gone = allChanges(changes).flatMap(({ change }) =>
    change.action === 'Remove' || change.replacement === 'True' ? [change.physicalId] : [],
  );
  return {
    ...(becomes !== undefined && { becomes }),
    ...(resized !== undefined && { resized }),
    ...(template !== undefined && { template }),
    ...(falls && written.max < group.size.desired && { tooSmall: written.max }),
    replaced: gone.filter((id) => id !== ''),
  };
}

/** What CloudFormation sets, without what would take instances out; undefined when nothing changes then. */
function sizeKept(before: Size, { min, max }: Size): Size | undefined {
  const kept = { min, max: Math.max(max, before.desired), desired: before.desired };
  return kept.min === before.min && kept.max === before.max ? undefined : kept;
}

/** Sizes as CloudFormation will set them; the desired capacity stays between the other two. */
function resizedBy(changes: StackChanges, group: Pick<Group, 'name' | 'size'>, keepsSizes: boolean): Size | undefined {
  const { size } = group;
  const written = Object.assign(
    {},
    ...touching(changes, group).map((change) => {
      const { desired } = writtenSizes(change);
      // Where sizes are kept, min and max that the change leaves alone are given back.
      return keepsSizes ? { ...changedSizes(change), ...(desired !== undefined && { desired }) } : writtenSizes(change);
    }),
  ) as TemplateSizes;
  const min = written.min ?? size.min;
  const max = written.max ?? size.max;
  const desired = Math.min(max, Math.max(min, written.desired ?? size.desired));
  return min === size.min && max === size.max && desired === size.desired ? undefined : { min, max, desired };
}

/** The changes of the group itself. */
function touching(changes: StackChanges, { name }: Pick<Group, 'name'>): readonly ResourceChange[] {
  return allChanges(changes).flatMap(({ change }) =>
    change.physicalId === name && change.action === 'Modify' ? [change] : [],
  );
}

/** Why a change makes all instances of a group outdated; undefined when it does not. */
function outdatedBy(
  changes: StackChanges,
  group: Pick<Group, 'name' | 'instances'>,
  refs: readonly string[],
): string | undefined {
  const look = (place: Place): string | undefined => {
    for (const change of place.stack.changes) {
      if (change.physicalId === group.name && change.action === 'Modify') {
        const detail = certainDetails(change).find(
          ({ name, before, after }) =>
            name !== undefined &&
            LAUNCHES.has(name.split('.')[0] ?? '') &&
            (name !== 'MixedInstancesPolicy' || policyOutdates(before, after, group.instances)),
        );
        if (detail !== undefined) return `${detail.name ?? ''} changes by ${causeOf(detail, place)}`;
      }
      const follows =
        change.type === 'AWS::EC2::LaunchTemplate' &&
        change.physicalId !== '' &&
        refs.some((ref) => ref.startsWith(`lt/${change.physicalId}:$`));
      if (
        follows &&
        change.action === 'Modify' &&
        certainDetails(change).some(({ name }) => name?.split('.')[0] === 'LaunchTemplateData')
      ) {
        const parameters = parametersBehind(change.logicalId, place);
        return (
          `its launch template ${change.logicalId} ` +
          `changes${parameters.length === 0 ? '' : ` by parameter ${parameters.join(', ')}`}`
        );
      }
      const inner = change.nested === undefined ? undefined : look({ stack: change.nested, parent: { place, change } });
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  return look({ stack: changes });
}
