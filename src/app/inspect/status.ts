import { command, remarked } from '../../text/commands/next-command.js';
import { badFlags, problem } from '../../errors.js';
import { classifyStatus, type StackState } from '../../decide/stack/stack-update.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import type { Stack, StackEvent, StackResource } from '../../model/stack/stack.js';
import { lineWriter } from '../../render/line-writer.js';
import { statusPage } from '../../render/documents/status.js';
import { heldBack, lookAtGroups, lookAtNamed, withLook, type Looking } from './read-only.js';
import { QUICK, type CommonFlags } from '../../run/run.js';
import { groupStatus, type GroupStatus } from './status-group.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { namedGroups, targetProblems, type TargetFlags } from '../groups/command-targets.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { maskLikely } from '../../text/secrets/likely.js';
import { noStack } from '../../engine/stack/no-stack.js';

export interface StatusAsked extends TargetFlags, CommonFlags {
  readonly events?: boolean | undefined;
}

/** The --json document of `status`. Fields are only ever added. */
export interface StatusDocument extends Omit<CommandResult, 'stack' | 'groups'> {
  readonly region: string;
  /** Service time of the look. */
  readonly at: number;
  readonly stack: Stack;
  /** What the stack's status means; see `stackStates`. */
  readonly stackState: StackState;
  readonly resources: readonly StackResource[];
  readonly groups: readonly GroupStatus[];
  /** Oldest first; only with --events. */
  readonly events?: readonly StackEvent[];
}

/** The same for groups that were asked for by name. */
export type GroupsStatusDocument = Omit<StatusDocument, 'stack' | 'stackState' | 'resources' | 'events'>;

/** How many events --events shows, newest of all. */
const EVENTS = 200;

/** `status`: one look at everything, changing nothing. */
export async function status(
  given: StatusAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | StatusDocument | GroupsStatusDocument> {
  const problems = [
    ...targetProblems(given),
    ...(given.events === true && given.stack === undefined
      ? [problem('--events needs STACK: groups have none.', 'events')]
      : []),
  ];
  if (problems.length > 0) throw badFlags(problems);
  return withLook({ command: 'status', groups: given.asgs }, given, surroundings, async (looking, asked) => {
    const { stack } = asked;
    const document =
      stack === undefined
        ? await ofGroups(looking, await namedGroups(looking, asked))
        : await ofStack(looking, stack, asked.events === true);
    if (!surroundings.json) statusPage(document).forEach(lineWriter(surroundings.stdout));
    return document;
  });
}

async function ofGroups(looking: Looking, names: readonly string[]): Promise<GroupsStatusDocument> {
  const { deps, region, place } = looking;
  const looked = await lookAtNamed(looking, names);
  const { at, groups, failures } = looked;
  const schedules = await heldBack(deps, looked);
  return {
    v: 1,
    command: 'status',
    outcome: 'shown',
    exitCode: 0,
    region,
    at,
    groups: groups.map((group) =>
      groupStatus(group, { at, place, holderIsGone: deps.holderIsGone, failures, schedules }),
    ),
  };
}

/** Reasons repeat what others gave to AWS, and a look knows none of a stack's secrets. */
function reasonMasked<T extends { readonly statusReason: string }>(told: T): T {
  return { ...told, statusReason: maskLikely(told.statusReason) };
}

async function ofStack({ deps, region, place }: Looking, name: string, wantsEvents: boolean): Promise<StatusDocument> {
  const stack = await retrying(deps, QUICK).describeStack(name);
  if (stack === undefined) throw noStack(name, [remarked(command`aws cloudformation list-stacks`, 'all stacks')]);
  const resources = await retrying(deps).listResources(stack.id);
  const names = await stackGroups(deps, stack.id);
  const looked = await lookAtGroups(deps, names, region);
  const { at, groups, failures } = looked;
  const schedules = await heldBack(deps, looked);
  let read = 0;
  const events = wantsEvents ? await retrying(deps).stackEvents(stack.id, () => read++ >= EVENTS) : undefined;
  return {
    v: 1,
    command: 'status',
    outcome: 'shown',
    exitCode: 0,
    region,
    at,
    stack: reasonMasked(stack),
    stackState: classifyStatus(stack.status),
    resources: resources.map(reasonMasked),
    groups: groups.map((group) =>
      groupStatus(group, { at, stack, place, holderIsGone: deps.holderIsGone, failures, schedules }),
    ),
    ...(events === undefined
      ? {}
      : { events: events.map((event) => ({ ...event, reason: maskLikely(event.reason) })).reverse() }),
  };
}
