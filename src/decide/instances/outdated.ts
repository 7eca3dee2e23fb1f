import type { Group, Instance } from '../../model/rollout/group.js';
import type { GroupOutlook } from '../../model/stack/change-plan.js';

/**
 * In what an outdated instance differs from what its group would launch. `unknown`: AWS does not know any more what it
 * was launched from.
 */
type Difference = GroupOutlook['outdated'][number]['differs'];

/** Whether an instance is what its group would launch now. */
export type Currency =
  | { readonly state: 'current' }
  /** `why`: a clause about the instance, such as `runs lt/lt-1:1`. */
  | { readonly state: 'outdated'; readonly differs: Difference; readonly why: string }
  /** What the group launches could not be found out. */
  | { readonly state: 'unknown' };

const CURRENT: Currency = { state: 'current' };

/**
 * Compares an instance with what its group would launch now: the launch configuration or the resolved version of the
 * launch template, the instance type among the overrides of a mixed policy, and the image where the configuration does
 * not fix it (an override's own, or what the parameter of `resolve:ssm:` points to now). Overrides by instance
 * requirements are not judged by type, and what is not known of an instance is not held against it.
 *
 * `plan`, `status` and every run ask this function alone. Source: Auto Scaling user guide, *Skip matching*: launch
 * template and instance types are compared.
 */
export function currencyOf(group: Group, instance: Instance): Currency {
  if (group.configurations.length === 0) return { state: 'unknown' };
  if (instance.configuration === '')
    return { state: 'outdated', differs: 'unknown', why: 'runs a configuration that AWS no longer knows' };
  if (!group.configurations.includes(instance.configuration))
    return { state: 'outdated', differs: 'configuration', why: `runs ${instance.configuration}` };
  const ways = (group.ways ?? []).filter(({ configuration }) => configuration === instance.configuration);
  if (ways.length === 0) return CURRENT;
  // rule: type-ignored
  const byType = ways.filter(({ type }) => type === undefined || instance.type === undefined || type === instance.type);
  if (byType.length === 0) {
    const types = [...new Set(ways.map(({ type }) => type))].join(', ');
    const why = `is of type ${instance.type ?? ''}, and the overrides name ${types}`;
    return { state: 'outdated', differs: 'type', why };
  }
  // rule: image-ignored
  const byImage = byType.filter(
    ({ image }) => image === undefined || instance.image === undefined || image === instance.image,
  );
  if (byImage.length > 0) return CURRENT;
  const [{ image = '', parameter } = {}] = byType;
  const now = parameter === undefined ? `an override names ${image}` : `${parameter} points to ${image} now`;
  return { state: 'outdated', differs: 'image', why: `runs ${instance.image ?? ''}, and ${now}` };
}

/** Outdated: launched from something else than the group would launch from now. */
export function outdated(group: Group, instance: Instance): boolean {
  return currencyOf(group, instance).state === 'outdated';
}

/**
 * `2 of 3 instances are outdated`, with the reason where it is not the launch configuration or template; '' when none
 * is.
 */
export function sayOutdated(group: Group, instances: readonly Instance[]): string {
  const stale = instances.flatMap((instance) => {
    const found = currencyOf(group, instance);
    return found.state === 'outdated' ? [{ ...instance, why: found.why }] : [];
  });
  if (stale.length === 0) return '';
  const beside = stale.find(({ configuration }) => group.configurations.includes(configuration));
  const why = beside === undefined ? '' : ` (${beside.id} ${beside.why})`;
  return `${stale.length} of ${instances.length} instances are outdated${why}`;
}
