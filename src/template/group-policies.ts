import type { Find } from './template-fault.js';
import { isTrue } from './parameters/declared.js';
import { intrinsic, isList, isMap, mapAt, type ParsedTemplate, type Path, type Tree, type TreeMap } from './tree.js';

const groupType = 'AWS::AutoScaling::AutoScalingGroup';

/**
 * Policies that make CloudFormation itself replace the group or its instances during the update. They
 * would leave nothing to swap, or take instances away without the promise that we make.
 */
export function checkGroups(template: ParsedTemplate, find: Find): void {
  for (const [name, resource] of Object.entries(mapAt(template.top, 'Resources'))) {
    if (!isMap(resource) || resource['Type'] !== groupType) continue;
    const path = ['Resources', name];
    checkSize(name, resource, path, find);
    for (const choice of choices(resource['UpdatePolicy'] ?? null, [...path, 'UpdatePolicy']))
      checkPolicy(name, choice, find);
  }
}

function checkPolicy(group: string, { policy, path }: Choice, find: Find): void {
  const remove = (kind: string): string =>
    `Remove UpdatePolicy.${kind} from ${group}: the instances are replaced after the stack's change.`;
  if (policy['AutoScalingRollingUpdate'] !== undefined) {
    find({
      path: [...path, 'AutoScalingRollingUpdate'],
      code: 'template.rollingUpdate',
      text:
        `Group ${group} has a rolling update policy: CloudFormation would replace its instances ` +
        'itself, terminating before it launches.',
      remedy: remove('AutoScalingRollingUpdate'),
    });
  }
  if (policy['AutoScalingInstanceRefresh'] !== undefined) {
    find({
      path: [...path, 'AutoScalingInstanceRefresh'],
      code: 'template.instanceRefresh',
      text: `Group ${group} has an instance refresh policy: CloudFormation would replace its instances itself.`,
      remedy: remove('AutoScalingInstanceRefresh'),
    });
  }
  const replace = mapAt(policy, 'AutoScalingReplacingUpdate')['WillReplace'];
  const at = [...path, 'AutoScalingReplacingUpdate'];
  if (isTrue(replace)) {
    const text = `Group ${group} has a replacing update policy: CloudFormation would replace the whole group.`;
    find({ path: at, code: 'template.replacingUpdate', text, remedy: remove('AutoScalingReplacingUpdate') });
  } else if (isMap(replace)) {
    const text = `Whether CloudFormation replaces the whole group ${group} is computed (WillReplace).`;
    find({
      path: at,
      code: 'template.replacingUpdate',
      text,
      remedy: 'Make sure that it comes out false.',
      severity: 'warning',
    });
  }
}

/** CloudFormation sets the sizes of the template at every update, whatever scaling made of them since. */
function checkSize(group: string, resource: TreeMap, path: Path, find: Find): void {
  if (mapAt(resource, 'Properties')['DesiredCapacity'] === undefined) return;
  const scheduled = mapAt(mapAt(resource, 'UpdatePolicy'), 'AutoScalingScheduledAction');
  if (isTrue(scheduled['IgnoreUnmodifiedGroupSizeProperties'])) return;
  find({
    path: [...path, 'Properties', 'DesiredCapacity'],
    code: 'template.desiredCapacity',
    text: `Group ${group} states DesiredCapacity: an update that touches the group sets it back to that size.`,
    remedy: 'Remove it, or set UpdatePolicy.AutoScalingScheduledAction.IgnoreUnmodifiedGroupSizeProperties.',
    severity: 'warning',
  });
}

interface Choice {
  readonly policy: TreeMap;
  readonly path: Path;
}

/** Every policy that an attribute may come to: both branches of an Fn::If. */
function choices(value: Tree, path: Path): readonly Choice[] {
  const call = intrinsic(value);
  if (call?.name === 'Fn::If' && isList(call.argument)) {
    return call.argument.slice(1).flatMap((branch, index) => choices(branch, [...path, 'Fn::If', index + 1]));
  }
  return isMap(value) && call === undefined ? [{ policy: value, path }] : [];
}
