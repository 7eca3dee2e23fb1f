import { autoScalingState } from '../world/autoscaling/state.js';
import { revisionOf } from '../world/revisions.js';
import type { World } from '../world/world.js';
import {
  beginRollout,
  ROLLOUT_TAG,
  meddled,
  beginAgain,
  rolloutIn,
  strategyIn,
  type Expectation,
  type Strategy,
} from './expectation.js';
import { lookAt, type Look } from './look.js';
import { nextService, type Service } from './service.js';
import { isRestart, watchRestarts } from './restart.js';
import { watchSerial } from './serial.js';
import { watchCommands, type CommandCalls } from './whole-command.js';
import { breachesAtEnd, breachesNow, type Breach } from './rules.js';
import type { Violation } from './violation.js';

/** The capacity of a group at one moment, in capacity units. Old and new mean nothing before `expect`: all is old. */
export interface TimelinePoint {
  readonly at: number;
  readonly group: string;
  readonly desired: number;
  readonly inService: number;
  readonly old: number;
  readonly new: number;
  readonly leaving: number;
}

/** Watches a world and writes down what must never happen. */
export interface Monitor {
  /** Captures the group as it is now; from now on its instances must be replaced by the strategy's rules. */
  readonly expect: (what: { readonly group: string; readonly strategy: Strategy }) => void;
  /** Ends the expectation: answers (and writes down) what is wrong with the final state. */
  readonly settle: (group: string) => readonly Violation[];
  /** Units in service now: InService, and healthy and not draining in every balancer that can judge. */
  readonly inService: (group: string) => number;
  readonly violations: readonly Violation[];
  readonly timeline: readonly TimelinePoint[];
  /** Whether the stack of a group is in progress. The assembly sets it; nobody is busy until then. */
  groupIsBusy: (group: string) => boolean;
  /** From the first call of a command on nobody who serves leaves outside of a rollout, whatever is noted on groups. */
  readonly commandCalls: CommandCalls;
  /** The command lets CloudFormation set the template's sizes in the operation with this token. */
  readonly letSizes: (token: string) => void;
}

/** Health passes by without events: a group is looked at again at least this often while things happen. */
const LOOK_AGAIN_MS = 5000;
/** Events of the world this close together are looked at once; a change from outside is always looked at at once. */
const TOGETHER_MS = 200;

/**
 * Watches after every event and every call. With `autoExpect` a rollout is expected as soon as its tag
 * appears on a group, and settled when the tag goes away.
 */
export function watchInvariants(world: World, options: { readonly autoExpect?: boolean } = {}): Monitor {
  const violations: Violation[] = [];
  const letting = new Set<string>();
  const write = (violation: Violation): void => void violations.push(violation);
  const { expectations, timeline, check, settle, expect } = watchGroups(world, {
    autoExpect: options.autoExpect === true,
    busy: (group) => monitor.groupIsBusy(group),
    write,
  });
  const monitor: Monitor = {
    commandCalls: watchCommands(
      world,
      {
        replaces: (group) => (expectations.get(group)?.strategy.kind ?? 'keep-size') !== 'keep-size',
        lets: (token) => letting.has(token),
      },
      write,
    ),
    letSizes: (token) => void letting.add(token),
    expect,
    settle,
    inService: (group) => lookAt(world, group)?.inService ?? 0,
    violations,
    timeline,
    groupIsBusy: () => false,
  };

  if (options.autoExpect === true) {
    watchRestarts(world, write);
    watchSerial(world, write);
  }
  lookAgain(world, check);
  return monitor;
}

/** Has the group of each name checked when something may have happened to it. */
function lookAgain(world: World, check: (group: string) => void): void {
  const looked = new Map<string, { revision: number; outside: number; at: number }>();
  world.onChange(() => {
    const now = world.clock.now();
    for (const [name, group] of autoScalingState(world).groups) {
      const revision = revisionOf(world, name);
      const outside = group.outside.count;
      const last = looked.get(name);
      if (last?.outside === outside && now < last.at + (last.revision === revision ? LOOK_AGAIN_MS : TOGETHER_MS))
        continue;
      looked.set(name, { revision, outside, at: now });
      check(name);
    }
  });
}

interface GroupsWatch {
  readonly autoExpect: boolean;
  readonly busy: (group: string) => boolean;
  readonly write: (violation: Violation) => void;
}

interface WatchedGroups extends Pick<Monitor, 'expect' | 'settle' | 'timeline'> {
  readonly expectations: ReadonlyMap<string, Expectation>;
  /** Looks at a group, writes down what is wrong with it, and samples its capacity. */
  readonly check: (group: string) => void;
}

