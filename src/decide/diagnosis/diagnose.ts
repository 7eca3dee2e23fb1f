import type { Group, LifecycleHook } from '../../model/rollout/group.js';
import type { Activity, AdvisedFinding, Finding } from '../../model/finding.js';
import type { FailedEvent, HookAdvice, StackEvent } from '../../model/stack/stack.js';
import { notInService, verdictOf } from '../instances/classify.js';
import { deletedBalancers, withoutDeleted } from '../instances/deleted-balancers.js';
import { launchCause } from '../instances/launch-words.js';
import { rootCauses } from './root-causes.js';
import { seconds } from '../../text/duration.js';
import { capital, withoutStop } from '../../text/sentence.js';

/** Evidence told of one thing that happened again and again. */
const MOST_EVIDENCE = 3;

/** Instances that Auto Scaling replaced for their health. */
const REPLACED = 'diagnose.replacedUnhealthy';

/** What the scaling activities of a group say went wrong: each cause once, with how often and its words. */
export function diagnoseActivities(group: string, activities: readonly Activity[]): readonly Finding[] {
  return causesInActivities(group, activities).map(({ finding }) => finding);
}

/** The same with the instances that were replaced for it, those of the evidence, the newest first. */
export function causesInActivities(
  group: string,
  activities: readonly Activity[],
): readonly { readonly finding: Finding; readonly instances: readonly string[] }[] {
  const found = new Map<string, { finding: Finding; times: number; replaced: readonly string[] }>();
  for (const activity of [...activities].sort((a, b) => a.at - b.at)) {
    const finding = ofActivity(group, activity);
    if (finding === undefined) continue;
    const key = `${finding.code} ${finding.text}`;
    const known = found.get(key);
    const replaced = finding.code === REPLACED && activity.instance !== undefined ? [activity.instance] : [];
    if (known === undefined) found.set(key, { finding, times: 1, replaced });
    else {
      known.times++;
      known.replaced = [...new Set([...known.replaced, ...replaced])].slice(-MOST_EVIDENCE);
      // The newest: what happened last may still be there to be looked at.
      const evidence = [...new Set([...known.finding.evidence, ...finding.evidence])].slice(-MOST_EVIDENCE);
      known.finding = { ...known.finding, evidence };
    }
  }
  return [...found.values()].map(({ finding, times, replaced }) => ({
    finding: times === 1 ? finding : { ...finding, text: `${withoutStop(finding.text)} (${times} times).` },
    instances: [...replaced].reverse(),
  }));
}

function ofActivity(
  group: string,
  { at, status, description, cause, message, instance }: Activity,
): Finding | undefined {
  // A launch that was cancelled without a word of why was ended by somebody who took the instance away meanwhile.
  const failed = status === 'Failed' || (status === 'Cancelled' && message !== '');
  if (failed && !description.startsWith('Terminating')) {
    const { code, remedy } = launchCause(message) ?? {
      code: 'diagnose.launchFailed',
      remedy: "See the group's activity history.",
    };
    const said = message === '' ? `${description || 'a launch'} ended as ${status}` : message;
    return {
      code,
      group,
      resource: group,
      at,
      text: `Group ${group} could not launch: ${withoutIds(said)}`,
      remedy,
      evidence: cause === '' ? [] : [cause],
    };
  }
  const [, by] = UNHEALTHY.exec(cause) ?? [];
  if (by === undefined) return undefined;
  const whom = by.toLowerCase() === 'user' ? 'somebody (SetInstanceHealth)' : by;
  const text = `Auto Scaling replaced instances of group ${group} because ${whom} called them unhealthy.`;
  return {
    code: REPLACED,
    group,
    resource: group,
    at,
    text,
    remedy: 'See why they were unhealthy; a longer HealthCheckGracePeriod helps instances that start slowly.',
    evidence: [instance === undefined ? cause : `${instance}: ${cause}`],
  };
}

/**
 * The service's words when it replaces an instance for its health (Auto Scaling user guide, "Health checks for
 * instances").
 */
