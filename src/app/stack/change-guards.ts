import { command, remarked } from '../../text/commands/next-command.js';
import { askedAtStages } from '../../decide/outlook/asked-at-stages.js';
import { unapproved } from '../../decide/stack/unapproved-changes.js';
import { allChanges, lostGroups, lostStacks } from '../../decide/stack/read-change-set.js';
import { plannedResources } from '../../decide/stack/change-rows.js';
import type { Wanted } from '../../config/rollout-plan.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import { stackGroupRows } from '../../engine/stack/stack-groups.js';
import { refused } from '../../errors.js';
import type { ChangePlan } from '../../model/stack/change-plan.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { StackChanges } from '../../model/stack/change-set.js';
import type { GivenParameter } from '../../model/stack/template.js';
import { askFirst } from '../groups/ask-first.js';
import { chooseGroups, choiceOf } from '../groups/choose-groups.js';
import { outlooks } from '../groups/outlooks.js';
import type { ChangeGuards } from './change-flags.js';
import { toldAt } from '../../run/place.js';
import type { Run } from '../../run/run.js';
import type { OpenChange } from '../../engine/stack/stack-change.js';

const groupType = 'AWS::AutoScaling::AutoScalingGroup';

/** Refuses to work in another account than those named. Nothing has been asked of the stack yet. */
export function expectAccount({ identity }: Run, { accounts }: Pick<ChangeGuards, 'accounts'>): void {
  if (accounts.length === 0 || accounts.includes(identity.account)) return;
  throw refused(
    'run.account',
    `These credentials are of account ${identity.account} (${identity.arn}), not of ${accounts.join(' or ')}.`,
    [],
    [command`aws sts get-caller-identity`],
  );
}

/** The account is one of those named, and what is asked at the stages of the run can be asked. */
export async function expectReady(run: Run, guards: Pick<ChangeGuards, 'accounts'>, wanted: Wanted): Promise<void> {
  expectAccount(run, guards);
  await askFirst(run, wanted);
}

/** The plan with what a change calendar says now. */
export function withCalendar(plan: ChangePlan, calendar: readonly string[]): ChangePlan {
  return calendar.length === 0 ? plan : { ...plan, gates: [...(plan.gates ?? []), ...calendar] };
}

/** What an open change would do, and what the swap after it would do with the groups that are there. */
export async function planOf(
  run: Run,
  wanted: Wanted,
  stack: string,
  { prepared, review }: OpenChange,
): Promise<ChangePlan> {
  const { before, action, redact, secrets, resolved } = prepared;
  const changes = review?.changes;
  const chosen = await chosenOf(run, wanted, stack, { prepared, ...(review !== undefined && { review }) });
  const groups =
    before === undefined || wanted.swap === 'never'
      ? []
      : await outlooks(run, wanted, { stack: before.id, groups: chosen.there }, changes);
  return {
    stack,
    action: review === undefined ? 'none' : action,
    ...(review !== undefined && { changeSet: review.changeSet.name }),
    parameters: resolved.shown,
    resources: changes === undefined ? [] : plannedResources(changes, redact, secrets),
    newGroups: chosen.coming,
    groups,
    ...askedAtStages(wanted),
    ...(chosen.leftOut.length > 0 && { leftOut: chosen.leftOut }),
    against: toldAt(await goneGroups(run, review), run.place),
  };
}

/** The groups that are meant, and those that --only or --except leaves alone. */
interface Chosen {
  /** Names of groups of the stack as it is. */
  readonly there: readonly string[];
  /** Logical ids of groups that the change makes. */
  readonly coming: readonly string[];
  readonly leftOut: readonly string[];
}

/**
 * The groups that are meant among those of the stack and those that the change makes.
 * @throws Failure `refused` when a word of --only or --except means none of them
 */
export async function chosenOf(
  { deps }: Run,
  { choice, swap }: Wanted,
  stack: string,
  { prepared: { before }, review }: OpenChange,
): Promise<Chosen> {
  const there = before === undefined || swap === 'never' ? [] : await stackGroupRows(deps, before.id);
  const coming = newGroupsOf(review?.changes).map((logicalId) => ({ name: logicalId, logicalId }));
  // What a creation without a change set makes is known only afterwards.
  const known = before !== undefined || review !== undefined;
  const { leftOut } = known ? chooseGroups([...there, ...coming], choice, `Stack ${stack}`) : { leftOut: [] };
  return { there: choiceOf(there, choice).groups, coming: choiceOf(coming, choice).groups, leftOut };
}

/** Logical ids of the groups that a change makes. */
function newGroupsOf(changes: StackChanges | undefined): readonly string[] {
  if (changes === undefined) return [];
  return allChanges(changes).flatMap(({ change }) =>
    change.type === groupType && change.action === 'Add' ? [change.logicalId] : [],
  );
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
  // What a dead run left is finished before the stack changes; what a live one holds, or keeps, stops us there.
  const later = ['group.rollout', 'group.kept'];
  const against = plan.groups.flatMap((group) => group.against).filter(({ code }) => !later.includes(code));
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
    remarked(command`ha-updater update-stack ${plan.stack} --swap never`, 'changes the stack alone'),
  ]);
}

async function goneGroups(run: Run, review: OpenChange['review']): Promise<readonly Reason[]> {
  if (review === undefined) return [];
  const remedy = '--allow-group-replacement allows it.';
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
