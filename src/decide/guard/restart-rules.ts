import type { Action } from '../../model/rollout/action.js';
import type { Balancer, Group, Instance } from '../../model/rollout/group.js';
import type { RestartRecord } from '../../model/rollout/record.js';
import { firstBroken, type Of, type Rule } from './rule-table.js';

/** A group that is being restarted: all that the rules of a restart see beside the action. */
export interface RestartedGroup {
  /** With our notes as we know them. */
  readonly group: Group;
  readonly record: RestartRecord;
  /** Instances that EC2 does not run any more, although their group may not know it yet. */
  readonly gone: readonly string[];
  /** The run was told what to run on instances. */
  readonly commands: boolean;
}

interface RestartDeed<T extends Action['type']> extends RestartedGroup {
  readonly action: Of<T>;
}

type RestartRules = { readonly [T in Action['type']]: readonly Rule<RestartDeed<T>>[] };

const CHANGES_MEMBERS = [() => 'a restart never changes membership'];

/**
 * The rules of a restart, by reasoning of their own: who is taken out was noted before, enough stay, the
 * last one stays, nothing runs where requests still come in, and the notes go only when all is back.
 */
const RESTART: RestartRules = {
  renew: [],
  record: [() => 'there is a record already'],
  rewrite: [
    ({ record, action }) => (action.record.run === record.run ? undefined : 'that is not the record of this rollout'),
  ],
  suspend: [
    ({ group }) => (group.balancerOnly === true ? 'a balancer has no processes' : undefined),
    ({ record, action }) => (isNamed(record, action) ? undefined : 'the record does not name these processes'),
  ],
  resume: [
    ({ record, action }) => (isNamed(record, action) ? undefined : 'these were not suspended by us'),
    ({ group, gone }) => outNow(group, gone),
  ],
  note: [noteIsNext, nobodyForgotten, moreMayGo],
  deregister: [onlyNoted, takenOutMayGo],
  register: [onlyTakenOut],
  run: [runsWhereOut],
  cancel: [({ group, action }) => (isNoted(group, action.instance) ? undefined : notNoted(action.instance))],
  clear: [
    ({ group, gone }) => outNow(group, gone),
    ({ group, record }) =>
      record.suspended.some((process) => group.suspended.includes(process))
        ? 'its processes are suspended still'
        : undefined,
  ],
  pause: CHANGES_MEMBERS,
  shield: CHANGES_MEMBERS,
  standby: CHANGES_MEMBERS,
  resize: CHANGES_MEMBERS,
  judge: CHANGES_MEMBERS,
  terminate: CHANGES_MEMBERS,
  freeze: CHANGES_MEMBERS,
  version: CHANGES_MEMBERS,
  point: CHANGES_MEMBERS,
};

/** The rule of a restart that the action would break, or undefined. */
export function restartRule(of: RestartedGroup, action: Action): string | undefined {
  // The row is that of the action's own type, which no type can say of a table.
  const rules = RESTART[action.type] as unknown as readonly Rule<RestartedGroup & { readonly action: Action }>[];
  return firstBroken({ ...of, action }, rules);
}

function isNamed({ suspended }: RestartRecord, { processes }: Of<'suspend'> | Of<'resume'>): boolean {
  return processes.every((process) => suspended.includes(process));
}

function isNoted({ notes }: Group, id: string): boolean {
  return notes.out?.instances.some((one) => one.id === id) === true;
}

function notNoted(id: string): string {
  return `${id} is not noted as out`;
}

function noteIsNext({ group, record, action }: RestartDeed<'note'>): string | undefined {
  if (action.out.run !== record.run) return 'the note is of another rollout';
  return action.out.number <= (group.notes.out?.number ?? 0)
    ? 'an older note would be taken for the newer one'
    : undefined;
}

function nobodyForgotten({ group, action, gone }: RestartDeed<'note'>): string | undefined {
  const forgotten = group.instances.find(
    (one) =>
      isNoted(group, one.id) &&
      !action.out.instances.some(({ id }) => id === one.id) &&
      lives(one) &&
      !gone.includes(one.id) &&
      !listedByAll(group, one),
  );
  // rule: restart-guard-forgets
  if (forgotten !== undefined) return `${forgotten.id} is out, and nobody would know it any more`;
  return undefined;
}

function moreMayGo({ group, record, action }: RestartDeed<'note'>): string | undefined {
  const more = action.out.instances.map(({ id }) => id).filter((id) => !isNoted(group, id));
  const foreign = more.find((id) => !group.instances.some((one) => one.id === id));
  return foreign === undefined ? enoughWithout(group, record.quorum, more) : `${foreign} is no instance of it`;
}

function onlyNoted({ group, action }: RestartDeed<'deregister'>): string | undefined {
  const unnoted = action.targets.find(({ instance }) => !isNoted(group, instance));
  return unnoted === undefined ? undefined : notNoted(unnoted.instance);
}

function takenOutMayGo({ group, record, action }: RestartDeed<'deregister'>): string | undefined {
  const going = action.targets.map(({ instance }) => instance);
  return enoughWithout(group, record.quorum, going);
}

function onlyTakenOut({ group, action }: RestartDeed<'register'>): string | undefined {
  const unnoted = action.targets.find(({ instance }) => !isNoted(group, instance));
  return unnoted === undefined ? undefined : `${unnoted.instance} was not taken out by this rollout`;
}

function runsWhereOut({ group, action, commands }: RestartDeed<'run'>): string | undefined {
  if (!commands) return 'no command was asked for';
  if (!isNoted(group, action.instance)) return notNoted(action.instance);
  const instance = group.instances.find(({ id }) => id === action.instance);
  if (instance === undefined) return `${action.instance} is no instance of it`;
  const reached = group.balancers.find((balancer) => mentions(instance, balancer));
  return reached === undefined ? undefined : `${reached.name} still lists ${action.instance}`;
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