const UNHEALTHY =
  /out of service in response to an? (EC2|ELB|VPC Lattice|EBS|customized|user)[\w ]*[ -](?:health|status)[ -]?checks?/i;

/** Ids differ from attempt to attempt; the same failure is told once. */
function withoutIds(text: string): string {
  return text
    .replace(/\s*(Launching EC2 instance failed\.?)\s*$/i, '')
    .replace(/\b(token|request id:?) [0-9a-f-]{36}/gi, '$1 …');
}

/**
 * What a look at a group shows: instances that do not serve and why, per balancer; hooks that hang; what we froze.
 * @param activities tell since when an instance waits
 */
export function diagnoseGroup(
  group: Group,
  hooks: readonly LifecycleHook[] = [],
  activities: readonly Activity[] = [],
): readonly AdvisedFinding[] {
  const { name, notes } = group;
  const findings: AdvisedFinding[] = [];
  if (notes.frozen !== undefined) {
    const { why, at, run, processes } = notes.frozen;
    const text = `A swap of group ${name} was rolled back by run ${run}: ${why}`;
    findings.push({
      code: 'diagnose.rolledBack',
      group: name,
      resource: name,
      at,
      text,
      remedy:
        'Fix the cause and roll out again, or give the group what its instances run and unfreeze it. Unfrozen ' +
        'before that, it launches what was rolled back at the next scale-out.',
      evidence: [`Suspended since then: ${processes.join(', ') || 'nothing'}`],
    });
  }
  if (notes.record !== undefined) {
    const text = `A swap of group ${name} is half-way (run ${notes.record.run}).`;
    findings.push({
      code: 'diagnose.halfWay',
      group: name,
      resource: name,
      at: notes.record.startedAt,
      text,
      remedy: 'Run the command again: it goes on where that run stopped.',
      evidence: [],
    });
  }
  findings.push(...deletedFindings(group));
  const there = withoutDeleted(group);
  for (const instance of group.instances) {
    if (instance.lifecycle.endsWith(':Wait')) {
      const at = activities.find((activity) => activity.instance === instance.id && UNDER_WAY.has(activity.status))?.at;
      findings.push({ ...hookWaiting(name, instance.id, instance.lifecycle, hooks), ...(at !== undefined && { at }) });
      continue;
    }
    const why = notInService(there, instance);
    if (why === '' || instance.lifecycle.startsWith('Terminat')) continue;
    const evidence = there.balancers.flatMap((balancer) => {
      const { verdict, reason } = verdictOf(instance, balancer);
      return verdict === 'healthy' ? [] : [`${balancer.name}: ${verdict}${reason === '' ? '' : `: ${reason}`}`];
    });
    const text = `Instance ${instance.id} of group ${name} is not in service: ${why}`;
    findings.push({
      code: 'diagnose.notInService',
      group: name,
      resource: instance.id,
      text,
      remedy: 'Check that the application answers the health check of the balancer.',
      evidence,
    });
  }
  return findings;
}

/** Balancers that were deleted while they were attached. */
function deletedFindings(group: Group): readonly AdvisedFinding[] {
  return deletedBalancers(group).map(({ text, remedy }) => ({
    code: 'diagnose.balancerDeleted',
    group: group.name,
    resource: group.name,
    text: `${capital(text)}.`,
    remedy,
    evidence: [],
  }));
}

/** An instance that a hook holds, with what the hooks of that transition are. */
export function hookWaiting(group: string, instance: string, state: string, hooks: readonly LifecycleHook[]): Finding {
  const holding = hooks.filter(({ holds }) => holds === state);
  return {
    code: 'diagnose.hookWaiting',
    group,
    resource: instance,
    text:
      `Instance ${instance} of group ${group} waits in ${state} for ` +
      (holding.length === 0 ? 'a lifecycle hook' : `lifecycle hook ${holding.map(({ name }) => name).join(', ')}`) +
      ', ' +
      'which nobody has completed.',
    remedy: 'Complete the lifecycle action, or mend what should complete it.',
    evidence: holding.map(hookFacts),
  };
}

