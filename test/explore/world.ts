import type { Instant, Milliseconds } from '../../src/clock.js';
import type { CommandState, Seen } from '../../src/model/rollout/decision.js';
import type { GateAnswer, GateDue } from '../../src/model/rollout/gate-answer.js';
import type { GroupNotes, Size } from '../../src/model/rollout/group.js';
import type { GroupResult } from '../../src/model/rollout/group-result.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import type { Troubles } from './scopes.js';

/**
 * Time goes on in steps that are longer than every lag that the decisions allow for, and all limits are a few of them:
 * a deadline is "not yet" or "too late", and nothing between.
 */
export const TICK: Milliseconds = 60_000;

/** How far an instance is on its way, in the words of the abstract Auto Scaling. */
export type Stage = 'pending' | 'live' | 'leaving' | 'retained' | 'entering' | 'standby';

/** What the one load balancer of a group says of an instance. */
export type Health = 'absent' | 'starting' | 'healthy' | 'unhealthy' | 'draining';

/** One instance. */
export interface Member {
  readonly id: string;
  readonly launchedAt: Instant;
  readonly stage: Stage;
  /** Auto Scaling's own opinion. */
  readonly ok: boolean;
  readonly health: Health;
  /** Protected from scale-in. */
  readonly shielded: boolean;
  /** EC2 does not run it any more. */
  readonly gone: boolean;
  readonly version: 'one' | 'two';
  /** The command of the restart that is under way has ended well on it. */
  readonly restarted?: true;
}

/** One Auto Scaling group. */
export interface GroupState {
  readonly name: string;
  readonly size: Size;
  /** Sorted by name. */
  readonly suspended: readonly string[];
  readonly notes: GroupNotes;
  readonly members: readonly Member[];
  /** Whose call made the desired capacity what it is. */
  readonly sizedBy: 'tool' | 'others';
  readonly expected?: Expected;
}

/** What a rollout found, and has to keep and to give back. Written down when its record appears. */
export interface Expected {
  readonly run: string;
  readonly size: Size;
  readonly suspended: readonly string[];
  readonly startedAt: Instant;
  /** Capacity units that must serve, as far as the tool has a say in it. */
  readonly floor: number;
  /** The most instances that the group may ask for. */
  readonly ceiling: number;
  readonly strategy: string;
  /** Of a restart: what has to serve on, a part below 1, else a number. */
  readonly quorum?: number;
  /** What was decided, whatever becomes of the note of it. */
  readonly verdict?: 'promote' | 'rollBack';
  /** Somebody else changed a size, a process or the notes meanwhile: what is given back is theirs. */
  readonly touched: boolean;
}

/** One run of the tool. */
export interface Runner {
  readonly plan: Plan;
  /** Undefined before its first look. */
  readonly seen?: Seen;
  /** It sleeps until time goes on. */
  readonly waiting: boolean;
  /** A signal came, or a note that cancels was seen. */
  readonly cancelled: boolean;
  /** The commands that it has started on instances, by instance. */
  readonly commands?: Readonly<Record<string, CommandState>>;
  /** The stage that its gate command is asked about now, and since when that stage is. */
  readonly asked?: GateDue;
  /** group → what its gate command said of it last, and at which stage. */
  readonly heard?: Readonly<Record<string, { readonly stage: GateDue['stage']; readonly said: GateAnswer }>>;
}

/** How a run ended. */
export type Ended =
  | { readonly kind: 'finish'; readonly results: readonly GroupResult[] }
  | { readonly kind: 'refuse' | 'held' | 'killed' };

/** Everything there is at one moment. */
export interface State {
  readonly now: Instant;
  readonly groups: readonly GroupState[];
  /** The groups as the last read before the last change shows them, where reads may lag. */
  readonly before?: readonly GroupState[];
  readonly runners: readonly Runner[];
  /** Time has just gone on, and nobody has looked since: what could happen now could have happened before as well. */
  readonly dawn: boolean;
  /** What may still go wrong. */
  readonly troubles: Troubles;
  /** How the last run ended, while none is at work. */
  readonly ended?: Ended;
  /** The stack of all groups is being changed; absent: it is settled. */
  readonly stack?: { readonly writes: number };
  /** Since when the alarm goes; absent while it is quiet. */
  readonly ringingSince?: Instant;
  /** Instances that were ever launched, for names. */
  readonly launched: number;
}

/** A step from one state to the next. */
export interface Step {
  /** In words, for a story. */
  readonly label: string;
  readonly state: State;
  /** What must never happen, and did. */
  readonly broken?: string;
}

/** Whether the instance serves: in service by Auto Scaling and by its balancer. */
export function serves({ stage, ok, health, gone }: Member): boolean {
  return stage === 'live' && ok && health === 'healthy' && !gone;
}

/** How many serve in the group. */
export function serving({ members }: GroupState): number {
  return members.filter(serves).length;
}

/** Instances that count toward the desired capacity. */
export function counted({ members }: GroupState): readonly Member[] {
  return members.filter(({ stage }) => stage === 'pending' || stage === 'live');
}

/** How many more than the desired capacity count. */
export function surplus(group: GroupState): number {
  return counted(group).length - group.size.desired;
}

/** The state with one group replaced. */
export function withGroup(state: State, group: GroupState): State {
  return { ...state, groups: state.groups.map((one) => (one.name === group.name ? group : one)) };
}

/** The group with one member replaced. */
export function withMember(group: GroupState, id: string, change: Partial<Member>): GroupState {
  return { ...group, members: group.members.map((one) => (one.id === id ? { ...one, ...change } : one)) };
}

/** What is on its way out: what it was like before makes no difference any more. */
export const LEAVING = { stage: 'leaving', ok: true, health: 'absent', shielded: false, gone: false } as const;
