import type { AdvisedReason, Reason } from '../../../model/rollout/decision.js';
import { command } from '../../../text/commands/next-command.js';
import { remedyWith, type Remedy } from '../../../text/commands/remedy.js';
import { list } from '../../../text/list.js';

/** What an image is, as far as it exists. */
export interface ImageFacts {
  readonly state: string;
  readonly architecture: string;
}

/** A group as far as it matters for the image that it launches. */
export interface LaunchingGroup {
  readonly name: string;
  readonly stackId?: string;
  readonly configurationRefs: readonly string[];
  readonly overrides?: readonly { readonly image?: string }[];
}

/** The launch template and the version that `lt/ID:VERSION` names; undefined for a launch configuration. */
export function templateOf(
  ref: string | undefined,
): { readonly template: string; readonly version: string } | undefined {
  const [, template, version] = /^lt\/(.+):([^:]+)$/.exec(ref ?? '') ?? [];
  return template === undefined || version === undefined ? undefined : { template, version };
}

/** Why an image can be launched by no group. */
export function badImage(image: string, found: ImageFacts | undefined): readonly Reason[] {
  const remedy = 'Check the id, the region, and whether the image is shared with this account.';
  if (found === undefined)
    return [{ code: 'image.missing', text: `there is no image ${image}, or this account may not see it`, remedy }];
  if (found.state === 'available') return [];
  return [
    {
      code: 'image.state',
      text: `image ${image} is ${found.state}, not available`,
      remedy: 'Wait until EC2 calls it available, or take another one.',
    },
  ];
}

/** The image that is asked for, and the one that the group launches now, as far as they are known. */
interface Images {
  readonly image: string;
  /** As it is written in the launch template. */
  readonly launched: string | undefined;
  readonly found: ImageFacts | undefined;
  readonly former: ImageFacts | undefined;
}

/**
 * Why a group cannot be given an image by a new version of its launch template: then nothing may be made, because
 * somebody else would launch it, or what owns the group would be out of step.
 *
 * @param all every group of the account and region
 */
export function imageReasons(
  group: LaunchingGroup,
  images: Images,
  all: readonly LaunchingGroup[],
): readonly AdvisedReason[] {
  const reason: MakeReason = (code, text, remedy) => ({ code, group: group.name, text, remedy });
  const { name, stackId, configurationRefs, overrides = [] } = group;
  const stack = /:stack\/([^/]+)\//.exec(stackId ?? '')?.[1];
  if (stack !== undefined)
    return [
      reason(
        'image.stack',
        `stack ${stack} says which image it launches, and would be out of step`,
        remedyWith`Change the stack: ${command`ha-updater update-stack ${stack}`} with the parameter of the image.`,
      ),
    ];
  const [ref, ...others] = configurationRefs;
  const named = templateOf(ref);
  if (named === undefined)
    return [
      reason(
        'image.launchConfiguration',
        'it launches from a launch configuration, which cannot be changed',
        'Give the group a launch template first: AWS makes one of a launch configuration in its console.',
      ),
    ];
  if (others.length > 0 || overrides.some(({ image }) => image !== undefined))
    return [
      reason(
        'image.overrides',
        'overrides of its mixed policy name launch templates or images of their own',
        'Change those where they are written, then run update-asgs without --image.',
      ),
    ];
  return [...ofImage(images, reason), ...ofFollowers(name, named.template, all, reason)];
}

type MakeReason = (code: string, text: string, remedy: Remedy) => AdvisedReason;

/** Why the image cannot be written in place of the one that is there. */
function ofImage({ image, launched, found, former }: Images, reason: MakeReason): readonly AdvisedReason[] {
  if (launched === undefined)
    return [
      reason(
        'image.unknown',
        'what its launch template says of the image could not be read',
        'Check that the version which the group names exists and has an image.',
      ),
    ];
  const [, parameter] = /^resolve:ssm:(.+)$/.exec(launched) ?? [];
  if (parameter !== undefined)
    return [
      reason(
        'image.parameter',
        `its image is the value of the parameter ${parameter}, which may mean more than this group`,
        byParameter(parameter, image),
      ),
    ];
  if (found === undefined || former === undefined || found.architecture === former.architecture) return [];
  return [
    reason(
      'image.architecture',
      `image ${image} is for ${found.architecture}, and ${launched}, which it launches now, for ${former.architecture}`,
      'Take an image for the same architecture, or change the launch template yourself together with its type.',
    ),
  ];
}

/**
 * How an image comes by the parameter that says it. Only a parameter of this account whose newest value counts can be
 * set by a command that helps: PutParameter takes a name, no ARN, and none that AWS publishes (SSM API reference).
 */
function byParameter(parameter: string, image: string): Remedy {
  const [, name, version] = /^([\w./-]+)(?::([^:]+))?$/.exec(parameter) ?? [];
  const then = 'then run update-asgs without --image';
  if (name === undefined) return `Have the parameter changed where it is kept, ${then}.`;
  if (version !== undefined)
    return `The launch template takes ${version} of ${name} alone: let it name another one there, ${then}.`;
  if (/^\/?(?:aws|ssm)/i.test(name))
    return 'AWS sets that parameter. For an image of your own name it in the launch template, ' + `${then}.`;
  const put = command`aws ssm put-parameter --name ${name} --value ${image} --overwrite`;
  return remedyWith`Change the parameter, ${then}: ${put}`;
}

/** Groups that would launch the version as soon as it is made, before anything has proven it. */
function ofFollowers(
  name: string,
  template: string,
  all: readonly LaunchingGroup[],
  reason: MakeReason,
): readonly AdvisedReason[] {
  const followers = all.filter((one) => one.name !== name && one.configurationRefs.includes(`lt/${template}:$Latest`));
  // rule: latest-of-others
  if (followers.length === 0) return [];
  const names = followers.map((one) => one.name);
  return [
    reason(
      'image.latest',
      `${list(names, 5)} ${names.length === 1 ? 'follows' : 'follow'} $Latest of the same launch template, and would ` +
        'launch the new version before anything has proven it',
      'Let them name a number or $Default first.',
    ),
  ];
}