/** `Hook drain: Pending:Wait, heartbeat timeout 300 s, then ABANDON` */
export function hookFacts({ name, holds, heartbeatMs, otherwise }: LifecycleHook): string {
  return `Hook ${name}: ${holds}, heartbeat timeout ${seconds(heartbeatMs)}, then ${otherwise}`;
}

const UNDER_WAY: ReadonlySet<string> = new Set(['PreInService', 'InProgress', 'MidLifecycleAction']);

/** Reasons of resources that wait for cfn-signal, or for a wait condition. */
const SIGNALS = /\bsignals?\b|WaitCondition/i;
/** How a resource names the hook that objected to it. */
const HOOK = /^The following hook\(s\) failed: \[([^\]]+)\]/;

/**
 * What the events of a stack's last operation say: root causes first, each at its resource.
 * @param events oldest first
 * @param places of root causes in a template, by the event's id
 * @param advice of hooks, by the resource that they refused: its logical id
 */
export function diagnoseStack(
  events: readonly StackEvent[],
  failed: readonly FailedEvent[],
  places: ReadonlyMap<string, string> = new Map(),
  advice: ReadonlyMap<string, HookAdvice> = new Map(),
): readonly Finding[] {
  return rootCauses(events).map((event): Finding => {
    const signals = SIGNALS.test(event.reason);
    const objection = failed.find(
      ({ logicalId, stackId, hook }) =>
        hook !== undefined && logicalId === event.logicalId && stackId === event.stackId,
    );
    const hook = objection?.hook ?? HOOK.exec(event.reason)?.[1];
    const place = places.get(event.id);
    const where = { resource: event.logicalId, at: event.at, ...(place !== undefined && { place }) };
    if (hook !== undefined) {
      const { rules = [], remedy = '' } = advice.get(event.logicalId) ?? {};
      return {
        ...where,
        code: 'diagnose.hookObjected',
        text: `Hook ${hook} objected to ${event.logicalId} (${event.type}): ${objection?.reason ?? event.reason}`,
        remedy: remedy === '' ? 'Change the resource so that the hook accepts it.' : remedy,
        evidence: rules.map((rule) => `${hook}: ${rule}`),
      };
    }
    if (signals) {
      const text = `${event.logicalId} (${event.type}) got too few signals: ${event.reason}`;
      return {
        ...where,
        code: 'diagnose.signalsMissing',
        text,
        remedy: 'Look at cfn-init and cfn-signal on the instances (/var/log/cfn-init.log, cloud-init-output.log).',
        evidence: [],
      };
    }
    return {
      ...where,
      code: 'diagnose.resourceFailed',
      text: `${event.logicalId} (${event.type}) failed: ${event.reason}`,
      remedy: 'Correct what the reason names.',
      evidence: [],
    };
  });
}

/**
 * What early validation and hooks said of a change set that failed.
 * @param name '' when nobody will see the change set again
 */
export function diagnoseChangeSet(name: string, reason: string, failed: readonly FailedEvent[]): readonly Finding[] {
  const single = failed
    .filter((event) => event.reason !== '')
    .map((event): Finding => ({
      code: event.hook === undefined ? 'diagnose.validation' : 'diagnose.hookObjected',
      resource: event.logicalId,
      at: event.at,
      text:
        `${event.logicalId} (${event.type})${event.path === undefined ? '' : ` ${event.path}`}: ` +
        `${event.hook === undefined ? '' : `hook ${event.hook}: `}${event.reason}`,
      remedy:
        event.hook === undefined ? 'Correct it in the template.' : 'Change the resource so that the hook accepts it.',
      evidence: name === '' ? [] : [`change set ${name}`],
    }));
  if (single.length > 0) return single;
  return [
    {
      code: 'diagnose.changeSet',
      resource: name,
      text: `Change set ${name} failed: ${reason}`,
      remedy: 'Correct the template or its parameters.',
      evidence: [],
    },
  ];
}
