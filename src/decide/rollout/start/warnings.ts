import { command, withWords, type NextCommand } from '../../../text/commands/next-command.js';
import type { Remedy } from '../../../text/commands/remedy.js';
import type { AdvisedReason, Reason } from '../../../model/rollout/decision.js';
import type { Balancer, Group, Instance } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { TheirSizes } from '../../../model/rollout/record.js';
import { split, standing } from '../../instances/classify.js';
import { anomalyWarnings } from '../../gates/anomaly.js';
import { pauseWarnings } from '../../gates/pause-end.js';
import { currencyOf, outdated } from '../../instances/outdated.js';
import { deletedBalancers } from '../../instances/deleted-balancers.js';
import { graceNeeded } from '../../instances/marked-for-good.js';
import { factsOf } from '../../strategies/facts-by-name.js';
import type { LookAndPlan } from '../../view.js';
import { list } from '../../../text/list.js';
import { seconds } from '../../../text/duration.js';
import { addressWarnings } from './zones-and-addresses.js';
import { hookWarnings } from './hook-warnings.js';
import { setAsideWarnings } from './set-aside.js';
import { scheduleWarnings } from '../../outlook/held-back.js';
import { ownersToKnow } from './owners.js';
import { wantedSize } from '../../sizes/wanted-size.js';
import { canaryWatchedMs, timeLimits } from '../time-limits.js';
import { wholeRecord } from '../../ownership/ignored-old.js';

/** What a person should know before a rollout starts; none of it stops it. */
export function warningsAbout({ observed, plan }: LookAndPlan, group: Group): readonly AdvisedReason[] {
  const precautions = observed.precautions.find((one) => one.group === group.name);
  const warn = (code: string, text: string, remedy: Remedy): AdvisedReason => ({
    ...{ code, group: group.name, text, remedy },
  });
  const { warnings = [], unjudgedSources = [] } = precautions ?? {};
  // Nothing is launched or proven while a size is kept.
  if (factsOf(plan).kind === 'keeping') return [];
  // What is in the group once its rollout is over would be told as what is to come.
  const isOver = observed.seen.results[group.name] !== undefined;
  return [
    ...warnings.map((text) => warn('group.unchecked', text, 'Check it by hand when it matters.')),
    ...(group.imageUnknown === undefined
      ? []
      : [
          warn(
            'group.image',
            `whether its instances run the image that it would launch now is not known: ${group.imageUnknown}`,
            'Instances are not compared by image; --swap always replaces them anyway.',
          ),
        ]),
    ...unjudgedSources.map((source) =>
      warn('group.source', `the traffic source ${source} cannot be judged`, 'Its health is not waited for.'),
    ),
    ...(group.notes.record === undefined
      ? []
      : deletedBalancers(group).map(({ text, remedy }) => warn('group.balancerDeleted', text, remedy))),
    ...balancerWarnings(plan, group),
    ...canaryWarnings(plan, group),
    ...(factsOf(plan).replaces && !isOver ? setAsideWarnings({ observed, plan }, group) : []),
    ...ownersToKnow(group),
    ...(factsOf(plan).replaces
      ? [...hookWarnings(plan, group), ...addressWarnings(plan, group, precautions?.freeAddresses)]
      : []),
    // Before it began.
    ...(group.notes.record === undefined && !isOver
      ? [...factsOf(plan).warnings(plan, group), ...pauseWarnings(group, plan)]
      : []),
    ...versionWarnings(plan, group),
    ...retainedWarnings(group),
    ...resizedWarnings(observed, group),
    ...scheduleWarnings({ observed, plan }, group),
    ...anomalyWarnings(group, plan, freshOf(group)),
    ...(group.checksRefused === undefined
      ? []
      : [
          warn(
            'group.statusChecks',
            `whether application status checks judge its instances could not be read (${group.checksRefused})`,
            'They are not waited for. Allow ec2:DescribeApplicationStatus where such checks are in use.',
          ),
        ]),
    ...(group.balancers.some((balancer) => balancer.judged) || group.checked === true
      ? []
      : [
          warn(
            'group.noBalancer',
            'no load balancer judges its instances',
            'New instances are proven by Auto Scaling health alone.',
          ),
        ]),
  ];
}

function freshOf(group: Group): readonly Instance[] {
  const { record } = group.notes;
  return record === undefined ? [] : split(group, record).new;
}

