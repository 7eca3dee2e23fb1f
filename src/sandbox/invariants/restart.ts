import { attached, autoScalingState, type GroupState } from '../world/autoscaling/state.js';
import { ec2State } from '../world/ec2/state.js';
import { classicHealth, registered } from '../world/elb/registrations.js';
import { elbState } from '../world/elb/state.js';
import { elbv2State } from '../world/elbv2/state.js';
import { balancersUsing, targetHealth, targetsOf } from '../world/elbv2/targets.js';
import type { World } from '../world/world.js';
import { OUR_TAGS } from './expectation.js';
import { lookAt } from './look.js';
import type { Breach } from './rules.js';
import { lagOf } from './service.js';
import type { Violation } from './violation.js';

/** What a restart works on, as it truly is: a group, or what is registered with one balancer. */
interface Restarted {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  /** Everything registered and not draining, as `balancer instance:port`. */
  readonly registrations: readonly string[];
  /** Instances that a caller deregistered from any of its balancers. */
  readonly takenOut: ReadonlySet<string>;
  readonly serving: ReadonlySet<string>;
  readonly members: readonly {
    readonly id: string;
    readonly alive: boolean;
    readonly aside: boolean;
    readonly endedBy?: string;
  }[];
  /** Sizes and suspended processes; '' for a balancer. */
  readonly settings: string;
  /** Calls of people of whom it is known that they are no restart. */
  readonly others: readonly { readonly at: number; readonly operation: string }[];
}

interface Expectation {
  readonly since: number;
  readonly run: string;
  readonly quorum: number;
  readonly begun: Restarted;
  takenOut: ReadonlySet<string>;
  readonly everOut: Set<string>;
  /** How often somebody had taken the notes away when they were seen last. */
  removals: number;
  /** When each instance was last seen in service. */
  readonly servedAt: Map<string, number>;
  /** When each instance was first seen registered. */
  readonly registeredAt: Map<string, number>;
  readonly told: Set<string>;
}

/**
 * Watches restarts in place: while the tag of one is on a group or a balancer, whoever is taken out must
 * leave enough in service, nobody may be terminated, and at the end all must be registered as before.
 */
export function watchRestarts(world: World, report: (violation: Violation) => void): void {
  const expectations = new Map<string, Expectation>();
  const unnoted = watchUnnoted(world, expectations);
  world.onChange(() => {
    for (const violation of unnoted()) report(violation);
    const all = [...restartedGroups(world, expectations), ...restartedBalancers(world, expectations)];
    for (const restarted of all) {
      const note = restarted.tags.get(NOTE);
      const known = expectations.get(restarted.name);
      // Somebody took the notes away while no run was at work: what they said is lost, and another run begins from
      // what it finds.
      const lost =
        known !== undefined &&
        note !== undefined &&
        runOf(note) !== known.run &&
        removed(world, known, restarted) > known.removals;
      const expectation =
        (lost ? undefined : known) ?? (isRestart(note) ? begin(world, restarted, note ?? '') : undefined);
      if (expectation === undefined) continue;
      expectations.set(restarted.name, expectation);
      const removals = removed(world, expectation, restarted);
      if (note !== undefined) expectation.removals = removals;
      // Somebody took the tags away: the restart still goes on, and its notes come back.
      const over = note === undefined && removals === expectation.removals;
      const breaches = over ? atEnd(world, expectation, restarted) : now(world, expectation, restarted);
      for (const breach of breaches) {
        if (expectation.told.has(breach.text)) continue;
        expectation.told.add(breach.text);
        report({ at: world.clock.now(), group: restarted.name, ...breach });
      }
      if (over) expectations.delete(restarted.name);
    }
  });
}

/** A balancer or target group, as far as it matters who was taken out of it. */
interface Door {
  readonly id: string;
  readonly name: string;
  readonly takenOut: ReadonlySet<string>;
  readonly takenByOthers: ReadonlySet<string>;
}

function doorsIn(world: World): readonly Door[] {
  return [
    ...[...elbState(world).balancers.values()].map(({ name, takenOut, takenByOthers }) => ({
      id: `elb:${name}`,
      name,
      takenOut,
      takenByOthers,
    })),
    ...[...elbv2State(world).targetGroups.values()].map(({ arn, name, takenOut, takenByOthers }) => ({
      id: arn,
      name,
      takenOut,
      takenByOthers,
    })),
  ];
}

/**
 * Before the first note and after the last one nothing is taken out of a balancer, unless people do it who are no
 * restart. Answers what broke that since it was asked last.
 */
