import { sayPause } from '../../decide/outlook/waits-at.js';
import { lookOf, statedValues, type GroupLook, type StackLook, type TargetLook } from '../../fleet/target-state.js';
import type { Target } from '../../fleet/waves.js';
import type { FailureFacts } from '../../model/event.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { choiceOf } from '../groups/choose-groups.js';
import type { GroupStatus } from '../inspect/status-group.js';
import type { GroupsStatusDocument, StatusDocument } from '../inspect/status.js';
import { atOnce, LOOKS_AT_ONCE } from './at-once.js';
import { statusOf } from './call-target.js';
import { withoutStop } from '../../text/sentence.js';

/** A target as it was seen. */
export interface SeenTarget extends TargetLook {
  readonly of: Target;
  /** The commands that help, where something was begun there or is frozen. */
  readonly next: readonly string[];
  /** Parameters that are secret on the stack, and whose value stands in the file. */
  readonly secrets: readonly string[];
  /** Why it could not be looked at. */
  readonly failure?: { readonly facts: FailureFacts; readonly end: Pick<CommandResult, 'outcome' | 'exitCode'> };
}

/** Looks at targets, some at a time. Changes nothing, and never throws. @param tell hears of each as it was seen */
export function lookAtTargets(
  targets: readonly Target[],
  around: ProcessContext,
  tell: (seen: SeenTarget) => void = () => undefined,
): Promise<readonly SeenTarget[]> {
  return atOnce(targets, LOOKS_AT_ONCE, async (target) => {
    const seen = await lookAtTarget(target, around);
    tell(seen);
    return seen;
  });
}

/** One look at one target. */
export async function lookAtTarget(target: Target, around: ProcessContext): Promise<SeenTarget> {
  const shown = await statusOf(target, around);
  if (!isShown(shown)) return unseen(target, shown);
  const { at } = shown;
  const meant = chosen(target, shown.groups, 'resources' in shown ? shown.resources : []);
  const groups = meant.map((group) => groupLook(group, at));
  const stack = 'stack' in shown ? stackLook(shown) : undefined;
  const wanted = statedValues(target.parameters);
  const look = lookOf(target.name, { groups, ...(stack !== undefined && { stack }) }, wanted);
  const secret = 'stack' in shown ? shown.stack.parameters.filter(({ noEcho }) => noEcho).map(({ key }) => key) : [];
  const odd = look.state !== 'current' && look.state !== 'outdated';
  return {
    ...look,
    of: target,
    next: odd ? [...new Set(meant.flatMap((group) => group.next))] : [],
    secrets: secret.filter((key) => wanted.has(key)),
  };
}

/** Of the groups of a stack those that the target does not leave alone, by name or by logical id. */
function chosen(
  { settings }: Target,
  groups: readonly GroupStatus[],
  resources: StatusDocument['resources'],
): readonly GroupStatus[] {
  const idOf = new Map(resources.map(({ physicalId, logicalId }) => [physicalId, logicalId]));
  const candidates = groups.map(({ name }) => {
    const logicalId = idOf.get(name);
    return { name, ...(logicalId !== undefined && { logicalId }) };
  });
  const { groups: names } = choiceOf(candidates, settings);
  return groups.filter(({ name }) => names.includes(name));
}

function groupLook(group: GroupStatus, at: number): GroupLook {
  const { name, state, instances, outdated, remarks, record } = group;
  const newest = Math.max(0, ...instances.map(({ launchedAt = 0 }) => launchedAt));
  return {
    name,
    state,
    paused: record !== undefined && sayPause(record, at) !== undefined,
    instances: instances.length,
    outdated,
    remarks,
    ...(newest > 0 && { newest }),
  };
}

function stackLook({ stack, stackState }: StatusDocument): StackLook {
  return {
    changing: stackState === 'inProgress',
    status: stack.status,
    parameters: new Map(stack.parameters.map(({ key, value }) => [key, value])),
  };
}

function isShown(
  shown: CommandResult | StatusDocument | GroupsStatusDocument,
): shown is StatusDocument | GroupsStatusDocument {
  return shown.outcome === 'shown' && 'at' in shown;
}

/** A stack that is not there yet is created, where the file has a template for it. */
function unseen(target: Target, { failure, outcome, exitCode }: CommandResult): SeenTarget {
  const none = { target: target.name, of: target, instances: 0, outdated: 0, differs: [], next: [], secrets: [] };
  const { template, app } = target.settings;
  if (failure?.code === 'stack.missing' && (template ?? app) !== undefined)
    return { ...none, state: 'missing', says: 'the stack is created by the next run' };
  const facts = failure ?? { code: 'bug', what: 'Nothing was said.', reasons: [], serves: '', left: '', next: [] };
  const says = withoutStop(facts.what);
  return { ...none, state: 'unknown', says, failure: { facts, end: { outcome, exitCode } } };
}
