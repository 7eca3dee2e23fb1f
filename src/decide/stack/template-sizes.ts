import type { Size } from '../../model/rollout/group.js';
import type { ResourceChange } from '../../model/stack/change-set.js';
import { certainDetails } from './change-causes.js';

/** The sizes that a template states for a group, with the values of this change; each absent where it states none. */
export type TemplateSizes = Partial<Size>;

const NAMES = { min: 'MinSize', max: 'MaxSize', desired: 'DesiredCapacity' } as const;

type Json = Readonly<Record<string, unknown>>;

/**
 * What a change set shows of a group as it will be. Source: CloudFormation API reference, ResourceChange,
 * `AfterContext`.
 * @returns undefined when it does not show it
 */
export function templateSizes({ after }: ResourceChange): TemplateSizes | undefined {
  const properties = afterwards(after)?.['Properties'];
  if (!isObject(properties)) return undefined;
  const of = (name: string): number | undefined => {
    const value = properties[name];
    return (typeof value === 'string' || typeof value === 'number') && /^\d+$/.test(String(value))
      ? Number(value)
      : undefined;
  };
  return sizesOf((size) => of(NAMES[size]));
}

/**
 * The sizes that CloudFormation writes on a group when it updates it: all that the template states. Those that the
 * change leaves alone it does not write where the update policy says `IgnoreUnmodifiedGroupSizeProperties`. Source:
 * user guide, "UpdatePolicy attribute", AutoScalingScheduledAction.
 */
export function writtenSizes(change: ResourceChange): TemplateSizes {
  const changed = changedSizes(change);
  return ignoresUnmodified(change) ? changed : { ...templateSizes(change), ...changed };
}

/** The sizes that change in the template. */
export function changedSizes(change: ResourceChange): TemplateSizes {
  return sizesOf((size) => {
    const text = certainDetails(change).find(({ name }) => name === NAMES[size])?.after;
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  });
}

function ignoresUnmodified({ after }: ResourceChange): boolean {
  const policy = afterwards(after)?.['UpdatePolicy'];
  const scheduled = isObject(policy) ? policy['AutoScalingScheduledAction'] : undefined;
  return isObject(scheduled) && String(scheduled['IgnoreUnmodifiedGroupSizeProperties']) === 'true';
}

function sizesOf(of: (size: keyof Size) => number | undefined): TemplateSizes {
  return Object.fromEntries(
    (['min', 'desired', 'max'] as const).flatMap((size) => {
      const value = of(size);
      return value === undefined ? [] : [[size, value]];
    }),
  );
}

function afterwards(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // The service says it in a way that is not known here.
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
