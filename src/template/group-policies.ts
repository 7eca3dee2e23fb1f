import type { Find } from './template-fault.js';
import { isTrue } from './parameters/declared.js';
import type { Evaluate } from './nested/evaluate.js';
import {
  intrinsic,
  isList,
  isMap,
  mapAt,
  resourcesOf,
  type ParsedTemplate,
  type Path,
  type Tree,
  type TreeMap,
} from './tree.js';

const groupType = 'AWS::AutoScaling::AutoScalingGroup';

/** How a policy counts of which nobody can say yet whether the group will have it. */
export type Undecided = 'error' | 'warning' | 'leave';

/** Codes of policies that make CloudFormation replace instances itself. */
export const FIGHTS: ReadonlySet<string> = new Set([
  'template.rollingUpdate',
  'template.instanceRefresh',
  'template.replacingUpdate',
]);

/** With what, and for whom, the policies are judged. */
export interface Judging {
  readonly evaluate: Evaluate;
  readonly undecided: Undecided;
}

/**
 * Policies that make CloudFormation itself replace the group or its instances during the update. They
 * would leave nothing to swap, or take instances away without the promise that we make.
 */
export function checkGroups(template: ParsedTemplate, find: Find, judging: Judging): void {
  for (const { name, resource, path } of resourcesOf(template)) {
    if (resource['Type'] !== groupType) continue;
    const under = resource['Condition'];
    const exists = typeof under === 'string' ? judging.evaluate.condition(under) : true;
    // What does not come into being has no policy.
    if (exists === false) continue;
    checkSize(name, resource, path, find);
    const written: Choice = { value: resource['UpdatePolicy'] ?? null, path: [...path, 'UpdatePolicy'], sure: true };
    for (const choice of choices({ ...written, sure: exists === true }, judging.evaluate))
      checkPolicy(name, choice, find, judging);
  }
}

function checkPolicy(group: string, { value, path, sure }: Choice, find: Find, judging: Judging): void {
  if (!isMap(value)) return;
  for (const kind of KINDS) {
    const inner: Choice = { value: value[kind.name] ?? null, path: [...path, kind.name], sure };
    if (value[kind.name] === undefined) continue;
    for (const choice of choices(inner, judging.evaluate)) {
      const fault = kind.fault(group, choice.value, judging.evaluate);
      if (fault === undefined) continue;
      const sure = choice.sure && fault.computed !== true;
      if (!sure && judging.undecided === 'leave') continue;
      find({
        path: inner.path,
        code: kind.code,
        text: choice.sure ? fault.text : `${fault.text} That depends on a condition whose value is not known here.`,
        remedy: fault.remedy,
        severity: fault.computed === true ? 'warning' : sure || judging.undecided === 'error' ? 'error' : 'warning',
      });
    }
  }
}

interface Fault {
  readonly text: string;
  readonly remedy: string;
  /** Whether it is so is known only when CloudFormation computes it. */
  readonly computed?: true;
}

interface Kind {
  readonly name: string;
  readonly code: string;
  /** What is wrong with this policy of a group; undefined when it does not fight. */
  readonly fault: (group: string, policy: Tree, evaluate: Evaluate) => Fault | undefined;
}

function removing(kind: string, group: string): string {
  return `Remove UpdatePolicy.${kind} from ${group}: the instances are replaced after the stack's change.`;
}

const KINDS: readonly Kind[] = [
  {
    name: 'AutoScalingRollingUpdate',
    code: 'template.rollingUpdate',
    fault: (group) => ({
      text:
        `Group ${group} has a rolling update policy: CloudFormation would replace its instances ` +
        'itself, terminating before it launches.',
      remedy: removing('AutoScalingRollingUpdate', group),
    }),
  },
  {
    name: 'AutoScalingInstanceRefresh',
    code: 'template.instanceRefresh',
    fault: (group) => ({
      text: `Group ${group} has an instance refresh policy: CloudFormation would replace its instances itself.`,
      remedy: removing('AutoScalingInstanceRefresh', group),
    }),
  },
  {
    name: 'AutoScalingReplacingUpdate',
    code: 'template.replacingUpdate',
    fault: (group, policy, evaluate) => {
      const written = isMap(policy) ? policy['WillReplace'] : undefined;
      const replaces = written === undefined ? null : evaluate.value(written);
      if (replaces === undefined || isMap(replaces))
        return {
          text: `Whether CloudFormation replaces the whole group ${group} is computed (WillReplace).`,
          remedy: 'Make sure that it comes out false.',
          computed: true,
        };
      return isTrue(replaces)
        ? {
            text: `Group ${group} has a replacing update policy: CloudFormation would replace the whole group.`,
            remedy: removing('AutoScalingReplacingUpdate', group),
          }
        : undefined;
    },
  },
];

/** CloudFormation sets the sizes of the template at every update, whatever scaling made of them since. */
function checkSize(group: string, resource: TreeMap, path: Path, find: Find): void {
  if (mapAt(resource, 'Properties')['DesiredCapacity'] === undefined) return;
  const scheduled = mapAt(mapAt(resource, 'UpdatePolicy'), 'AutoScalingScheduledAction');
  if (isTrue(scheduled['IgnoreUnmodifiedGroupSizeProperties'])) return;
  find({
    path: [...path, 'Properties', 'DesiredCapacity'],
    code: 'template.desiredCapacity',
    text: `Group ${group} states DesiredCapacity: an update that touches the group sets it back to that size.`,
    remedy:
      'update-stack keeps the size that the group has. For other tools remove it, or set ' +
      'UpdatePolicy.AutoScalingScheduledAction.IgnoreUnmodifiedGroupSizeProperties.',
    severity: 'warning',
  });
}

/** Something that an attribute may come to. */
interface Choice {
  readonly value: Tree;
  readonly path: Path;
  /** It is what the attribute comes to, with the values that are known. */
  readonly sure: boolean;
}

/** Everything that an attribute may come to: of an Fn::If what its condition chooses, or both while that is unknown. */
function choices(choice: Choice, evaluate: Evaluate): readonly Choice[] {
  const { value, path, sure } = choice;
  const call = intrinsic(value);
  if (call === undefined) return [choice];
  if (call.name === 'Ref' && call.argument === 'AWS::NoValue') return [];
  if (call.name !== 'Fn::If' || !isList(call.argument)) return [{ ...choice, sure: false }];
  const [name, ...branches] = call.argument;
  const holds = typeof name === 'string' ? evaluate.condition(name) : undefined;
  return branches.flatMap((branch, index) => {
    if (holds !== undefined && holds !== (index === 0)) return [];
    return choices(
      { value: branch, path: [...path, 'Fn::If', index + 1], sure: sure && holds !== undefined },
      evaluate,
    );
  });
}
