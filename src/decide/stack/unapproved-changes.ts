import type { ChangeDetail, ResourceChange, StackChanges } from '../../model/stack/change-set.js';
import type { Reason } from '../../model/rollout/decision.js';
import { certainDetails } from './change-causes.js';

/**
 * Every change that is neither of the approved parameters nor caused by them. Empty means: go on.
 * What cannot be traced back to them counts against it.
 * @param moved keys of the parameters whose values differ from what the stack has
 */
export function unapproved(
  changes: StackChanges,
  approved: readonly string[],
  moved: readonly string[],
): readonly Reason[] {
  const keys = new Set(approved);
  const others = moved
    .filter((key) => !keys.has(key))
    .map((key): Reason => ({
      code: 'change.parameter',
      text: `parameter ${key} changes`,
      remedy: `--approve-only ${key} would allow it.`,
    }));
  return [...others, ...inStack(changes, (name) => keys.has(name))];
}

function inStack(stack: StackChanges, approved: (parameter: string) => boolean): readonly Reason[] {
  // Again and again until nothing new is found: causes may stand behind their effects.
  const good = new Set<string>();
  for (let grown = true; grown;) {
    grown = false;
    for (const change of stack.changes) {
      if (good.has(change.logicalId) || !isGood(change, approved, good)) continue;
      good.add(change.logicalId);
      grown = true;
    }
  }
  return stack.changes.flatMap((change) => [
    ...(good.has(change.logicalId) ? [] : [against(stack, change, approved, good)]),
    ...below(change, approved, good),
  ]);
}

/** A nested stack's parameters are as good as what its parent gives to them. */
function below(
  change: ResourceChange & { readonly nested?: StackChanges },
  approved: (parameter: string) => boolean,
  good: ReadonlySet<string>,
): readonly Reason[] {
  if (change.nested === undefined) return [];
  const given = certainDetails(change).filter(({ source }) => source !== 'Automatic');
  const all = given.length > 0 && given.every((detail) => caused(detail, approved, good));
  return inStack(change.nested, () => all);
}

function isGood(change: ResourceChange, approved: (parameter: string) => boolean, good: ReadonlySet<string>): boolean {
  if (change.action !== 'Modify') return false;
  const details = certainDetails(change);
  // A nested stack is listed for its own sake too; what is in it is judged by itself.
  const telling =
    change.type === 'AWS::CloudFormation::Stack' ? details.filter(({ source }) => source !== 'Automatic') : details;
  if (telling.length === 0) return change.type === 'AWS::CloudFormation::Stack' && details.length > 0;
  return telling.every((detail) => caused(detail, approved, good));
}

function caused(
  { source, entity = '' }: ChangeDetail,
  approved: (parameter: string) => boolean,
  good: ReadonlySet<string>,
): boolean {
  if (source === 'ParameterReference') return approved(entity);
  if (source === 'ResourceReference' || source === 'ResourceAttribute') return good.has(entity.split('.')[0] ?? '');
  return false;
}

function against(
  stack: StackChanges,
  change: ResourceChange,
  approved: (parameter: string) => boolean,
  good: ReadonlySet<string>,
): Reason {
  const what = { Add: 'is added', Remove: 'is removed', Modify: 'is changed' }[change.action] ?? change.action;
  const bad = certainDetails(change).filter((detail) => !caused(detail, approved, good));
  const why = [
    ...new Set(
      bad.map(
        ({ name, attribute, source, entity }) =>
          `${name ?? attribute} by ${entity ?? (source === 'DirectModification' ? 'the template' : source)}`,
      ),
    ),
  ];
  const text =
    `${change.logicalId} (${change.type} in ${stack.stackName}) ` +
    `${what}${why.length === 0 ? '' : `: ${why.join(', ')}`}`;
  return { code: 'change.unapproved', text, remedy: '' };
}
