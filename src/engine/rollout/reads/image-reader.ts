import type { Instant } from '../../../clock.js';
import { AwsFault } from '../../../errors.js';
import type { Group, LaunchWay } from '../../../model/rollout/group.js';
import type { BareGroup } from '../../gateway.js';
import type { RepeatableGateway } from '../../retrying-gateway.js';

/** How old the value of a parameter may be. It decides only whether a group is outdated. Milliseconds. */
const PARAMETERS_MS = 30_000;

/** In front of the name of a parameter where a launch template names an image. */
const BY_PARAMETER = 'resolve:ssm:';

/** A way to launch as the group alone says it. */
type Way = LaunchWay & {
  /** The type is that of the template. */
  readonly typeOfTemplate?: true;
};

/** By group, in the order of its overrides. */
export type LaunchWays = ReadonlyMap<string, readonly Way[]>;

/** What one group would launch now. */
export interface Launch extends Pick<Group, 'configurations' | 'ways' | 'imageUnknown' | 'launchGone'> {
  /** The images that instances run, by id, where images have to be compared. */
  readonly ofInstances: Readonly<Record<string, string>>;
}

/** By group. */
export type Launches = ReadonlyMap<string, Launch>;

/** What of AWS's answers is kept: versions of templates and the images of instances never change, parameters do. */
interface Kept {
  /** `lt/ID:7` → its image as it is written there, and its type. */
  readonly templates: Map<string, { readonly image?: string; readonly type?: string }>;
  readonly parameters: Map<string, { readonly at: Instant; readonly image: string }>;
  readonly instances: Record<string, string>;
}

type ImageGateway = Pick<RepeatableGateway, 'templateLaunches' | 'parameterValue' | 'instanceImages'>;

/**
 * Reads which images a group would launch where its configuration does not fix them: `resolve:ssm:` in a launch
 * template is resolved by every launch anew, and an override may name an image of its own. Only then the images of its
 * instances are asked for. What may not be read is said in `imageUnknown`, and then images are not compared.
 */
export function imageReader(
  gateway: ImageGateway,
): (groups: readonly BareGroup[], ways: LaunchWays, matter: ReadonlySet<string>, at: Instant) => Promise<Launches> {
  const kept: Kept = { templates: new Map(), parameters: new Map(), instances: {} };
  return async (groups, ways, matter, at) => {
    const launches = new Map<string, Launch>();
    for (const group of groups) {
      const own = ways.get(group.name) ?? [];
      const images = matter.has(group.name) ? await imagesOf(gateway, kept, [group, own], at) : waysOf(own);
      const configurations = [...new Set(own.map(({ configuration }) => configuration))];
      launches.set(group.name, { configurations, ofInstances: {}, ...images });
    }
    return launches;
  };
}

async function imagesOf(
  gateway: ImageGateway,
  kept: Kept,
  [group, ways]: readonly [BareGroup, readonly Way[]],
  at: Instant,
): Promise<Partial<Launch>> {
  try {
    const resolved: LaunchWay[] = [];
    await readTemplates(gateway, kept, ways);
    for (const way of ways) resolved.push(await withImage(gateway, kept, way, at));
    if (resolved.every(({ image }) => image === undefined)) return waysOf(resolved);
    if (group.instances.some(({ id }) => kept.instances[id] === undefined))
      Object.assign(kept.instances, await gateway.instanceImages([group.name]));
    return { ...waysOf(resolved), ofInstances: kept.instances };
  } catch (error) {
    if (!(error instanceof AwsFault) || !BESIDE.has(error.kind)) throw error;
    if (error.kind === 'missing' && error.operation === VERSIONS) return { ...waysOf(ways), launchGone: error.message };
    const imageUnknown = `${error.operation} was refused (${error.code}: ${error.message})`;
    return { ...waysOf(ways), imageUnknown };
  }
}

/** The call that knows whether a version exists. */
const VERSIONS = 'ec2:DescribeLaunchTemplateVersions';

/** Refusals that stand against the comparison alone: a rollout can do without it, as it did before. */
const BESIDE: ReadonlySet<AwsFault['kind']> = new Set(['denied', 'unsupported', 'missing', 'invalid']);

async function readTemplates(gateway: ImageGateway, kept: Kept, ways: readonly Way[]): Promise<void> {
  const unread = ways
    .filter((way) => (way.image === undefined || way.typeOfTemplate) && way.configuration.startsWith('lt/'))
    .map(({ configuration }) => configuration)
    .filter((configuration) => !kept.templates.has(configuration));
  if (unread.length === 0) return;
  const found = await gateway.templateLaunches([...new Set(unread)]);
  for (const configuration of unread) kept.templates.set(configuration, found[configuration] ?? {});
}

async function withImage(
  gateway: ImageGateway,
  kept: Kept,
  { typeOfTemplate, ...way }: Way,
  at: Instant,
): Promise<LaunchWay> {
  const { image: written = '', type } = kept.templates.get(way.configuration) ?? {};
  const typed = typeOfTemplate && type !== undefined ? { ...way, type } : way;
  if (way.image !== undefined || !written.startsWith(BY_PARAMETER)) return typed;
  const parameter = written.slice(BY_PARAMETER.length);
  const known = kept.parameters.get(parameter);
  if (known !== undefined && at - known.at < PARAMETERS_MS) return { ...typed, image: known.image, parameter };
  const image = await gateway.parameterValue(parameter);
  kept.parameters.set(parameter, { at, image });
  return { ...typed, image, parameter };
}

/** Nothing where the configurations say it all. */
function waysOf(ways: readonly Way[]): Pick<Group, 'ways'> {
  const plain = ways.map(({ typeOfTemplate: _, ...way }): LaunchWay => way);
  return plain.some(({ type, image }) => type !== undefined || image !== undefined) ? { ways: plain } : {};
}
