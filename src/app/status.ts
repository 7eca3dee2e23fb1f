import { createObserver } from '../engine/observe.js';
import type { Deps } from '../engine/deps.js';
import { retrying } from '../engine/retry.js';
import { stackGroups } from '../engine/stack.js';
import { refused } from '../errors.js';
import { badFlags, makePlan, readWanted } from '../config/plan.js';
import type { Group, GroupNotes } from '../model/group.js';
import type { Stack, StackEvent, StackResource } from '../model/stack.js';
import { lineWriter } from '../render/out.js';
import { statusPage } from '../render/status.js';
import { toFailure } from './failure.js';
import { endWithError } from './errors.js';
import { onlyLook } from './look.js';
import { QUICK, type CommonFlags } from './run.js';
import { groupStatus, type GroupStatus } from './status-group.js';
import type { Ending, Surroundings } from './surroundings.js';

export interface StatusAsked extends CommonFlags {
  readonly stack: string;
  readonly events?: boolean | undefined;
}

/** The --json document of `status`. Fields are only ever added. */
export interface StatusDocument extends Omit<Ending, 'stack' | 'groups'> {
  readonly region: string;
  /** Service time of the look. */
  readonly at: number;
  readonly stack: Stack;
  readonly resources: readonly StackResource[];
  readonly groups: readonly GroupStatus[];
  /** Oldest first; only with --events. */
  readonly events?: readonly StackEvent[];
}

/** How many events --events shows, newest of all. */
const EVENTS = 200;

/** `status`: one look at everything, changing nothing. */
export async function status(asked: StatusAsked, surroundings: Surroundings): Promise<Ending | StatusDocument> {
  if (asked.stack === '') throw badFlags(['STACK must not be empty.']);
  const { deps, region } = await onlyLook(asked, surroundings);
  const write = lineWriter(surroundings.stdout);
  try {
    const document = await look(deps, asked, region);
    if (!surroundings.json) statusPage(document).forEach(write);
    return document;
  } catch (error) {
    const scene = { command: 'status', stack: asked.stack, region, profile: asked.profile };
    return endWithError(toFailure(error, scene), 'status', surroundings);
  }
}

async function look(deps: Deps, asked: StatusAsked, region: string): Promise<StatusDocument> {
  const { gateway } = deps;
  const stack = await retrying(deps, 'cloudformation:DescribeStacks', () => gateway.describeStack(asked.stack), QUICK);
  if (stack === undefined) throw refused('stack.missing', `There is no stack ${asked.stack} in ${region}.`, [], [`aws cloudformation list-stacks --region ${region}`]);
  const resources = await retrying(deps, 'cloudformation:ListStackResources', () => gateway.listResources(stack.id));
  const names = await stackGroups(deps, stack.id);
  const { at, groups } = await lookAtGroups(deps, names, region);
  let read = 0;
  const events = asked.events ? await retrying(deps, 'cloudformation:DescribeStackEvents', () => gateway.stackEvents(stack.id, () => read++ >= EVENTS)) : undefined;
  return {
    v: 1,
    command: 'status',
    outcome: 'shown',
    exitCode: 0,
    region,
    at,
    stack,
    resources,
    groups: groups.map((group) => groupStatus(group, { at, stack, region, holderIsGone: deps.holderIsGone })),
    ...(events === undefined ? {} : { events: [...events].reverse() }),
  };
}

/** All groups with the health of every instance, through the eyes of the engine. */
export async function lookAtGroups(deps: Deps, names: readonly string[], region: string): Promise<{ readonly at: number; readonly groups: readonly Group[] }> {
  if (names.length === 0) return { at: deps.clock.now(), groups: [] };
  const plan = makePlan(readWanted({}), { strategy: 'swap', run: 'status', host: '', pid: 0, groups: names, region, again: '', adoptOnly: true });
  // The engine leaves out health that its rollout no longer needs; people want all of it. So it looks at
  // groups without notes, and gets them back afterwards.
  const notes = new Map<string, GroupNotes>();
  const bare: Deps['gateway'] = {
    ...deps.gateway,
    describeGroups: async (asked) => {
      const looked = await deps.gateway.describeGroups(asked);
      for (const group of looked.groups) notes.set(group.name, group.notes);
      return { ...looked, groups: looked.groups.map((group) => ({ ...group, notes: {} })) };
    },
  };
  const { at, groups } = await retrying(deps, 'autoscaling:DescribeAutoScalingGroups', () => createObserver({ ...deps, gateway: bare }, plan).look());
  return { at, groups: groups.map((group) => ({ ...group, notes: notes.get(group.name) ?? {} })) };
}

