import { AwsFault } from '../../errors.js';
import type { NotesToWrite } from '../../engine/gateway.js';
import type { NoteName } from '../../model/rollout/action.js';
import type { Size } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';
import { UNREADABLE_ANSWER } from '../session/faults.js';
import { balancerNamed, deleteBalancerTags, writeBalancerTags } from '../balancers/balancer-members.js';
import { encodeNotes, keysOf } from './note-tags.js';

const RESOURCE_TYPE = 'auto-scaling-group';

/** Writes the notes on all groups, in one call: either all carry them or none. Balancers take one call each. */
export async function writeNotes(clients: Clients, groups: readonly string[], notes: NotesToWrite): Promise<void> {
  const tags = encodeNotes(notes);
  for (const balancer of groups.flatMap((name) => balancerNamed(name) ?? []))
    await writeBalancerTags(clients, balancer, tags);
  const rows = groups
    .filter((name) => balancerNamed(name) === undefined)
    .flatMap((group) =>
      tags.map(({ key, value }) => ({
        ResourceId: group,
        ResourceType: RESOURCE_TYPE,
        Key: key,
        Value: value,
        PropagateAtLaunch: false,
      })),
    );
  if (rows.length === 0) return;
  await (await clients.autoScaling()).createOrUpdateTags({ Tags: rows });
}

/** Removes notes. Those that are not there are no error to AWS. */
export async function deleteNotes(clients: Clients, group: string, notes: readonly NoteName[]): Promise<void> {
  if (notes.length === 0) return;
  const keys = keysOf(notes);
  const balancer = balancerNamed(group);
  if (balancer !== undefined) return deleteBalancerTags(clients, balancer, keys);
  await (
    await clients.autoScaling()
  ).deleteTags({ Tags: keys.map((Key) => ({ ResourceId: group, ResourceType: RESOURCE_TYPE, Key })) });
}

/** Without a name AWS would suspend all processes, Launch and Terminate among them; then nothing is sent. */
export async function suspend(clients: Clients, group: string, processes: readonly string[]): Promise<void> {
  if (processes.length === 0) return;
  await (
    await clients.autoScaling()
  ).suspendProcesses({ AutoScalingGroupName: group, ScalingProcesses: [...processes] });
}

/** Without a name AWS would resume what an operator suspended; then nothing is sent. */
export async function resume(clients: Clients, group: string, processes: readonly string[]): Promise<void> {
  if (processes.length === 0) return;
  await (
    await clients.autoScaling()
  ).resumeProcesses({ AutoScalingGroupName: group, ScalingProcesses: [...processes] });
}

/**
 * What is left out stays as somebody may just have set it; AWS only makes the desired capacity fit new bounds, so a
 * lower max alone may scale in. Source: UpdateAutoScalingGroup.
 */
export async function resize(clients: Clients, group: string, size: Partial<Size>): Promise<void> {
  await (
    await clients.autoScaling()
  ).updateAutoScalingGroup({
    AutoScalingGroupName: group,
    ...(size.min !== undefined && { MinSize: size.min }),
    ...(size.max !== undefined && { MaxSize: size.max }),
    ...(size.desired !== undefined && { DesiredCapacity: size.desired }),
  });
}

/** All of them are in service, else AWS refuses the whole call. Source: SetInstanceProtection. */
export async function protect(
  clients: Clients,
  group: string,
  instances: readonly string[],
  on: boolean,
): Promise<void> {
  if (instances.length === 0) return;
  await (
    await clients.autoScaling()
  ).setInstanceProtection({ AutoScalingGroupName: group, InstanceIds: [...instances], ProtectedFromScaleIn: on });
}

/**
 * Puts instances into standby, or back into service; one that is not where it should be rejects the whole call, so
 * those are left out and the rest is asked again. Sources: EnterStandby, ExitStandby.
 */