function watchUnnoted(world: World, expectations: ReadonlyMap<string, Expectation>): () => readonly Violation[] {
  const known = new Map<string, ReadonlySet<string>>();
  return () =>
    doorsIn(world).flatMap(({ id, name, takenOut, takenByOthers }) => {
      const before = known.get(id) ?? new Set();
      if (takenOut.size === 0 && before.size === 0) return [];
      known.set(id, new Set(takenOut));
      const fresh = [...takenOut].filter((one) => !before.has(one) && !takenByOthers.has(one));
      if (fresh.length === 0 || isNoted(world, id, name, expectations)) return [];
      const text = `${fresh.join(', ')} was taken out of ${name} while no restart was noted.`;
      return [{ at: world.clock.now(), group: id, rule: 'registered' as const, text }];
    });
}

/** Whether the balancer itself, or a group behind it, carries the note of a restart or did a moment ago. */
function isNoted(world: World, id: string, name: string, expectations: ReadonlyMap<string, Expectation>): boolean {
  const own = elbState(world).balancers.get(name)?.tags ?? elbv2State(world).targetGroups.get(id)?.tags;
  if (expectations.has(id) || isRestart(own?.get(NOTE))) return true;
  return [...autoScalingState(world).groups.values()].some(
    (group) =>
      (expectations.has(group.name) || isRestart(group.tags.get(NOTE)?.value)) &&
      attached(group).some((one) => one.id === (id.startsWith('elb:') ? name : id)),
  );
}

/** Whether a record is one of a restart. */
export function isRestart(note: string | undefined): boolean {
  return (note ?? '').includes(' strategy=restart ');
}

function runOf(note: string): string {
  return / run=(\S+)/.exec(note)?.[1] ?? '';
}

function begin(world: World, restarted: Restarted, note: string): Expectation {
  const quorum = Number(/ quorum=([\d.]+)/.exec(note)?.[1] ?? 1);
  return {
    since: world.clock.now(),
    run: runOf(note),
    quorum,
    begun: restarted,
    takenOut: restarted.takenOut,
    everOut: new Set(restarted.takenOut),
    removals: 0,
    servedAt: new Map(),
    registeredAt: new Map(),
    told: new Set(),
  };
}

function now(world: World, expectation: Expectation, restarted: Restarted): readonly Breach[] {
  const at = world.clock.now();
  const lag = lagOf(world);
  for (const id of restarted.serving) expectation.servedAt.set(id, at);
  const lately = (id: string): boolean => (expectation.servedAt.get(id) ?? -Infinity) >= at - lag;
  // Who was out, came back and never served costs nobody anything by going out again.
  const more = [...restarted.takenOut].filter(
    (id) => !expectation.takenOut.has(id) && (lately(id) || !expectation.everOut.has(id)),
  );
  for (const id of restarted.takenOut) expectation.everOut.add(id);
  expectation.takenOut = restarted.takenOut;
  const justLost = [...expectation.servedAt].filter(
    ([id]) => !restarted.serving.has(id) && !restarted.takenOut.has(id) && lately(id),
  ).length;
  const there = new Set(restarted.registrations.map(instanceOf));
  for (const id of expectation.registeredAt.keys()) if (!there.has(id)) expectation.registeredAt.delete(id);
  for (const id of there)
    if (!expectation.registeredAt.has(id))
      expectation.registeredAt.set(
        id,
        expectation.begun.registrations.some((one) => instanceOf(one) === id) ? -Infinity : at,
      );
  // Who was registered since the last look could not be counted by it.
  const known = [...there].filter((id) => (expectation.registeredAt.get(id) ?? at) < at - lag);
  const total = new Set([...known, ...restarted.takenOut]);
  const alive = restarted.members.filter(({ id, alive: lives, aside }) => lives && !aside && total.has(id)).length;
  const floor = Math.max(1, expectation.quorum < 1 ? Math.ceil(expectation.quorum * alive - 1e-9) : expectation.quorum);
  const tooFew = more.length > 0 && restarted.serving.size + justLost < floor;
  return [
    ...(tooFew
      ? [
          {
            rule: 'quorum' as const,
            text:
              `${more.join(', ')} taken out, and ${restarted.serving.size} are left in service of ` +
              `${alive}; the quorum ${expectation.quorum} keeps ${floor}.`,
          },
        ]
      : []),
    ...membership(world, expectation, restarted),
  ];
}

