import type { Instant, Milliseconds } from '../../clock.js';
import type { RunEvent, Stamped } from '../../model/event.js';
import type { ChangePlan } from '../../model/stack/change-plan.js';
import { groupAfter, newGroup, type GroupView } from './group-view.js';

/** What a terminal shows of a run: all of its events so far, folded. */
export interface RunView {
  readonly startedAt?: Instant;
  readonly run: string;
  readonly command: string;
  /** The stack, or '' where groups were named. */
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  /** What changes into what, one entry for each. */
  readonly change: readonly { readonly from: string; readonly to: string }[];
  /** What the rollouts of all groups together should take, by the plan. */
  readonly plannedMs?: Milliseconds;
  readonly stackView?: StackView;
  readonly groups: ReadonlyMap<string, GroupView>;
  /** What is done while neither stack nor groups have anything to show. */
  readonly doing: string;
  /** A call that did not succeed yet. */
  readonly retry?: { readonly text: string; readonly at: Instant };
  /** A signal came, and what it does. */
  readonly interrupted?: string;
}

/** The change of the stack. */
export interface StackView {
  readonly name: string;
  readonly action: string;
  readonly status: string;
  readonly since: Instant;
  readonly until?: Instant;
  readonly endedAt?: Instant;
  readonly ok?: boolean;
  readonly done?: { readonly changes: number; readonly of: number };
  /** Resources by stack and logical id, with the time of their first event. */
  readonly resources: ReadonlyMap<string, ResourceView>;
}

interface ResourceView {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly since: Instant;
  readonly isStack: boolean;
}

export const NOTHING_SEEN: RunView = {
  run: '',
  command: '',
  stack: '',
  account: '',
  region: '',
  change: [],
  groups: new Map(),
  doing: '',
};

/** The view after one more event. Pure: the time is the event's own. */
export function viewAfter(view: RunView, { event, at }: Stamped): RunView {
  return { ...view, ...partAfter(view, event, at), groups: groupsAfter(view.groups, event, at) };
}

function partAfter(view: RunView, event: RunEvent, at: Instant): Partial<RunView> {
  switch (event.type) {
    case 'run.started': {
      const { run, command, stack = '', identity } = event;
      const { account, region } = identity;
      return { startedAt: at, run, command, stack, account, region, doing: 'reading what is there' };
    }
    case 'template.checked':
      return { doing: 'making a change set' };
    case 'change.planned':
      return { change: changeOf(event.plan), ...plannedOf(event.plan), doing: 'starting the change of the stack' };
    case 'stack.started':
      return {
        stackView: { name: event.stack, action: event.action, status: 'accepted', since: at, resources: new Map() },
      };
    case 'stack.unchanged':
      return {
        stackView: { ...(view.stackView ?? foreign(event.stack, at)), status: 'unchanged', ok: true, endedAt: at },
      };
    case 'stack.event':
    case 'stack.waiting':
    case 'stack.settled':
      return { stackView: stackAfter(view.stackView ?? foreign(event.stack, at), event, at) };
    case 'groups.found':
      return { doing: '' };
    case 'call.retried':
      return { retry: { text: `${event.operation} answered ${event.code}, attempt ${event.attempt + 1} follows`, at } };
    case 'interrupt':
      return { interrupted: `${event.signal}: ${event.effect}` };
    default:
      return {};
  }
}

/** A change of somebody else's that is waited for, or one that an earlier run began. */
function foreign(name: string, since: Instant): StackView {
  return { name, action: 'change', status: '', since, resources: new Map() };
}

type StackEvents = Extract<RunEvent, { type: 'stack.event' | 'stack.waiting' | 'stack.settled' }>;

function stackAfter(stack: StackView, event: StackEvents, at: Instant): StackView {
  switch (event.type) {
    case 'stack.settled':
      return { ...stack, status: event.status, ok: event.ok, endedAt: at };
    case 'stack.waiting':
      return {
        ...stack,
        status: event.status,
        until: event.until,
        ...(event.done !== undefined && { done: event.done }),
      };
    case 'stack.event': {
      const { logicalId, type, status, stackId, stackName } = event.event;
      const key = `${stackId}/${logicalId}`;
      const isStack = logicalId === stackName;
      const since = stack.resources.get(key)?.since ?? at;
      return {
        ...stack,
        ...(isStack && stackName === stack.name && { status }),
        ...(event.done !== undefined && { done: event.done }),
        resources: new Map(stack.resources).set(key, { logicalId, type, status, since, isStack }),
      };
    }
  }
}

function groupsAfter(groups: RunView['groups'], event: RunEvent, at: Instant): RunView['groups'] {
  const names = groupsOf(event);
  if (names.length === 0) return groups;
  const after = new Map(groups);
  for (const name of names) {
    // What a dead run left was finished, and the same groups begin anew.
    const known = event.type === 'groups.found' ? undefined : after.get(name);
    after.set(name, groupAfter(known ?? newGroup(name, at), event, at));
  }
  return after;
}

/** The groups that an event is about. Notes that keep sizes while the stack changes are none of a rollout. */
function groupsOf(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'groups.found':
      return event.groups;
    case 'group.progress':
      return [event.progress.group];
    case 'group.waiting':
      return [event.wait.group];
    case 'group.finished':
      return [event.result.group];
    case 'group.skipped':
    case 'group.adopted':
      return [event.group];
    case 'action.started':
    case 'action.done':
      if (event.action.type === 'renew') return [];
      return 'groups' in event.action ? event.action.groups : [event.action.group];
    default:
      return [];
  }
}

/** Images that change, else the parameters that were given. */
function changeOf({ action, resources, parameters }: ChangePlan): RunView['change'] {
  if (action === 'create') return [];
  const images = resources.flatMap(({ properties }) =>
    properties.flatMap(({ path, before, after }) =>
      /(^|\.)ImageId$/.test(path) && before !== undefined && after !== undefined ? [{ from: before, to: after }] : [],
    ),
  );
  if (images.length > 0) return unique(images);
  return Object.entries(parameters).map(([key, value]) => ({ from: '', to: `${key}=${value}` }));
}

function unique(pairs: RunView['change']): RunView['change'] {
  return [...new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair])).values()];
}

/** Groups are rolled out side by side, so the longest counts. */
function plannedOf({ groups }: ChangePlan): Partial<RunView> {
  const plannedMs = Math.max(0, ...groups.map(({ expectedMs }) => expectedMs));
  return plannedMs === 0 ? {} : { plannedMs };
}
