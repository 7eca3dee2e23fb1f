import type { Instance } from '../../model/rollout/group.js';

/** The part of a mixed instances policy, as a template writes it, that says what is launched. */
interface Launches {
  readonly specification: string;
  readonly overrides: readonly { readonly type?: unknown; readonly image?: unknown; readonly specification?: string }[];
}

/**
 * Whether a change of `MixedInstancesPolicy` makes any of these instances outdated, by the same rule that compares
 * instances with their group (`currencyOf`): another template or version, another image, or a type that no override
 * names any more. How instances are distributed, their weights and their requirements make none outdated.
 * @param before the policy as JSON, as CloudFormation tells it; what cannot be read counts as outdating
 */
export function policyOutdates(
  before: string | undefined,
  after: string | undefined,
  instances: readonly Instance[],
): boolean {
  const [was, becomes] = [launchesOf(before), launchesOf(after)];
  if (was === undefined || becomes === undefined) return true;
  const fixed = (one: Launches): string =>
    JSON.stringify([
      one.specification,
      [
        ...new Set(
          one.overrides
            .filter(({ image, specification }) => image !== undefined || specification !== undefined)
            .map(({ image, specification }) => JSON.stringify([image, specification])),
        ),
      ].sort(),
    ]);
  if (fixed(was) !== fixed(becomes)) return true;
  const types = becomes.overrides.map(({ type }) => type);
  // Without overrides the type is the template's, and may be another one than an override said before.
  if (types.length === 0) return was.overrides.some(({ type }) => type !== undefined);
  if (types.some((type) => type === undefined)) return false;
  return instances.some(({ type }) => type === undefined || !types.includes(type));
}

function launchesOf(text: string | undefined): Launches | undefined {
  const policy = objectOf(parsed(text));
  const template = objectOf(policy?.['LaunchTemplate']);
  const overrides = template?.['Overrides'] ?? [];
  if (template === undefined || !Array.isArray(overrides)) return undefined;
  return {
    specification: JSON.stringify(template['LaunchTemplateSpecification'] ?? null),
    overrides: overrides.map((override: unknown) => {
      const { InstanceType, ImageId, LaunchTemplateSpecification: own } = objectOf(override) ?? {};
      return { type: InstanceType, image: ImageId, ...(own !== undefined && { specification: JSON.stringify(own) }) };
    }),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
