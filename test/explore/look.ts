import { afterLook, nothingSeen } from '../../src/decide/memory/fold-look.js';
import { perhapsEnded, perhapsGone } from '../../src/decide/looks/reads-needed.js';
import { cancellationOfOwnRun } from '../../src/decide/ownership/cancellation.js';
import type { Alarm } from '../../src/model/rollout/alarm.js';
import type { Observed } from '../../src/model/rollout/decision.js';
import type { Balancer, Group, Instance } from '../../src/model/rollout/group.js';
import type { GroupState, Member, Runner, Stage, State } from './world.js';

const BALANCER: Balancer = {
  kind: 'target-group',
  id: 'targets',
  name: 'web',
  judged: true,
  note: '',
  drainMs: 0,
  slowStartMs: 0,
  healthFloorMs: 0,
};

/** The alarm of all rollouts that have one. */
export const ALARM = 'errors';

const LIFECYCLES: Readonly<Record<Stage, string>> = {
  pending: 'Pending',
  live: 'InService',
  leaving: 'Terminating',
  retained: 'Terminating:Retained',
  entering: 'EnteringStandby',
  standby: 'Standby',
};

/** Groups never change, so what a look shows of one is made once. */
const shown = new WeakMap<GroupState, Group>();

/**
 * What a runner sees, folded into what it saw before. @param lagging the groups are read as they were before the last
 * change. @param knowsDead whoever holds a lease and does not run any more is known to be dead
 */
export function lookAt(
  state: State,
  runner: Runner,
  { lagging, knowsDead }: { readonly lagging: boolean; readonly knowsDead: boolean },
): Observed {
  const { plan } = runner;
  const groups = (lagging ? (state.before ?? state.groups) : state.groups).map(shownGroup);
  const cancellation = runner.cancelled || cancellationOfOwnRun(groups, plan) !== undefined;
  const ended = endedOf(state, groups);
  const dead = new Set(state.groups.flatMap(({ members }) => members.filter(({ gone }) => gone).map(({ id }) => id)));
  const gone = perhapsGone(groups, runner.seen).filter((id) => dead.has(id));
  const look: Omit<Observed, 'seen'> = {
    at: state.now,
    groups,
    missing: [],
    precautions: groups.map(({ name }) => ({ group: name, changingBalancers: [], unjudgedSources: [], warnings: [] })),
    failures: [],
    abandoned: knowsDead ? groups.filter((group) => isDead(state, runner, group)).map(({ name }) => name) : [],
    ...(ended !== undefined && { ended }),
    ...(gone.length > 0 && { gone }),
    ...(plan.restart !== undefined && { commands: runner.commands ?? {} }),
    ...(plan.stack !== undefined && {
      stackStatus: state.stack === undefined ? 'UPDATE_COMPLETE' : 'UPDATE_IN_PROGRESS',
    }),
    ...(plan.gates?.alarms !== undefined && { alarms: [alarmOf(state)] }),
    ...(cancellation && { cancellation: { outcome: 'rollBack' as const, why: 'somebody asked for it' } }),
  };
  return { ...look, seen: afterLook(runner.seen ?? nothingSeen(look.at), look, plan) };
}

function alarmOf({ ringingSince }: State): Alarm {
  return { name: ALARM, state: ringingSince === undefined ? 'OK' : 'ALARM', since: ringingSince ?? 0, reason: '' };
}

function isDead({ runners }: State, { plan }: Runner, { notes: { lease } }: Group): boolean {
  return lease !== undefined && lease.run !== plan.run && runners.every((one) => one.plan.run !== lease.run);
}

/** EC2's word on those that Auto Scaling calls unhealthy, as the tool asks for it. */
function endedOf({ groups }: State, seen: readonly Group[]): Observed['ended'] {
  const asked = perhapsEnded(seen);
  if (asked.length === 0) return undefined;
  const gone = groups.flatMap(({ members }) => members).filter((one) => one.gone && asked.includes(one.id));
  return Object.fromEntries(gone.map(({ id }) => [id, 'Server.SpotInstanceTermination']));
}

/** The group as AWS shows it. */
function shownGroup(state: GroupState): Group {
  const known = shown.get(state);
  if (known !== undefined) return known;
  const group: Group = {
    name: state.name,
    size: state.size,
    weighted: false,
    suspended: state.suspended,
    configurations: ['lt/app:two'],
    instances: state.members.map(shownInstance),
    balancers: [BALANCER],
    notes: state.notes,
    hasWarmPool: false,
    healthCheckType: 'ELB',
    healthCheckGraceMs: 600_000,
    zones: ['a'],
  };
  shown.set(state, group);
  return group;
}

function shownInstance(member: Member): Instance {
  const { id, stage, ok, health, shielded, gone, version, launchedAt } = member;
  const verdict = stage === 'leaving' ? 'draining' : gone && health !== 'absent' ? 'unhealthy' : health;
  const isListed = verdict !== 'absent' && (stage === 'live' || stage === 'leaving');
  return {
    id,
    zone: 'a',
    lifecycle: LIFECYCLES[stage],
    healthy: ok,
    weight: 1,
    protectedFromScaleIn: shielded,
    configuration: `lt/app:${version}`,
    launchedAt,
    health: isListed ? [{ balancer: BALANCER.id, verdict, reason: '' }] : [],
  };
}
