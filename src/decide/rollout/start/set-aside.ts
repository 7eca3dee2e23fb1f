import { command } from '../../../text/commands/next-command.js';
import { remedyWith, type Remedy } from '../../../text/commands/remedy.js';
import type { AdvisedReason, Reason, Wait } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { count } from '../../../text/count.js';
import { membersOf, standing } from '../../instances/classify.js';
import { limitFrom } from '../../memory/unseen-time.js';
import type { LookAndPlan } from '../../view.js';

const TO_REPLACE = 'Say --protected refresh to replace them anyway, --protected ignore to leave them old';
const TO_LEAVE =
  'Say --standby ignore to leave them as they are, --standby terminate to terminate them with the old ones';

const UNPROTECTED = '--protected wait to wait until nobody protects them';
const BACK = '--standby wait to wait until they are back';

/** Ids that are told one by one. */
const TOLD = 5;

/** Instances that somebody has set aside: they are not replaced, or not taken for members, unless that is said. */
interface SetAside {
  readonly code: 'group.protected' | 'group.standby';
  readonly choice: NonNullable<Plan['protected'] | Plan['standby']>;
  readonly text: string;
  /** What may be done, where the choice is to refuse. */
  readonly remedy: Remedy;
  /** What becomes of them, where a rollout may start. */
  readonly fate: string;
}

/**
 * What the owner of a group has set aside. A group that has our record is not asked: what is protected there may be so
 * by us.
 */
function setAside(plan: Plan, group: Group): readonly SetAside[] {
  if (group.notes.record !== undefined) return [];
  const { name, protectsNew } = group;
  const guarded = group.kept?.instances ?? membersOf(group).filter((instance) => instance.protectedFromScaleIn);
  const all = group.instances.length + (group.kept?.instances.length ?? 0);
  const parked = group.instances.filter(({ lifecycle }) => standing(lifecycle) === 'parked');
  const ids = (some: Group['instances']): readonly string[] => some.map(({ id }) => id);
  const which = (some: Group['instances']): readonly string[] => [
    '--auto-scaling-group-name',
    name,
    '--instance-ids',
    ...ids(some),
  ];
  const lift = command`aws autoscaling set-instance-protection --no-protected-from-scale-in ${which(guarded)}`;
  const back = command`aws autoscaling exit-standby ${which(parked)}`;
  const found: SetAside[] = [];
  if (guarded.length > 0)
    found.push({
      code: 'group.protected',
      choice: plan.protected ?? 'refuse',
      text:
        `${guarded.length} of its ${count(all, 'instance')} ${isAre(guarded)} protected from ` +
        `scale-in (${told(ids(guarded))})${protectsNew === true ? ', and so will every new one be' : ''}`,
      remedy:
        protectsNew === true
          ? 'Say --protected refresh to replace them anyway, or --protected ignore to leave them old: the group ' +
            'protects whatever it launches (NewInstancesProtectedFromScaleIn), so waiting does not help.'
          : remedyWith`${TO_REPLACE}${toWait(plan.protected, UNPROTECTED)}, or lift it: ${lift}`,
      fate:
        plan.protected === 'ignore'
          ? `${guarded.length} of its instances ${guarded.length === 1 ? 'stays' : 'stay'} old (--protected ignore).`
          : 'A rollout terminates them anyway (--protected refresh).',
    });
  if (parked.length > 0)
    found.push({
      code: 'group.standby',
      choice: plan.standby ?? 'refuse',
      text: `${parked.length === 1 ? `${told(ids(parked))} is` : `${parked.length} instances are`} in Standby${
        parked.length === 1 ? '' : ` (${told(ids(parked))})`
      }`,
      remedy: remedyWith`${TO_LEAVE}${toWait(plan.standby, BACK)}, or put them back: ${back}`,
      fate:
        plan.standby === 'terminate'
          ? 'A rollout terminates them with the last old ones (--standby terminate); after a roll-back they stay.'
          : `${parked.length} of its instances ${parked.length === 1 ? 'stays' : 'stay'} old (--standby ignore).`,
    });
  return found;
}

/** Waiting, as a further choice; whoever has waited in vain is not told to. */
function toWait(chosen: Plan['protected'] | Plan['standby'], words: string): string {
  return chosen === 'wait' ? '' : `, ${words}`;
}

function isAre(some: readonly unknown[]): string {
  return some.length === 1 ? 'is' : 'are';
}

function told(ids: readonly string[]): string {
  return [...ids.slice(0, TOLD), ...(ids.length > TOLD ? [`and ${ids.length - TOLD} more`] : [])].join(', ');
}

/** Reasons not to start; with `wait` there is none before its time is over. */
export function setAsideReasons({ observed, plan }: LookAndPlan, group: Group): readonly AdvisedReason[] {
  const late = observed.at >= waitsUntil({ observed, plan });
  return setAside(plan, group)
    .filter(({ choice }) => choice === 'refuse' || (choice === 'wait' && late))
    .map(({ code, text, remedy }) => ({ code, group: group.name, text, remedy }));
}

/** The wait for owners, as `--protected wait` and `--standby wait` ask for it. */
export function setAsideWait({ observed, plan }: LookAndPlan, group: Group): Wait | undefined {
  const open = setAside(plan, group).filter(({ choice }) => choice === 'wait');
  if (open.length === 0) return undefined;
  const why = open.map(({ text }) => text).join('; ');
  return { group: group.name, phase: 'preflight', why, instances: [], until: waitsUntil({ observed, plan }) };
}

/** What a person should know where they keep nobody from starting. */
export function setAsideWarnings({ plan }: LookAndPlan, group: Group): readonly Reason[] {
  return setAside(plan, group)
    .filter(({ choice }) => choice !== 'refuse')
    .map(({ code, choice, text, fate }) => ({
      code,
      group: group.name,
      text,
      remedy: choice === 'wait' ? 'A rollout waits until that is over, for --deadline at the longest.' : fate,
    }));
}

function waitsUntil({ observed: { seen }, plan }: LookAndPlan): number {
  return limitFrom(seen, Math.max(seen.firstLookAt, seen.heldAt ?? 0), plan.timing.totalMs);
}