/** A canary that is watched for so long that what comes after it gets more than the user's time. */
function canaryWarnings(plan: Plan, group: Group): readonly Reason[] {
  const watched = canaryWatchedMs(plan, group);
  const { totalMs, progressMs } = timeLimits(plan, group);
  if (watched === 0 || totalMs <= plan.timing.totalMs + (progressMs - plan.timing.progressMs)) return [];
  const what = factsOf(plan).words.short;
  return [
    {
      code: 'group.canary',
      group: group.name,
      text: `its canary is watched for up to ${seconds(watched)} before the rest is launched`,
      remedy: `The ${what} gets ${seconds(totalMs)} in place of --deadline until all of it is proven.`,
    },
  ];
}

/** Balancers whose health is not waited for, or that take long. */
function balancerWarnings(plan: Plan, group: Group): readonly Reason[] {
  const skipped = plan.gates?.skipBalancers === true;
  const health = (balancer: Balancer): readonly Reason[] => (skipped ? [] : healthWarnings(plan, group, balancer));
  return [
    ...(skipped ? skippedWarnings(group) : []),
    ...group.balancers.filter(({ deleted }) => deleted !== true).flatMap(health),
  ];
}

function skippedWarnings({ name, balancers }: Group): readonly Reason[] {
  if (balancers.length === 0) return [];
  const names = balancers.map((balancer) => balancer.name).join(', ');
  return [
    {
      code: 'group.balancersSkipped',
      group: name,
      text: `no load balancer is asked whether its instances serve (--skip-elb-health-check): ${names}`,
      remedy:
        'The old instances go as soon as Auto Scaling calls the new ones InService; behind the load balancers ' +
        'nothing may serve then.',
    },
  ];
}

function healthWarnings(plan: Plan, group: Group, balancer: Balancer): readonly Reason[] {
  const warnings: Reason[] = [];
  const warn = (code: string, text: string, remedy: string): void =>
    void warnings.push({ code, group: group.name, text, remedy });
  const floor = seconds(balancer.healthFloorMs);
  const limits = timeLimits(plan, group);
  if (!balancer.judged)
    warn('balancer.unjudged', `${balancer.name} is not judged: ${balancer.note}`, 'Its health is not waited for.');
  else if (balancer.healthFloorMs + balancer.slowStartMs >= plan.timing.progressMs) {
    const slow = balancer.slowStartMs === 0 ? '' : `, and its slow start ${seconds(balancer.slowStartMs)}`;
    warn(
      'balancer.slow',
      `health checks of ${balancer.name} alone take ${floor}${slow}`,
      `Each further instance gets ${seconds(limits.progressMs)} in place of --healthy-timeout.`,
    );
  }
  if (
    factsOf(plan).replaces &&
    balancer.judged &&
    group.healthCheckType.includes('ELB') &&
    graceNeeded({ balancers: [balancer] }) > group.healthCheckGraceMs
  ) {
    const needed = graceNeeded({ balancers: [balancer] });
    const least = `health checks of ${balancer.name} take ${floor} at least, after booting`;
    const grace = `a grace period of ${seconds(group.healthCheckGraceMs)}`;
    warn(
      'group.grace',
      `${least}, and Auto Scaling gives up on an instance after ${grace}`,
      `Set HealthCheckGracePeriod to ${Math.ceil(needed / 1000)} or more, or lower the interval or the healthy ` +
        'threshold; else good instances may be given up.',
    );
  }
  // What hooks add is told with the hooks.
  if (timeLimits(plan, { ...group, balancers: [balancer], hooks: [] }).drainMs > plan.timing.drainMs)
    warn(
      'balancer.drain',
      `${balancer.name} drains for up to ${seconds(balancer.drainMs)}`,
      `What leaves gets ${seconds(limits.drainMs)} in place of --drain-timeout.`,
    );
  return warnings;
}

/**
 * Instances that a lifecycle policy kept when their terminating hook was abandoned. They serve nobody, nothing takes
 * them away but a call, and they cost what they cost.
 * Source: EC2 Auto Scaling user guide, "Control instance retention with instance lifecycle policies".
 */