export async function standby(
  clients: Clients,
  group: string,
  instances: readonly string[],
  { on, decrement }: { readonly on: boolean; readonly decrement: boolean },
): Promise<void> {
  const client = await clients.autoScaling();
  let left = [...instances];
  while (left.length > 0) {
    const asked = { AutoScalingGroupName: group, InstanceIds: left };
    try {
      if (on) await client.enterStandby({ ...asked, ShouldDecrementDesiredCapacity: decrement });
      else await client.exitStandby(asked);
      return;
    } catch (error) {
      if (!(error instanceof AwsFault) || !['missing', 'invalid'].includes(error.kind)) throw error;
      const members = await membersOf(clients, group);
      const still = left.filter((id) => members.get(id) === (on ? 'InService' : 'Standby'));
      if (still.length === left.length) throw error;
      left = still;
    }
  }
}

/**
 * Makes the function that terminates instances of a group. It remembers whether the
 * service knows the batch form, which AWS got in 2026.
 */
export function createTerminate(
  clients: Clients,
): (group: string, instances: readonly string[], decrement: boolean) => Promise<void> {
  let singly = false;
  return async (group, instances, decrement) => {
    if (instances.length === 0) return;
    if (!singly) {
      try {
        await terminateTogether(clients, group, instances, decrement);
        return;
      } catch (error) {
        if (!(error instanceof AwsFault)) throw error;
        singly = knowsNoBatch(error);
        if (!singly) throw error;
      }
    }
    await terminateSingly(clients, group, instances, decrement);
  };
}

/** One call. One id that is gone rejects the whole call, so those are left out and the rest is asked again. */
async function terminateTogether(
  clients: Clients,
  group: string,
  instances: readonly string[],
  decrement: boolean,
): Promise<void> {
  const client = await clients.autoScaling();
  let left = [...instances];
  while (left.length > 0) {
    try {
      await client.terminateInstanceInAutoScalingGroup({
        AutoScalingGroupName: group,
        InstanceIds: left,
        ShouldDecrementDesiredCapacity: decrement,
      });
      return;
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
      const still = await stillThere(clients, group, left, error.message);
      if (still.length === left.length) throw error;
      left = still;
    }
  }
}

/** Looks first: what leaves already, for whatever reason, must not be terminated (and counted) a second time. */
async function terminateSingly(
  clients: Clients,
  group: string,
  instances: readonly string[],
  decrement: boolean,
): Promise<void> {
  const client = await clients.autoScaling();
  const members = await membersOf(clients, group);
  for (const id of instances.filter(
    (instance) => members.has(instance) && !(members.get(instance) ?? '').startsWith('Terminat'),
  )) {
    try {
      await client.terminateInstanceInAutoScalingGroup({ InstanceId: id, ShouldDecrementDesiredCapacity: decrement });
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    }
  }
}

/** The ids without those that the message names as gone; when it names none of them, the group is asked. */
async function stillThere(clients: Clients, group: string, ids: readonly string[], message: string): Promise<string[]> {
  const gone = new Set(message.match(/\bi-[0-9a-f]+\b/g));
  const left = ids.filter((id) => !gone.has(id));
  if (left.length < ids.length) return left;
  const members = await membersOf(clients, group);
  return ids.filter((id) => members.has(id));
}

/** Lifecycle states of the group's instances by id. */
async function membersOf(clients: Clients, group: string): Promise<ReadonlyMap<string, string>> {
  const client = await clients.autoScaling();
  const answer = await client.describeAutoScalingGroups({ AutoScalingGroupNames: [group] });
  return new Map(
    (answer.AutoScalingGroups?.[0]?.Instances ?? []).map((instance) => [
      instance.InstanceId ?? '',
      instance.LifecycleState ?? '',
    ]),
  );
}

/**
 * A service that does not know `InstanceIds` misses `InstanceId`: it says so, or (an emulator) it crashes
 * without an error document. AWS itself answers such a 500 with a document.
 */
function knowsNoBatch(fault: AwsFault): boolean {
  if (fault.code === UNREADABLE_ANSWER) return fault.message.includes('HTTP 500 ');
  return (
    ['ValidationError', 'MissingParameter', 'InvalidParameter', 'UnknownParameter'].includes(fault.code) &&
    /\binstance_?ids?\b/i.test(fault.message) &&
    /missing|required|must not be null|must be provided|unknown|unrecognized|unexpected|not recognized/i.test(
      fault.message,
    )
  );
}