/** Nobody is terminated, neither by a caller nor by Auto Scaling because it was out. */
function membership(world: World, expectation: Expectation, restarted: Restarted): readonly Breach[] {
  // Somebody resumed the health check meanwhile: then replacing who is out is their doing.
  const resumed =
    called(expectation, restarted, /^ResumeProcesses$/) > 0 ||
    world.scenario.faults.some(
      (fault) =>
        fault.kind === 'meddle' &&
        fault.group === restarted.name &&
        fault.does === 'resumeProcesses' &&
        happened(world, expectation.since, fault.at),
    );
  // Whom others terminate is nobody's of the restart.
  const theirs = called(expectation, restarted, /^TerminateInstance/) > 0;
  const wrong = restarted.members.filter(
    ({ id, endedBy }) =>
      expectation.begun.members.some((one) => one.id === id) &&
      ((endedBy === 'caller' && !theirs) ||
        endedBy === 'scale-in' ||
        endedBy === 'rebalance' ||
        (endedBy === 'health' && !resumed && expectation.takenOut.has(id))),
  );
  return wrong.length === 0
    ? []
    : [
        {
          rule: 'membership',
          text: `${wrong.map(({ id, endedBy }) => `${id} (${endedBy ?? ''})`).join(', ')} was ended during a restart.`,
        },
      ];
}

function atEnd(world: World, expectation: Expectation, restarted: Restarted): readonly Breach[] {
  const { begun } = expectation;
  const lives = (id: string): boolean =>
    restarted.members.some((one) => one.id === id && one.alive && !one.aside) &&
    ['running', 'pending'].includes(ec2State(world).instances.get(id)?.state ?? '');
  const missing = meddledWithBalancers(world, expectation, restarted)
    ? []
    : begun.registrations.filter((one) => !restarted.registrations.includes(one) && lives(instanceOf(one)));
  const left = [...restarted.tags.keys()].filter((key) => key.startsWith(OUR_TAGS) && key !== `${OUR_TAGS}frozen`);
  const changed = restarted.settings !== begun.settings && !resized(world, expectation, restarted);
  return [
    ...(missing.length > 0
      ? [{ rule: 'registered' as const, text: `Not registered as before: ${missing.join(', ')}.` }]
      : []),
    ...(left.length > 0 ? [{ rule: 'tags' as const, text: `Tags of ours are left: ${left.join(', ')}.` }] : []),
    ...(changed
      ? [{ rule: 'processes' as const, text: `Settings are ${restarted.settings}, they were ${begun.settings}.` }]
      : []),
  ];
}

/** How often others called such an operation since the restart began. */
function called({ since }: Expectation, { others }: Restarted, operation: RegExp): number {
  return others.filter((one) => one.at >= since && operation.test(one.operation)).length;
}

function meddledWithBalancers(world: World, expectation: Expectation, restarted: Restarted): boolean {
  return (
    called(expectation, restarted, /^(Detach|Attach|Deregister)/) > 0 ||
    world.scenario.faults.some(
      (fault) =>
        fault.kind === 'meddle' &&
        fault.group === restarted.name &&
        fault.does === 'detachBalancers' &&
        happened(world, expectation.since, fault.at),
    )
  );
}

/** What changes sizes, processes or who belongs to a group. */
const SETTING = /^(Update|SetDesired|SuspendProc|ResumeProc|DetachInst|EnterStandby|ExitStandby)/;

function resized(world: World, expectation: Expectation, restarted: Restarted): boolean {
  return (
    called(expectation, restarted, SETTING) > 0 ||
    world.scenario.faults.some(
      (fault) =>
        (fault.kind === 'resize' ||
          (fault.kind === 'meddle' &&
            ['resumeProcesses', 'detach', 'standby', 'standbyDecrementing'].includes(fault.does))) &&
        fault.group === restarted.name &&
        happened(world, expectation.since, fault.at),
    )
  );
}

/** How often others took tags away, by the scenario or by a call. */
function removed(world: World, expectation: Expectation, restarted: Restarted): number {
  return (
    called(expectation, restarted, /^(DeleteTags|RemoveTags)$/) +
    world.scenario.faults.filter(
      (fault) =>
        fault.kind === 'meddle' &&
        fault.group === restarted.name &&
        fault.does === 'removeTags' &&
        happened(world, expectation.since, fault.at),
    ).length
  );
}

function happened(world: World, since: number, seconds: number): boolean {
  const at = world.startedAt + seconds * 1000;
  return at >= since && at <= world.clock.now();
}

function instanceOf(registration: string): string {
  return registration.slice(registration.indexOf(' ') + 1).split(':')[0] ?? '';
}

/** Whether to look at all: most rollouts are no restarts, and looks at all are dear. */
function watched(note: string | undefined, name: string, expectations: ReadonlyMap<string, Expectation>): boolean {
  return expectations.has(name) || isRestart(note);
}

const NOTE = `${OUR_TAGS}rollout`;