function retainedWarnings({ name, instances }: Group): readonly AdvisedReason[] {
  const ids = instances.filter(({ lifecycle }) => standing(lifecycle) === 'retained').map(({ id }) => id);
  if (ids.length === 0) return [];
  const [which, go] = ids.length === 1 ? ['instance is', 'costs money'] : ['instances are', 'cost money'];
  return [
    {
      code: 'group.retained',
      group: name,
      text: `${ids.length} ${which} retained by its lifecycle policy (${list(ids, 5)}), and ${go} until ended by hand`,
      remedy: [endRetained(ids[0] ?? '')],
      resource: ids[0] ?? '',
    },
  ];
}

/** Ends an instance that its lifecycle policy kept. */
export function endRetained(id: string): NextCommand {
  const end = command`aws autoscaling terminate-instance-in-auto-scaling-group`;
  return withWords(end, ['--no-should-decrement-desired-capacity', '--instance-id', id]);
}

/**
 * AWS's words on who set sizes, of all that changed them, newest first. The first that tells a size did it: what this
 * rollout sets later tells sizes that others have set, too.
 */
function whoSet(theirs: TheirSizes, changes: readonly string[]): readonly string[] {
  const tells = [
    ...(theirs.desired === undefined ? [] : [`to ${theirs.desired}.`]),
    ...(theirs.min === undefined ? [] : [`min: ${theirs.min},`]),
    ...(theirs.max === undefined ? [] : [`max: ${theirs.max},`]),
  ];
  return [...new Set(tells.flatMap((told) => changes.findLast((words) => words.includes(told)) ?? []))];
}

/** What somebody else set while the rollout is under way, and AWS's words on who did. */
function resizedWarnings({ changes }: LookAndPlan['observed'], { name, notes: { record } }: Group): readonly Reason[] {
  if (record?.theirs === undefined) return [];
  const whole = wholeRecord(record);
  const { theirs = {}, size } = whole;
  const changed = (['min', 'desired', 'max'] as const).flatMap((one) => {
    const to = theirs[one];
    return to === undefined ? [] : [`${one} from ${size[one]} to ${to}`];
  });
  const wanted = wantedSize(whole);
  const evidence = whoSet(theirs, changes?.[name] ?? []);
  return [
    {
      code: 'group.resized',
      group: name,
      text: `somebody else changed ${changed.join(', ')} while this rollout is under way`,
      remedy:
        `That stays: in the end its sizes are min ${wanted.min}, desired ${wanted.desired}, max ${wanted.max}, ` +
        'whichever way the rollout ends.',
      ...(evidence.length > 0 && { evidence }),
    },
  ];
}

/**
 * New instances that are not what their group launches by now: its launch template, its default version or the pointer
 * to its image moved meanwhile. Told once they are to stay, when no look is from before the change any more.
 */
function movedOn({ run, goOn, undo }: Plan, group: Group): readonly Reason[] {
  const { record, verdict } = group.notes;
  if (record === undefined || verdict?.outcome !== 'promote') return [];
  // Whoever finishes the rollout of another run first rolls out next what the group launches by then.
  if (record.run !== run && goOn !== true && !undo) return [];
  const fresh = split(group, record).new;
  const other = fresh.find((instance) => outdated(group, instance));
  const found = other && currencyOf(group, other);
  if (other === undefined || found?.state !== 'outdated') return [];
  return [
    {
      code: 'group.launchMoved',
      group: group.name,
      text:
        `its new instances are not what it launches by now (${group.configurations.join(' or ')}): ` +
        `${other.id} ${found.why}`,
      remedy:
        'Somebody changed what the group launches during the rollout. Find out which of both is meant, and roll that ' +
        'out when this rollout is over.',
    },
  ];
}

/** New instances of several versions of one launch template; with overrides several templates are meant. */
function versionWarnings(plan: Plan, group: Group): readonly Reason[] {
  const { record } = group.notes;
  if (record === undefined) return [];
  const all = [...new Set(split(group, record).new.map(({ configuration }) => configuration))].filter((configuration) =>
    configuration.startsWith('lt/'),
  );
  const template = (configuration: string): string => configuration.slice(0, configuration.lastIndexOf(':'));
  const mixed = all.filter((one) => all.some((other) => other !== one && template(other) === template(one))).sort();
  if (mixed.length <= 1) return movedOn(plan, group);
  return [
    {
      code: 'group.versions',
      group: group.name,
      text: `its new instances run ${mixed.join(' and ')}`,
      remedy:
        'Somebody changed what the group launches during the rollout. Each of them has to be proven. Swap ' +
        'the group once more when this rollout is over.',
    },
  ];
}
