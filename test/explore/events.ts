import { answersOf } from './gate.js';
import { ended } from './restarting.js';
import { stackSteps } from './stack.js';
import { OF_RUNS, type Scope, type Trouble } from './scopes.js';
import {
  counted,
  LEAVING,
  surplus,
  TICK,
  withGroup,
  withMember,
  type GroupState,
  type Health,
  type Member,
  type State,
  type Step,
} from './world.js';

/** Everything that AWS, people and time may do next. */
export function eventsOf(state: State, scope: Scope): readonly Step[] {
  return [
    ...timeGoesOn(state, scope),
    ...state.groups.flatMap((group) => [...ofAutoScaling(state, group, scope), ...ofMembers(state, group, scope)]),
    ...state.groups.flatMap((group) => troublesOf(state, group, scope)),
    ...state.runners.flatMap((_, index) => [...signalOf(state, index), ...answersOf(state, index)]),
    ...state.runners.flatMap((_, index) => commandsOf(state, index)),
    ...alarmOf(state),
    ...stackSteps(state, scope),
  ];
}

/** Time goes on once every run sleeps. One that stands still may miss it. */
function timeGoesOn(state: State, { gates, knowsDead }: Scope): readonly Step[] {
  const { before: _before, ...rest } = state;
  const later: State = { ...rest, now: state.now + TICK };
  if (state.runners.length === 0) {
    const matters = gates?.keepTicks !== undefined || gates?.pauseEnds !== undefined || !knowsDead;
    return matters && state.groups.some(({ notes }) => notes.record !== undefined)
      ? [{ label: 'time goes on', state: later }]
      : [];
  }
  const awake = { ...later, dawn: true, runners: state.runners.map((one) => ({ ...one, waiting: false })) };
  if (state.runners.every(({ waiting }) => waiting)) return [{ label: 'time goes on', state: awake }];
  const asleep = spent(state, 'asleep');
  return asleep === undefined
    ? []
    : [
        {
          label: 'time goes on while a run stands still',
          state: { ...awake, troubles: asleep },
        },
      ];
}

/** What may still go wrong after one more of a kind; undefined where that may not happen any more. */
export function spent({ troubles }: State, kind: Trouble): State['troubles'] | undefined {
  if (!troubles.kinds.includes(kind)) return undefined;
  const of = OF_RUNS.has(kind) ? 'runs' : 'world';
  return troubles[of] === 0 ? undefined : { ...troubles, [of]: troubles[of] - 1 };
}

/** What Auto Scaling does to reach the desired capacity. */
function ofAutoScaling(state: State, group: GroupState, scope: Scope): readonly Step[] {
  const steps: Step[] = [];
  const active = (process: string): boolean => !group.suspended.includes(process);
  const { name } = group;
  if (active('Launch') && surplus(group) < 0) steps.push(launch(state, group, `${name}: one is launched`));
  if (active('Terminate') && surplus(group) > toReplace(group)) {
    for (const { id, shielded } of counted(group)) {
      if (shielded) continue;
      const next = withMember(group, id, LEAVING);
      steps.push({ label: `${name}: ${id} is scaled in`, state: withGroup(state, next) });
    }
  }
  if (active('ReplaceUnhealthy') && active('Terminate'))
    for (const { id, ok, stage } of counted(group)) {
      if (ok || stage !== 'live') continue;
      const isBeside = scope.launchesFirst === true && active('Launch');
      if (!isBeside || surplus(group) > 0)
        steps.push({ label: `${name}: ${id} is replaced`, state: withGroup(state, withMember(group, id, LEAVING)) });
      else if (surplus(group) === 0) steps.push(launch(state, group, `${name}: one is launched beside ${id}`));
    }
  return steps;
}

/** How many of the surplus are there because Auto Scaling launches before it terminates. */
function toReplace(group: GroupState): number {
  return group.suspended.includes('ReplaceUnhealthy') ? 0 : counted(group).filter(({ ok }) => !ok).length;
}

function launch(state: State, group: GroupState, label: string): Step {
  const launched = state.launched + 1;
  const member: Member = {
    id: `i-${launched}`,
    launchedAt: state.now,
    stage: 'pending',
    ok: true,
    health: 'absent',
    shielded: false,
    gone: false,
    version: 'two',
  };
  return { label, state: { ...withGroup(state, { ...group, members: [...group.members, member] }), launched } };
}