function restartedGroups(world: World, expectations: ReadonlyMap<string, Expectation>): readonly Restarted[] {
  const groups = [...autoScalingState(world).groups.values()].filter(({ name, tags }) =>
    watched(tags.get(NOTE)?.value, name, expectations),
  );
  return groups.flatMap((group) => {
    const look = lookAt(world, group.name);
    if (look === undefined) return [];
    const behind = attached(group).map(({ kind, id }) =>
      kind === 'classic' ? classicBehind(world, id) : targetsBehind(world, id),
    );
    return [
      {
        name: group.name,
        tags: new Map([...group.tags].map(([key, { value }]) => [key, value])),
        registrations: behind.flatMap(({ registrations }) => registrations),
        takenOut: new Set(behind.flatMap(({ takenOut }) => [...takenOut]).filter((id) => group.members.has(id))),
        serving: new Set(look.instances.filter(({ inService }) => inService).map(({ id }) => id)),
        members: look.instances.map(({ id, alive, leaving, aside, endedBy }) => ({
          id,
          alive: alive && !leaving,
          aside,
          ...(endedBy === undefined ? {} : { endedBy }),
        })),
        settings: settingsOf(group),
        others: [...group.others, ...behind.flatMap(({ others }) => others)],
      },
    ];
  });
}

function settingsOf(group: GroupState): string {
  return `${group.min}/${group.desired}/${group.max} [${[...group.suspended.keys()].sort().join(', ')}]`;
}

interface Behind {
  readonly others: Restarted['others'];
  readonly registrations: readonly string[];
  readonly takenOut: ReadonlySet<string>;
  readonly serving: readonly string[];
}

function classicBehind(world: World, name: string): Behind {
  const balancer = elbState(world).balancers.get(name);
  if (balancer === undefined) return { others: [], registrations: [], takenOut: new Set(), serving: [] };
  const rows = registered(world, balancer).filter(({ drainsUntil }) => drainsUntil === undefined);
  return {
    others: balancer.others,
    registrations: rows.map(({ instance }) => `${name} ${instance}`),
    takenOut: withoutTheirs(balancer),
    serving: rows
      .filter(({ instance }) => classicHealth(world, balancer, instance).State === 'InService')
      .map(({ instance }) => instance),
  };
}

function targetsBehind(world: World, arn: string): Behind {
  const group = elbv2State(world).targetGroups.get(arn);
  if (group === undefined) return { others: [], registrations: [], takenOut: new Set(), serving: [] };
  const using = balancersUsing(world, group);
  const rows = targetsOf(world, group).filter(({ drainsUntil }) => drainsUntil === undefined);
  const sick = new Set(
    rows.filter((row) => targetHealth(world, group, row, using).State !== 'healthy').map(({ instance }) => instance),
  );
  return {
    others: group.others,
    registrations: rows.map(({ instance, port }) => `${group.name} ${instance}:${port}`),
    takenOut: withoutTheirs(group),
    serving: [...new Set(rows.map(({ instance }) => instance))].filter((id) => !sick.has(id)),
  };
}

/** Those that a restart took out, as far as anybody knows. */
function withoutTheirs({ takenOut, takenByOthers }: Pick<Door, 'takenOut' | 'takenByOthers'>): ReadonlySet<string> {
  return new Set([...takenOut].filter((id) => !takenByOthers.has(id)));
}

/** Balancers that carry the tag themselves: there is no group. */
function restartedBalancers(world: World, expectations: ReadonlyMap<string, Expectation>): readonly Restarted[] {
  const classic = [...elbState(world).balancers.values()]
    .filter(({ name, tags }) => watched(tags.get(NOTE), `elb:${name}`, expectations))
    .map((one) => ({ name: `elb:${one.name}`, tags: one.tags, behind: classicBehind(world, one.name) }));
  const groups = [...elbv2State(world).targetGroups.values()]
    .filter(({ arn, tags }) => watched(tags.get(NOTE), arn, expectations))
    .map((one) => ({ name: one.arn, tags: one.tags, behind: targetsBehind(world, one.arn) }));
  return [...classic, ...groups].map(({ name, tags, behind }) => {
    const ids = [...new Set([...behind.registrations.map(instanceOf), ...behind.takenOut])];
    const members = ids.map((id) => ({
      id,
      alive: ec2State(world).instances.get(id)?.state === 'running',
      aside: false,
      ...(ec2State(world).instances.get(id)?.endedBy === undefined
        ? {}
        : { endedBy: ec2State(world).instances.get(id)?.endedBy ?? '' }),
    }));
    return {
      name,
      tags: new Map(tags),
      registrations: behind.registrations,
      takenOut: new Set(behind.takenOut),
      serving: new Set(behind.serving),
      members,
      settings: '',
      others: behind.others,
    };
  });
}
