import type { Action } from '../../model/rollout/action.js';
import type { Balancer, Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RestartRecord } from '../../model/rollout/record.js';

/**
 * The rules of a restart, by reasoning of their own: who is taken out was noted before, enough stay, the
 * last one stays, nothing runs where requests still come in, and the notes go only when all is back.
 * Answers the rule that the action would break, or undefined.
 */
export function restartRule(
  plan: Plan,
  group: Group,
  record: RestartRecord,
  action: Action,
  gone: readonly string[] = [],
): string | undefined {
  const { out } = group.notes;
  const noted = new Set(out?.instances.map(({ id }) => id));
  switch (action.type) {
    case 'renew':
      return undefined;
    case 'record':
      return 'there is a record already';
    case 'rewrite':
      return action.record.run === record.run ? undefined : 'that is not the record of this rollout';
    case 'suspend':
      if (group.balancerOnly) return 'a balancer has no processes';
      return action.processes.every((process) => record.suspended.includes(process))
        ? undefined
        : 'the record does not name these processes';
    case 'resume':
      if (!action.processes.every((process) => record.suspended.includes(process)))
        return 'these were not suspended by us';
      return outNow(group, gone);
    case 'note': {
      if (action.out.run !== record.run) return 'the note is of another rollout';
      if (action.out.number <= (out?.number ?? 0)) return 'an older note would be taken for the newer one';
      const forgotten = group.instances.find(
        (one) =>
          noted.has(one.id) &&
          !action.out.instances.some(({ id }) => id === one.id) &&
          lives(one) &&
          !gone.includes(one.id) &&
          !listedByAll(group, one),
      );
      // rule: restart-guard-forgets
      if (forgotten !== undefined) return `${forgotten.id} is out, and nobody would know it any more`;
      const more = action.out.instances.filter(({ id }) => !noted.has(id)).map(({ id }) => id);
      const foreign = more.find((id) => !group.instances.some((one) => one.id === id));
      return foreign === undefined ? enoughWithout(group, record.quorum, more) : `${foreign} is no instance of it`;
    }
    case 'deregister': {
      const unnoted = action.targets.find(({ instance }) => !noted.has(instance));
      if (unnoted !== undefined) return `${unnoted.instance} is not noted as out`;
      return enoughWithout(
        group,
        record.quorum,
        action.targets.map(({ instance }) => instance),
      );
    }
    case 'register': {
      const unnoted = action.targets.find(({ instance }) => !noted.has(instance));
      return unnoted === undefined ? undefined : `${unnoted.instance} was not taken out by this rollout`;
    }
    case 'run': {
      if (plan.restart === undefined) return 'no command was asked for';
      if (!noted.has(action.instance)) return `${action.instance} is not noted as out`;
      const instance = group.instances.find(({ id }) => id === action.instance);
      if (instance === undefined) return `${action.instance} is no instance of it`;
      const reached = group.balancers.find((balancer) => mentions(instance, balancer));
      return reached === undefined ? undefined : `${reached.name} still lists ${action.instance}`;
    }
    case 'cancel':
      return noted.has(action.instance) ? undefined : `${action.instance} is not noted as out`;
    case 'clear':
      return (
        outNow(group, gone) ??
        (record.suspended.some((process) => group.suspended.includes(process))
          ? 'its processes are suspended still'
          : undefined)
      );
    case 'pause':
    case 'shield':
    case 'resize':
    case 'judge':
    case 'terminate':
    case 'freeze':
      return 'a restart never changes membership';
  }
}

/** Too few would stay in service without these; taking out who serves nobody costs nothing. */
function enoughWithout(group: Group, share: number, going: readonly string[]): string | undefined {
  const taken = new Set(group.notes.out?.instances.map(({ id }) => id));
  const total = group.instances.filter(
    (one) => one.lifecycle === 'InService' && (taken.has(one.id) || listedByAll(group, one)),
  ).length;
  const before = group.instances.filter((one) => serves(group, one));
  const after = before.filter(({ id }) => !going.includes(id)).length;
  if (after === before.length || group.balancers.length === 0) return undefined;
  // rule: restart-guard-last
  if (after === 0) return 'the last one in service would go';
  const enough = share < 1 ? after / total >= share - 1e-9 : after >= share;
  // rule: restart-guard-quorum
  return enough ? undefined : `${after} of ${total} would stay in service, less than the quorum ${share}`;
}

/** Something that lives is noted as out and still is. */
function outNow(group: Group, gone: readonly string[]): string | undefined {
  const out = group.notes.out?.instances.flatMap(({ id }) => group.instances.filter((one) => one.id === id)) ?? [];
  const away = out.find(
    (one) =>
      lives(one) &&
      !gone.includes(one.id) &&
      one.healthy &&
      !listedByAll(group, one) &&
      !one.health.some(({ verdict }) => verdict === 'unhealthy'),
  );
  return away === undefined ? undefined : `${away.id} is still out of a balancer`;
}

function mentions(instance: Instance, balancer: Balancer): boolean {
  return instance.health.some((row) => row.balancer === balancer.id && row.verdict !== 'absent');
}

function listedByAll(group: Group, instance: Instance): boolean {
  return group.balancers.every((balancer) =>
    instance.health.some(
      (row) => row.balancer === balancer.id && row.verdict !== 'absent' && row.verdict !== 'draining',
    ),
  );
}

function serves(group: Group, instance: Instance): boolean {
  const judges = group.balancers.filter(({ judged }) => judged);
  return (
    instance.lifecycle === 'InService' &&
    instance.healthy &&
    judges.every((balancer) => instance.health.some((row) => row.balancer === balancer.id && row.verdict === 'healthy'))
  );
}

function lives(instance: Instance): boolean {
  return instance.lifecycle === 'InService';
}