/** What becomes of instances by themselves. */
function ofMembers(state: State, group: GroupState, { restart }: Scope): readonly Step[] {
  return group.members.flatMap((member) => {
    const to = (label: string, change: Partial<Member>): Step => ({
      label: `${group.name}: ${member.id} ${label}`,
      state: withGroup(state, withMember(group, member.id, change)),
    });
    switch (member.stage) {
      case 'pending':
        return [to('is InService', { stage: 'live', health: registered(group) })];
      case 'entering':
        return [to('is in standby', { stage: 'standby' })];
      case 'leaving': {
        const members = group.members.filter((one) => one !== member);
        return [{ label: `${group.name}: ${member.id} is gone`, state: withGroup(state, { ...group, members }) }];
      }
      case 'live':
        return [...ofLive(member, group, to), ...(restart === undefined ? [] : ofAbsent(member, group, to))];
      case 'retained':
      case 'standby':
        return [];
    }
  });
}

function registered({ suspended }: GroupState): Health {
  return suspended.includes('AddToLoadBalancer') ? 'absent' : 'starting';
}

function ofLive(
  { ok, health, gone }: Member,
  { suspended }: GroupState,
  to: (label: string, change: Partial<Member>) => Step,
): readonly Step[] {
  const steps: Step[] = [];
  if (!gone && (health === 'starting' || health === 'unhealthy')) steps.push(to('is healthy', { health: 'healthy' }));
  if (ok && (gone || health === 'unhealthy') && !suspended.includes('HealthCheck'))
    steps.push(to('is marked Unhealthy', { ok: false }));
  return steps;
}

/** What is out of its balancer drains, and is sick to whoever still checks it. */
function ofAbsent(
  { ok, health }: Member,
  { suspended }: GroupState,
  to: (label: string, change: Partial<Member>) => Step,
): readonly Step[] {
  if (health !== 'draining' && health !== 'absent') return [];
  return [
    ...(health === 'draining' ? [to('has drained', { health: 'absent' })] : []),
    ...(ok && !suspended.includes('HealthCheck') ? [to('is marked Unhealthy while it is out', { ok: false })] : []),
  ];
}

/** How the commands of a restart end, which wakes their run; or they do not, and time goes on. */
function commandsOf(state: State, index: number): readonly Step[] {
  const runner = state.runners[index];
  if (runner?.commands === undefined) return [];
  const { commands } = runner;
  return Object.entries(commands).flatMap(([id, { state: now }]) => {
    if (now !== 'running') return [];
    const end = (ok: boolean, from: State): State => ({
      ...from,
      runners: from.runners.map((one, n) =>
        n === index ? { ...one, commands: { ...commands, [id]: ended(ok) }, waiting: false } : one,
      ),
    });
    const on = state.groups.find(({ members }) => members.some((one) => one.id === id));
    const after = on === undefined ? state : withGroup(state, withMember(on, id, { restarted: true }));
    const troubles = spent(state, 'fails');
    return [
      { label: `the command ends well on ${id}`, state: end(true, after) },
      ...(troubles === undefined
        ? []
        : [{ label: `the command fails on ${id}`, state: { ...end(false, state), troubles } }]),
    ];
  });
}

function signalOf(state: State, index: number): readonly Step[] {
  const left = spent(state, 'signal');
  if (left === undefined || state.runners[index]?.cancelled === true) return [];
  const runners = state.runners.map((one, n) => (n === index ? { ...one, cancelled: true, waiting: false } : one));
  return [{ label: 'Ctrl-C', state: { ...state, runners, troubles: left } }];
}

function alarmOf(state: State): readonly Step[] {
  const { ringingSince, ...quiet } = state;
  if (ringingSince !== undefined) return [{ label: 'the alarm is quiet again', state: quiet }];
  const troubles = spent(state, 'rings');
  return troubles === undefined
    ? []
    : [{ label: 'the alarm goes off', state: { ...state, ringingSince: state.now, troubles } }];
}

/** What goes wrong, as far as it still may. */
function troublesOf(state: State, group: GroupState, scope: Scope): readonly Step[] {
  if (state.troubles.world === 0 || (group.expected === undefined && scope.anytime !== true)) return [];
  const step = (kind: Trouble, label: string, next: GroupState | undefined): readonly Step[] => {
    const troubles = spent(state, kind);
    if (troubles === undefined || next === undefined) return [];
    return [{ label: `${group.name}: ${label}`, state: { ...withGroup(state, next), troubles } }];
  };
  return [
    ...group.members.flatMap((member) => memberTroubles(group, member, step)),
    ...sizeTroubles(group, step),
    ...noteTroubles(state, group, step),
    ...(group.suspended.includes('Launch') && surplus(group) < 0 && spent(state, 'late') !== undefined
      ? step(
          'late',
          'one is launched late',
          launch(state, group, '').state.groups.find(({ name }) => name === group.name),
        ).map((late) => ({ ...late, state: { ...late.state, launched: state.launched + 1 } }))
      : []),
  ];
}

