import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { seededRandom } from '../../../src/sandbox/random.js';
import { call } from '../../support/sandbox.js';
import type { Ending, Mishap, Stage } from '../../support/stage.js';
import type { Story } from '../simulator.js';

/** What somebody publishes while the old half of the rollout before is kept. */
export const NEXT_IMAGE = 'ami-next';

interface GroupNow {
  readonly AutoScalingGroupName: string;
  readonly LaunchTemplate?: { readonly LaunchTemplateId: string; readonly Version: string };
  readonly Tags?: readonly { readonly Key: string }[];
}

/**
 * One run of an update command, as `update-asgs` plays it: with `--image` and `--finish-kept` it finishes first what is
 * on the groups, and only then begins. The mishap is that of either part.
 *
 * @param finishes the run is `--finish-kept`, and somebody has published another image before it
 */
export async function playUpdate(
  stage: Stage,
  { seed, gives }: Story,
  { plan, mishap }: { readonly plan: Partial<Plan>; readonly mishap: Mishap },
  finishes: boolean,
): Promise<Ending> {
  if (plan.adoptOnly === true || (gives === undefined && !finishes)) return stage.run(plan, mishap);
  const whole = { ...plan, ...(finishes && { finishKept: true }) };
  const begun = groupsNow(stage).filter(({ Tags = [] }) => Tags.some(({ Key }) => Key === 'ha-updater:rollout'));
  const undisturbed = { ...(mishap.hooks !== undefined && { hooks: mishap.hooks }) };
  const isFirst = seededRandom(seed).fork('which part of a run').chance(0.5);
  if (begun.length > 0) {
    const groups = begun.map(({ AutoScalingGroupName: name }) => name);
    const first = await stage.run({ ...whole, groups, adoptOnly: true }, isFirst ? mishap : undisturbed);
    if (first.outcome !== 'swapped') return first;
  }
  const isOver = begun.length > 0 && isFirst;
  return stage.run({ ...whole, ...imageOf(stage, gives) }, isOver ? undisturbed : mishap);
}

/** What the plan of `--image` says: which groups launch another image now. */
export function imageOf(stage: Stage, image: string | undefined): Pick<Plan, 'image'> | object {
  if (image === undefined) return {};
  const from = groupsNow(stage).flatMap(({ AutoScalingGroupName: name, LaunchTemplate: template }) => {
    if (template === undefined) return [];
    const { LaunchTemplateVersions: versions } = call<{
      readonly LaunchTemplateVersions: readonly { readonly LaunchTemplateData: { readonly ImageId?: string } }[];
    }>(stage.sandbox.world, 'ec2', 'DescribeLaunchTemplateVersions', {
      LaunchTemplateId: template.LaunchTemplateId,
      Versions: [template.Version],
    });
    const now = versions[0]?.LaunchTemplateData.ImageId ?? '';
    return now === image ? [] : [[name, now] as const];
  });
  return from.length === 0 ? {} : { image: { id: image, from: Object.fromEntries(from) } };
}

function groupsNow({ sandbox, groups }: Stage): readonly GroupNow[] {
  return call<{ readonly AutoScalingGroups: readonly GroupNow[] }>(
    sandbox.world,
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: groups.map(({ name }) => name) },
  ).AutoScalingGroups;
}
