import { command } from '../../text/shell-quote.js';
import { unapproved } from '../../decide/stack/unapproved-changes.js';
import { allChanges, lostGroups, lostStacks } from '../../decide/stack/read-change-set.js';
import { plannedResources } from '../../decide/stack/change-rows.js';
import { makePlan, type Wanted } from '../../config/rollout-plan.js';
import { lookAhead } from '../../engine/rollout/forecast.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import { refused } from '../../errors.js';
import type { ChangePlan, GroupOutlook } from '../../model/stack/change-plan.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { GivenParameter } from '../../model/stack/template.js';
import type { ChangeGuards } from './change-flags.js';
import { placedRemedies } from '../../run/place.js';
import type { Run } from '../../run/run.js';
import type { OpenChange } from '../../engine/stack/stack-change.js';

const groupType = 'AWS::AutoScaling::AutoScalingGroup';

/** Refuses to work in another account than those named. Nothing has been asked of the stack yet. */
export function expectAccount({ identity }: Run, { accounts }: ChangeGuards): void {
  if (accounts.length === 0 || accounts.includes(identity.account)) return;
  throw refused(
    'run.account',
    `These credentials are of account ${identity.account} (${identity.arn}), not of ${accounts.join(' or ')}.`,
    [],
    ['aws sts get-caller-identity'],
  );
}

/** What an open change would do, and what the swap after it would do with the groups that are there. */
export async function planOf(
  run: Run,
  wanted: Wanted,
  stack: string,
  { prepared, review }: OpenChange,
): Promise<ChangePlan> {
  const { before, action, redact, secrets, resolved } = prepared;
  const groups =
    before === undefined || wanted.swap === 'never' ? [] : await outlooks(run, wanted, before.id, review?.changes);
  const changes = review?.changes;
  return {
    stack,
    action: review === undefined ? 'none' : action,
    ...(review !== undefined && { changeSet: review.changeSet.name }),
    parameters: resolved.shown,
    resources: changes === undefined ? [] : plannedResources(changes, redact, secrets),
    newGroups:
      changes === undefined
        ? []
        : allChanges(changes).flatMap(({ change }) =>
            change.type === groupType && change.action === 'Add' ? [change.logicalId] : [],
          ),
    groups: groups.map((group) => ({
      ...group,
      against: placedRemedies(group.against, run.place),
      warnings: placedRemedies(group.warnings, run.place),
    })),
    against: placedRemedies(await goneGroups(run, review), run.place),
  };
}

async function outlooks(
  run: Run,
  wanted: Wanted,
  stackId: string,
  changes: NonNullable<OpenChange['review']>['changes'] | undefined,
): Promise<readonly GroupOutlook[]> {
  const { deps, host, pid, region } = run;
  const groups = await stackGroups(deps, stackId);
  const plan = makePlan(wanted, {
    strategy: wanted.strategy,
    run: run.id,
    host,
    pid,
    stack: stackId,
    groups,
    region,
    again: '',
    adoptOnly: false,
  });
  return lookAhead(deps, plan, changes, wanted.keepsSizes);
}

/** Refuses a change that pipelines were told to expect otherwise, or that would take groups away. */
export function guardChange(
  guards: ChangeGuards,
  open: OpenChange,
  plan: ChangePlan,
  given: readonly GivenParameter[],
): void {
  const { review } = open;
  const { stack, against: lost } = plan;
  if (review === undefined) return;
  const show = [command`ha-updater plan ${stack}`];
  if (guards.noChanges) {
    throw refused(
      'change.unexpected',
      `Stack ${stack} would change, although no changes were expected.`,
      reasonsOf(plan),
      show,
    );
  }
  if (lost.length > 0 && !guards.groupReplacement) {
    throw refused(
      'change.groupLost',
      'The change would take away ' +
        `${lost.length === 1 ? 'a group with its instances' : `${lost.length} groups with their instances`} at once.`,
      lost,
      show,
    );
  }
  if (guards.approveOnly.length > 0) {
    const others = unapproved(review.changes, guards.approveOnly, movedParameters(open, given));
    if (others.length > 0) {
      throw refused(
        'change.unapproved',
        `Stack ${stack} would change otherwise than by ${guards.approveOnly.join(', ')} alone.`,
        others,
        show,
      );
    }
  }
}

/** A swap that could not start would leave the stack changed and its groups behind: better now than then. */
export function guardGroups(plan: ChangePlan): void {
  // What a dead run left is finished before the stack changes; what a live one holds stops us there.
  const against = plan.groups.flatMap((group) => group.against).filter(({ code }) => code !== 'group.rollout');
  if (against.length === 0) return;
  const lost = against.filter(({ code }) => code === 'group.sizeDoesNotFit');
  if (lost.length > 0)
    throw refused('change.sizeLost', 'The change would take serving instances away.', against, [
      command`ha-updater plan ${plan.stack}`,
    ]);
  const what =
    against.length === 1
      ? 'The swap after this change could not start.'
      : `The swap after this change could not start, for ${against.length} reasons.`;
  throw refused('swap.refused', what, against, [
    command`ha-updater update-stack ${plan.stack} --swap never   # changes the stack alone`,
  ]);
}

async function goneGroups(run: Run, review: OpenChange['review']): Promise<readonly Reason[]> {
  if (review === undefined) return [];
  const remedy = '--allow-group-replacement goes on all the same.';
  const direct = lostGroups(review.changes).map(({ stackName, change }): Reason => {
    const how =
      change.action === 'Remove'
        ? 'would be removed'
        : change.replacement === 'True'
          ? 'would be replaced'
          : 'might be replaced';
    return {
      code: 'change.groupLost',
      group: change.physicalId,
      text: `${change.logicalId} in ${stackName} ${how}`,
      remedy,
    };
  });
  const inside: Reason[] = [];
  for (const { change } of lostStacks(review.changes)) {
    for (const group of await stackGroups(run.deps, change.physicalId)) {
      inside.push({
        code: 'change.groupLost',
        group,
        text: `its nested stack ${change.logicalId} would be ${change.action === 'Remove' ? 'removed' : 'replaced'}`,
        remedy,
      });
    }
  }
  return [...direct, ...inside];
}

/**
 * Parameters that get another value. A NoEcho value that was given counts: nobody can tell whether it is another
 * one.
 */
function movedParameters({ prepared, review }: OpenChange, given: readonly GivenParameter[]): readonly string[] {
  const before = new Map((prepared.before?.parameters ?? []).map((parameter) => [parameter.key, parameter]));
  const after = review?.changeSet.parameters ?? [];
  // What stands in place of a secret is no other value.
  const keeps = new Set(prepared.resolved.kept);
  const said = given
    .filter(({ key, value }) => !keeps.has(key) && before.get(key)?.value !== value)
    .map(({ key }) => key);
  const seen = after
    .filter(({ key, value, noEcho }) => !noEcho && before.get(key)?.value !== value)
    .map(({ key }) => key);
  return [...new Set([...said, ...seen])];
}

function reasonsOf(plan: ChangePlan): readonly Reason[] {
  const rows = plan.resources.map(({ action, logicalId, type, stack, properties }): Reason => {
    const what =
      properties.length === 0
        ? ''
        : `: ${properties.map(({ path, causes }) => `${path} by ${causes.join(' and ')}`).join(', ')}`;
    return { code: 'change.resource', text: `${action} ${logicalId} (${type} in ${stack})${what}`, remedy: '' };
  });
  return rows.length > 0
    ? rows
    : [{ code: 'change.stack', text: 'outputs or settings of the stack itself', remedy: '' }];
}