type MakeStep = (kind: Trouble, label: string, next: GroupState | undefined) => readonly Step[];

function memberTroubles(group: GroupState, member: Member, step: MakeStep): readonly Step[] {
  const { id, stage, health, gone } = member;
  const to = (change: Partial<Member>): GroupState => withMember(group, id, change);
  switch (stage) {
    case 'live':
      return [
        ...(health === 'healthy' && !gone ? step('sick', `${id} is found unhealthy`, to({ health: 'unhealthy' })) : []),
        ...(health === 'starting' ? step('born', `${id} fails its first checks`, to({ health: 'unhealthy' })) : []),
        ...(gone
          ? []
          : step('dead', `${id} dies`, to({ gone: true, ...(isOut(health) ? {} : { health: 'unhealthy' }) }))),
        ...(isOut(health)
          ? step('moved', `a person registers ${id}`, to({ health: gone ? 'unhealthy' : 'starting' }))
          : step('moved', `a person takes ${id} out of its balancer`, to({ health: 'draining' }))),
        ...step('taken', `${id} is taken away`, to(LEAVING)),
      ];
    case 'pending':
      return step('taken', `${id} is taken away`, to(LEAVING));
    case 'leaving':
      return step('retained', `${id} is kept aside`, to({ stage: 'retained' }));
    case 'standby':
      return [
        ...step('taken', `${id} is taken away`, to(LEAVING)),
        ...(gone ? [] : step('dead', `${id} dies in standby`, to({ gone: true, ok: false }))),
        ...(group.size.desired < group.size.max && !group.suspended.includes('Launch')
          ? step('exited', `a person takes ${id} out of standby`, {
              ...touched(to({ stage: 'pending' })),
              size: { ...group.size, desired: group.size.desired + 1 },
            })
          : []),
      ];
    case 'entering':
    case 'retained':
      return [];
  }
}

function isOut(health: Health): boolean {
  return health === 'absent' || health === 'draining';
}

/** The group as somebody else changes it. */
function touched(group: GroupState): GroupState {
  const { expected } = group;
  return { ...group, sizedBy: 'others', ...(expected !== undefined && { expected: { ...expected, touched: true } }) };
}

function sizeTroubles(group: GroupState, step: MakeStep): readonly Step[] {
  const { size, suspended } = group;
  const by = (change: number): GroupState | undefined => {
    const desired = size.desired + change;
    return desired < Math.max(size.min, 1) || desired > size.max
      ? undefined
      : touched({ ...group, size: { ...size, desired } });
  };
  const scales = !suspended.includes('AlarmNotification') && !suspended.includes('ScheduledActions');
  return [
    ...(scales ? step('scaling', 'a policy asks for one more', by(1)) : []),
    ...(scales ? step('scaling', 'a policy asks for one less', by(-1)) : []),
    ...step('resized', 'a person asks for one more', by(1)),
    ...step('resized', 'a person asks for one less', by(-1)),
    ...step('resized', 'a person raises min to desired', touched({ ...group, size: { ...size, min: size.desired } })),
    ...step('resized', 'a person raises max by one', touched({ ...group, size: { ...size, max: size.max + 1 } })),
  ];
}

function noteTroubles({ runners }: State, group: GroupState, step: MakeStep): readonly Step[] {
  const { notes, suspended } = group;
  const { record } = notes;
  if (record === undefined) return [];
  return [
    ...(runners.length > 0 ? step('untagged', 'a person removes the notes', { ...touched(group), notes: {} }) : []),
    ...(notes.wish === undefined
      ? step('cancel', 'somebody asks to cancel', {
          ...group,
          notes: { ...notes, wish: { run: record.run, at: 0, why: 'cancel' } },
        })
      : []),
    ...['ReplaceUnhealthy', 'AlarmNotification', 'Launch'].flatMap((process) =>
      suspended.includes(process)
        ? step('resumed', `a person resumes ${process}`, {
            ...touched(group),
            sizedBy: group.sizedBy,
            suspended: suspended.filter((name) => name !== process),
          })
        : [],
    ),
  ];
}