/** What is expected of each group, and whether it holds. */
function watchGroups(world: World, { autoExpect, busy, write }: GroupsWatch): WatchedGroups {
  const timeline = createTimeline(world);
  const expectations = new Map<string, Expectation>();
  /** Which rollout is expected of each group, as its record tells it. */
  const records = new Map<string, string>();
  const service = new Map<string, Service>();
  /** Groups that somebody else deletes, which takes AWS a while. */
  const doomed = new Set<string>();

  const report = (group: string, breaches: readonly Breach[]): Violation[] => {
    const found = breaches.map((breach) => ({ at: world.clock.now(), group, ...breach }));
    found.forEach(write);
    return found;
  };

  const check = (name: string): void => {
    const look = lookAt(world, name);
    if (look === undefined) return void doomed.delete(name);
    service.set(name, nextService(world, look, service.get(name)));
    // Of a group that somebody else deletes nothing can be expected any more.
    const begun = expectations.get(name);
    if (begun !== undefined && meddled(world, begun, look.group, 'deleteGroup') > 0) {
      expectations.delete(name);
      doomed.add(name);
    }
    if (autoExpect && !doomed.has(name) && followTag(world, look, { expectations, records, service })) settle(name);
    const expectation = expectations.get(name);
    if (expectation !== undefined) {
      const breaches = breachesNow(world, expectation, look, busy(name));
      report(
        name,
        breaches.filter((breach) => !expectation.broken.has(breach.rule)),
      );
      expectation.broken.clear();
      for (const breach of breaches) expectation.broken.add(breach.rule);
    }
    timeline.sample(look, expectation);
  };

  const settle = (group: string): readonly Violation[] => {
    const expectation = expectations.get(group);
    expectations.delete(group);
    return expectation === undefined ? [] : report(group, breachesAtEnd(world, expectation, lookAt(world, group)));
  };

  const expect: Monitor['expect'] = ({ group, strategy }) => {
    const look = lookAt(world, group);
    if (look === undefined) throw new Error(`There is no group ${group} to expect anything of.`);
    expectations.set(group, beginRollout(world, look, strategy, service.get(group)));
    records.set(group, rolloutIn(look.group.tags.get(ROLLOUT_TAG)?.value ?? ''));
    check(group);
  };

  return { expectations, timeline: timeline.points, check, settle, expect };
}

/** What is known of groups, by name. */
interface Known {
  readonly expectations: Map<string, Expectation>;
  readonly records: Map<string, string>;
  readonly service: ReadonlyMap<string, Service>;
}

/** Begins to expect what the record on a group says. Answers whether its rollout ended: the record is gone. */
function followTag(world: World, look: Look, { expectations, records, service }: Known): boolean {
  const { name, tags } = look.group;
  const note = tags.get(ROLLOUT_TAG)?.value;
  if (note !== undefined && rolloutIn(note) !== records.get(name)) {
    const begun = expectations.get(name);
    expectations.delete(name);
    // Two runs that begin at once: the second record takes the place of the first, and all is to be as before both.
    // Otherwise somebody took the notes away while no run was at work, or at its very end: another rollout begins
    // from what it finds.
    if (begun !== undefined && isWrittenOver(world, begun, { look, note })) {
      records.set(name, rolloutIn(note));
      expectations.set(name, beginAgain(begun, beginRollout(world, look, strategyIn(note), service.get(name))));
    }
  }
  // Restarts in place have rules of their own.
  if (isRestart(note) && !expectations.has(name)) return false;
  if (note !== undefined && !expectations.has(name)) {
    records.set(name, rolloutIn(note));
    expectations.set(name, beginRollout(world, look, strategyIn(note), service.get(name)));
  }
  const expectation = expectations.get(name);
  if (expectation === undefined) return false;
  const removals = meddled(world, expectation, look.group, 'removeTags');
  // Somebody took the tags away: the rollout still goes on, and its notes come back.
  if (note === undefined) return removals === expectation.removals;
  expectation.removals = removals;
  return false;
}

function isWrittenOver(
  world: World,
  begun: Expectation,
  { look: { group }, note }: { readonly look: Look; readonly note: string },
): boolean {
  return (
    meddled(world, begun, group, 'removeTags') === begun.removals &&
    JSON.stringify(strategyIn(note)) === JSON.stringify(begun.strategy)
  );
}

/** The capacity of all groups through time: a point when something about it has changed. */
function createTimeline(world: World): {
  readonly points: readonly TimelinePoint[];
  readonly sample: (look: Look, expectation: Expectation | undefined) => void;
} {
  const points: TimelinePoint[] = [];
  const last = new Map<string, string>();
  return {
    points,
    sample: (look, expectation) => {
      const point = pointOf(look, expectation);
      const key = JSON.stringify(point);
      if (last.get(look.group.name) === key) return;
      last.set(look.group.name, key);
      points.push({ at: world.clock.now(), ...point });
    },
  };
}

function pointOf(look: Look, expectation: Expectation | undefined): Omit<TimelinePoint, 'at'> {
  let old = 0;
  let fresh = 0;
  let leaving = 0;
  for (const one of look.instances) {
    if (one.leaving) leaving += one.units;
    else if (expectation !== undefined && !expectation.old.has(one.id)) fresh += one.units;
    else old += one.units;
  }
  return { group: look.group.name, desired: look.group.desired, inService: look.inService, old, new: fresh, leaving };
}
