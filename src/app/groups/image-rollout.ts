import { command } from '../../text/commands/next-command.js';
import { badImage, imageReasons, templateOf } from '../../decide/rollout/image/image-reasons.js';
import type { BareGroup } from '../../engine/gateway.js';
import { retrying, type RepeatableGateway } from '../../engine/retrying-gateway.js';
import { asHeadline, type FlagProblem, problem, refused } from '../../errors.js';
import type { AdvisedReason } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Run } from '../../run/run.js';

/** What was asked for, as far as the image may contradict it. */
interface ImageAsked {
  readonly image?: string | undefined;
  readonly stack?: string | undefined;
  readonly swap?: string | undefined;
}

/** What is wrong with `--image` on the command line, as sentences. */
export function imageProblems({ image, stack, swap: how }: ImageAsked): readonly FlagProblem[] {
  if (image === undefined) return [];
  if (!/^ami-[\w-]+$/.test(image))
    return [problem(`--image must be the id of an image, such as ami-0123456789abcdef0, not "${image}".`, 'image')];
  if (stack !== undefined)
    return [problem('--image is for --asg: the groups of a stack get their image from its template.', 'image', 'asg')];
  return how === 'never'
    ? [problem('--image replaces instances, and --swap never forbids that.', 'image', 'swap')]
    : [];
}

/**
 * What a plan says of the image: which of the groups launch another one now. Undefined where none does.
 * @throws Failure `refused` when one of them cannot get this one
 */
export async function imageFor(
  run: Pick<Run, 'deps'>,
  names: readonly string[],
  image: string,
): Promise<Plan['image'] | undefined> {
  const gateway = retrying(run.deps);
  const { groups } = await gateway.describeGroups(names);
  const launched = await imagesOf(gateway, groups);
  const wants = groups.filter(({ name }) => launched.get(name) !== image);
  if (wants.length === 0) return undefined;
  const found = await gateway.image(image);
  const reasons: AdvisedReason[] = [...badImage(image, found)];
  const followers = wants.some(({ configurationRefs: [ref] }) => templateOf(ref) !== undefined)
    ? (await gateway.listGroups([])).groups
    : [];
  for (const group of wants) {
    const now = launched.get(group.name);
    const former = now?.startsWith('ami-') === true ? await gateway.image(now) : undefined;
    reasons.push(...imageReasons(group, { image, launched: now, found, former }, followers));
  }
  const told = reasons.map((reason, index) => (index === 0 ? asHeadline(reason) : reason));
  if (reasons.length > 0)
    throw refused('image.refused', `Image ${image} is not rolled out: ${reasons[0]?.text ?? ''}.`, told, [
      command`ha-updater status ${names.flatMap((name) => ['--asg', name])}`,
    ]);
  return { id: image, from: Object.fromEntries(wants.map(({ name }) => [name, launched.get(name) ?? ''])) };
}

/** What the launch template of each group says of its image, as it is written there; absent where it does not say. */
async function imagesOf(
  gateway: RepeatableGateway,
  groups: readonly BareGroup[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const refs = groups.flatMap(({ configurationRefs: [ref] }) => (templateOf(ref) === undefined ? [] : [ref ?? '']));
  const versions = await gateway.templateVersions(refs.flatMap((ref) => templateOf(ref)?.template ?? []));
  const numbered = (ref: string): string => {
    const { template = '', version = '' } = templateOf(ref) ?? {};
    const { latest, default: usual } = versions[template] ?? { latest: '', default: '' };
    return `lt/${template}:${version === '$Latest' ? latest : version === '$Default' ? usual : version}`;
  };
  const launches = await gateway.templateLaunches(refs.map(numbered));
  return new Map(
    groups.map(({ name, configurationRefs: [ref] }) => [
      name,
      ref === undefined ? undefined : launches[numbered(ref)]?.image,
    ]),
  );
}
