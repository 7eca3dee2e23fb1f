import { command } from '../../../text/commands/next-command.js';
import { remedyWith, type Remedy } from '../../../text/commands/remedy.js';
import type { AdvisedReason, Reason } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';

/** A tag by which the owner of a group says that this tool shall never work on it. */
const NEVER = 'ha-updater:never';

/** Who operates a group, known by a tag that it sets on its groups. */
interface Owner {
  /** The tag's key, or how it begins where it ends with `*`. */
  readonly key: string;
  readonly who: string;
  /** What is wrong with replacing its instances from here. */
  readonly but: string;
  /** @param value of the tag @param tags all of the group's */
  readonly instead: (value: string, tags: Readonly<Record<string, string>>) => Remedy;
}

/**
 * Services that replace the instances of their groups by themselves, and undo or fight what anybody else does there.
 * Sources: EKS user guide, "Managed node groups" (tags `eks:…`); Elastic Beanstalk developer guide, "Tagging
 * resources"; Batch user guide, "Managed compute environments" (`AWSBatchServiceTag`); kops, "Rolling updates".
 */
const THEIRS: readonly Owner[] = [
  {
    key: 'eks:nodegroup-name',
    who: 'an EKS managed node group',
    but: 'it drains nodes and sets sizes by itself',
    instead: (name, tags) => {
      const cluster = tags['eks:cluster-name'] ?? 'CLUSTER';
      const update = command`aws eks update-nodegroup-version --cluster-name ${cluster} --nodegroup-name ${name}`;
      return remedyWith`Update the node group: ${update}`;
    },
  },
  {
    key: 'elasticbeanstalk:environment-name',
    who: 'an Elastic Beanstalk environment',
    but: 'it deploys and sets sizes by itself',
    instead: (name) => {
      const update = command`aws elasticbeanstalk update-environment --environment-name ${name}`;
      return remedyWith`Update the environment: ${update}`;
    },
  },
  {
    key: 'AWSBatchServiceTag',
    who: 'AWS Batch',
    but: 'its compute environment sets sizes by its jobs',
    instead: () => 'Update the compute environment: aws batch update-compute-environment.',
  },
  {
    key: 'kops.k8s.io/instancegroup',
    who: 'kops',
    but: 'its nodes have to be drained',
    instead: (name) => remedyWith`Use ${command`kops rolling-update cluster --instance-group ${name} --yes`}`,
  },
];

/** What runs on the instances and is not asked before they go; a rollout is possible. */
const SHARED: readonly Owner[] = [
  {
    key: 'AmazonECSManaged',
    who: 'an ECS capacity provider',
    but: 'tasks are not moved away before their instances are terminated',
    instead: () =>
      'Drain them with --before-terminate-command (aws ecs update-container-instances-state --status DRAINING), or ' +
      'see that managed draining is on.',
  },
  {
    key: 'k8s.io/cluster-autoscaler/*',
    who: 'the Kubernetes cluster autoscaler',
    but: 'it sets the desired capacity by itself, and pods are not moved away before their nodes are terminated',
    instead: () =>
      'Pause it for the time of the rollout, and drain nodes with --before-terminate-command (kubectl drain).',
  },
  {
    key: 'kubernetes.io/cluster/*',
    who: 'a Kubernetes cluster',
    but: 'pods are not moved away before their nodes are terminated',
    instead: () => 'Drain nodes with --before-terminate-command (kubectl drain).',
  },
];

/** Owners whose groups are left alone: what they do would work against a rollout. */
export function ownersAgainst({ name, tags = {} }: Group): readonly AdvisedReason[] {
  return [...neverTouched({ name, tags }), ...firstOf(THEIRS, { name, tags }, 'group.operated')];
}

/** The owner of a group says that nobody shall work on it from here; `false` takes that back. */
export function neverTouched({ name, tags = {} }: Pick<Group, 'name' | 'tags'>): readonly Reason[] {
  const value = tags[NEVER];
  if (value === undefined || value.toLowerCase() === 'false') return [];
  const why = value === '' || value.toLowerCase() === 'true' ? '' : `: ${value}`;
  return [
    {
      code: 'group.never',
      group: name,
      text: `its tag ${NEVER} forbids changes by this tool${why}`,
      remedy: 'Leave it out, or ask its owner, who may remove the tag.',
    },
  ];
}

/** What a person should know of those that share a group. */
export function ownersToKnow(group: Group): readonly AdvisedReason[] {
  return firstOf(SHARED, group, 'group.shared');
}

/** One owner is told of: what a cluster marks its groups with often comes in several tags. */
function firstOf(
  owners: readonly Owner[],
  { name, tags = {} }: Pick<Group, 'name' | 'tags'>,
  code: string,
): readonly AdvisedReason[] {
  for (const { key, who, but, instead } of owners) {
    const found = Object.entries(tags).find(([one]) =>
      key.endsWith('*') ? one.startsWith(key.slice(0, -1)) : one === key,
    );
    if (found === undefined) continue;
    const [tag, value] = found;
    return [{ code, group: name, text: `${who} works on it (tag ${tag}): ${but}`, remedy: instead(value, tags) }];
  }
  return [];
}
