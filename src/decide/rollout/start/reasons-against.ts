import { command } from '../../../text/commands/next-command.js';
import { remedyWith, type Remedy } from '../../../text/commands/remedy.js';
import type { AdvisedReason, Observed, Reason } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import { standing } from '../../instances/classify.js';
import { deletedBalancers } from '../../instances/deleted-balancers.js';
import { tagsFull } from './free-tags.js';
import { ownersAgainst } from './owners.js';
import { zoneReasons } from './zones-and-addresses.js';
import { setAsideReasons } from './set-aside.js';
import type { LookAndPlan } from '../../view.js';
import { NEEDED } from '../processes.js';

/** Every reason against a rollout over the group that can be seen now. */
export function reasonsAgainst({ observed, plan }: LookAndPlan, group: Group): readonly AdvisedReason[] {
  return [
    ...groupReasons(group),
    ...ownersAgainst(group),
    ...tagsFull(group, 'replacing'),
    ...deletedBalancers(group).map(({ text, remedy }) => ({
      code: 'group.balancerDeleted',
      group: group.name,
      text,
      remedy,
    })),
    ...(plan.force ? [] : [...suspendedReasons(group), ...shiftedReasons(group), ...zoneReasons(group)]),
    ...changeReasons(observed, group),
    ...setAsideReasons({ observed, plan }, group),
    ...instanceReasons(group),
  ];
}

/** What the group is, or carries. */
function groupReasons(group: Group): readonly AdvisedReason[] {
  const reasons: AdvisedReason[] = [];
  const against = (code: string, text: string, remedy: Remedy): void =>
    void reasons.push({ code, group: group.name, text, remedy });
  if (group.status !== undefined)
    against(
      'group.deleting',
      `it is being deleted (${group.status})`,
      'Wait until it is gone, or leave it out with --asg.',
    );
  if (group.operator !== undefined)
    against(
      'group.operator',
      `only ${group.operator} may change it`,
      'Leave it out, or roll out through that service.',
    );
  const withoutPool = command`aws autoscaling delete-warm-pool --auto-scaling-group-name ${group.name}`;
  if (group.hasWarmPool)
    against(
      'group.warmPool',
      'it has a warm pool, whose instances were launched with the old configuration',
      remedyWith`Delete the warm pool for the time of the rollout: ${withoutPool}`,
    );
  if (group.notes.unreadable !== undefined)
    against(
      'group.unreadable',
      `it carries a note that this version cannot read: ${group.notes.unreadable}`,
      'Use the version of ha-updater that wrote it, or remove the tag when you know that no rollout is going on.',
    );
  return reasons;
}

/** Processes that are suspended and without which nothing can be replaced. */
function suspendedReasons({ name, suspended, notes }: Group): readonly AdvisedReason[] {
  const frozen = notes.frozen?.processes ?? [];
  const missing = NEEDED.filter(
    (process) => suspended.includes(process) && !(process === 'Launch' && frozen.includes(process)),
  );
  return missing.map((process) => {
    const what = ['--auto-scaling-group-name', name, '--scaling-processes', process];
    const resume = command`aws autoscaling resume-processes ${what}`;
    return {
      code: 'group.suspended',
      group: name,
      text: `the process ${process} is suspended, so no instance can be replaced`,
      remedy: remedyWith`${resume}, or --force, which resets all that is suspended.`,
    };
  });
}

/** Instances that get no requests because of their zone: what is new there could not be proven. */
function shiftedReasons({ name, instances }: Group): readonly Reason[] {
  const away = instances.filter(({ health }) => health.some(({ shifted }) => shifted === true));
  if (away.length === 0) return [];
  const zones = [...new Set(away.map(({ zone }) => zone))].sort().join(', ');
  const lost = 'are: they do not serve, nor would new ones';
  const which = `${away.length} of its ${instances.length} instances`;
  return [
    {
      code: 'group.zonalShift',
      group: name,
      text: `a zonal shift keeps requests away from ${zones}, where ${which} ${lost}`,
      remedy:
        'Wait until it ends (aws arc-zonal-shift list-zonal-shifts), or --force where the group launches in other ' +
        'zones meanwhile: then those there count as not serving.',
    },
  ];
}

/** What else is under way on the group, and whether it is known what it launches. */
function changeReasons({ precautions }: Observed, group: Group): readonly AdvisedReason[] {
  const { activeRefresh, changingBalancers = [] } = precautions.find((one) => one.group === group.name) ?? {};
  const against = (code: string, text: string, remedy: Remedy): AdvisedReason => ({
    ...{ code, group: group.name, text, remedy },
  });
  const cancel = command`aws autoscaling cancel-instance-refresh --auto-scaling-group-name ${group.name}`;
  return [
    ...(activeRefresh === undefined
      ? []
      : [
          against(
            'group.refresh',
            `an instance refresh is running (${activeRefresh})`,
            remedyWith`Wait for it, or: ${cancel}`,
          ),
        ]),
    ...changingBalancers.map((balancer) =>
      against(
        'group.attaching',
        `its load balancer ${balancer} is being changed`,
        'Wait until that is done and start again.',
      ),
    ),
    ...(group.configurations.length > 0
      ? []
      : [
          against(
            'group.configuration',
            'what it launches from could not be found out',
            'Check that its launch template or launch configuration exists and may be read.',
          ),
        ]),
  ];
}

/** Instances that a rollout could not treat. */
function instanceReasons({ name, instances }: Group): readonly Reason[] {
  const remedy = 'Wait until its root volume has been replaced.';
  return instances
    .filter(({ lifecycle }) => standing(lifecycle) === 'repairing')
    .map(({ id, lifecycle }) => ({ code: 'group.repairing', group: name, text: `${id} is in ${lifecycle}`, remedy }));
}
