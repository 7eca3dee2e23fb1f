import type { Size } from '../../src/model/rollout/group.js';
import type { RestartPlan, RollingChoice } from '../../src/model/rollout/rollout-plan.js';

/**
 * What may go wrong.
 *
 * - `sick`: the balancer finds one that served unhealthy; it may heal. `born`: a new one fails its first checks
 * - `dead`: EC2 does not run it any more. `taken`: Spot, or a person, takes one that counts
 * - `late`: one comes although launching is suspended. `retained`: one that leaves is kept aside
 * - `scaling`: a policy or a scheduled action changes the desired capacity by one, as far as it may
 * - `resized`: a person does, whatever is suspended. `resumed`: a person resumes what the tool had suspended
 * - `untagged`: a person removes the notes. `signal`: Ctrl-C. `cancel`: a note asks for the rollout to be taken back
 * - `exited`: a person takes one out of standby
 * - `rings`: the alarm that the rollout is bound to goes off; it may be quiet again
 * - `fails`: the command of a restart fails on an instance. `moved`: a person takes one out of its balancer, or registers
 *   one that is out
 * - `kill`: the process dies, before or after an action. `lost`: a reply is lost, with or without an effect
 * - `rival`: a second run of the same command starts beside the one that is at work
 * - `stale`: a read shows the groups as before the last change. `asleep`: a process stands still while time goes on
 */
export type Trouble =
  | 'sick'
  | 'born'
  | 'dead'
  | 'taken'
  | 'late'
  | 'retained'
  | 'scaling'
  | 'resized'
  | 'resumed'
  | 'untagged'
  | 'signal'
  | 'cancel'
  | 'exited'
  | 'rings'
  | 'fails'
  | 'moved'
  | 'kill'
  | 'lost'
  | 'stale'
  | 'asleep'
  | 'rival';

/** Those of them that a run of the tool has; the others are AWS's and people's. */
export const OF_RUNS: ReadonlySet<Trouble> = new Set(['kill', 'lost', 'stale', 'asleep', 'rival']);

/** What may still happen: which kinds, and how many in all of AWS's and people's, and of those of runs. */
export interface Troubles {
  readonly kinds: readonly Trouble[];
  readonly world: number;
  readonly runs: number;
}

/** What a rollout has to pass besides health. */
export interface ScopeGates {
  /** So many are proven before the rest is launched. */
  readonly canary?: number;
  /** What is proven stays in service for so many ticks before the next step. */
  readonly bakeTicks?: number;
  /** The old half is kept for so many ticks after the verdict. */
  readonly keepTicks?: number;
  /** In percent: where it stops until a person goes on. */
  readonly pauseAt?: number;
  /** What becomes of such a stop after a tick; absent: it waits for ever. */
  readonly pauseEnds?: 'resume' | 'rollback';
  /** It goes back when its alarm goes off. */
  readonly alarm?: true;
  /** Its gate command is asked at every stage: go on, not yet, or no. */
  readonly asks?: true;
}

/** What a person starts when no run is at work and a rollout is left; `finish` ends the time of what is kept first. */
export type Successor = 'resume' | 'rollback' | 'again' | 'finish';

/** A small world that is searched whole. */
export interface Scope {
  readonly name: string;
  /** What it shows, in one line. */
  readonly about: string;
  readonly strategy: 'swap' | 'rolling' | 'restart' | 'keep-size';
  readonly rolling?: RollingChoice;
  readonly restart?: Omit<RestartPlan, 'commandMs'>;
  /** Groups, each with that many old instances in service; min and max of each. */
  readonly groups: readonly { readonly old: number; readonly min: number; readonly max: number }[];
  readonly troubles: Troubles;
  readonly successors: readonly Successor[];
  /** Whoever comes after a run that died knows at once that it is dead; else it waits for its lease. */
  readonly knowsDead: boolean;
  /** Auto Scaling launches in place of an unhealthy one before it terminates that. */
  readonly launchesFirst?: boolean;
  readonly gates?: ScopeGates;
  /** The sizes that CloudFormation writes when the stack is changed; the groups had others. */
  readonly template?: Size;
  /** Troubles come before the record, too; else only while a rollout is on its group. */
  readonly anytime?: boolean;
  /** Small enough for `npm test`. */
  readonly small?: boolean;
}

/** All that AWS may do by itself. */
const AWS: readonly Trouble[] = ['sick', 'born', 'dead', 'taken', 'late', 'retained'];

/** All that people and policies may do. */
const PEOPLE: readonly Trouble[] = ['scaling', 'resized', 'resumed', 'untagged', 'signal', 'cancel'];

const ONE = [{ old: 1, min: 0, max: 4 }] as const;
const TWO = [{ old: 2, min: 1, max: 4 }] as const;
const PERSON: readonly Successor[] = ['resume', 'rollback'];

/** What most scopes have in common. */
const SWAP = { strategy: 'swap', groups: ONE, successors: PERSON, knowsDead: true } as const;

/** The stack of a group that was scaled out changes. */
const KEPT = {
  strategy: 'keep-size',
  groups: TWO,
  template: { min: 1, max: 2, desired: 1 },
  successors: ['resume', 'rollback', 'again'],
  knowsDead: true,
} as const;

/** A restart in place; a run that cannot go on puts back what is out when it is resumed. */
const RESTART = {
  strategy: 'restart',
  restart: { quorum: 1, attempts: 2, onError: 'stop' },
  groups: TWO,
  successors: ['resume', 'rollback', 'again'],
  knowsDead: true,
} as const;

/** All of them. `npm run explore -- --only NAME` searches one. */
export const SCOPES: readonly Scope[] = [
  {
    ...SWAP,
    name: 'swap-1-killed',
    about: 'a swap of one instance; a run dies at any moment, or a reply is lost',
    troubles: { kinds: ['kill', 'lost'], world: 0, runs: 1 },
    small: true,
  },
  {
    ...SWAP,
    name: 'swap-1-killed-twice',
    about: 'the same, twice',
    troubles: { kinds: ['kill', 'lost'], world: 0, runs: 2 },
  },
  {
    ...SWAP,
    name: 'swap-1-stale',
    about: 'a swap of one instance; reads show what was before the last change, and a run stands still',
    troubles: { kinds: ['stale', 'asleep'], world: 0, runs: 2 },
    small: true,
  },
  {
    ...SWAP,
    name: 'swap-1-aws',
    about: 'a swap of one instance; one thing goes wrong at AWS, at any moment',
    troubles: { kinds: AWS, world: 1, runs: 0 },
  },
  {
    ...SWAP,
    name: 'swap-1-aws-launches-first',
    about: 'the same, where Auto Scaling launches a replacement before it terminates',
    troubles: { kinds: AWS, world: 1, runs: 0 },
    launchesFirst: true,
  },
  {
    ...SWAP,
    name: 'swap-1-people',
    about: 'a swap of one instance; a person or a policy interferes once, at any moment',
    troubles: { kinds: PEOPLE, world: 1, runs: 0 },
  },
  {
    ...SWAP,
    name: 'swap-1-scaled',
    about: 'a swap of one instance; policies and people change what it had suspended, and sizes, twice; one run dies',
    troubles: { kinds: ['scaling', 'resumed', 'kill'], world: 2, runs: 1 },
  },
  {
    ...SWAP,
    name: 'swap-1-aws-killed',
    about: 'a swap of one instance; one thing goes wrong at AWS, and one run dies',
    troubles: { kinds: [...AWS, 'kill'], world: 1, runs: 1 },
  },
  {
    ...SWAP,
    name: 'swap-1-lease',
    about: 'a swap of one instance; a run dies, and whoever comes after it waits for its lease',
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    knowsDead: false,
    small: true,
  },
  {
    ...SWAP,
    name: 'swap-1-rivals',
    about: 'two runs at once on one group: a second one starts at any moment',
    troubles: { kinds: ['rival'], world: 0, runs: 1 },
    knowsDead: false,
  },
  {
    ...SWAP,
    name: 'swap-1-rivals-asleep',
    about: 'the same, and one of the two may stand still while time goes on',
    troubles: { kinds: ['rival', 'asleep'], world: 0, runs: 2 },
    knowsDead: false,
  },
  {
    ...SWAP,
    name: 'swap-2',
    about: 'a swap of two instances',
    groups: TWO,
    troubles: { kinds: [], world: 0, runs: 0 },
    small: true,
  },
  {
    ...SWAP,
    name: 'swap-2-killed',
    about: 'a swap of two instances; one run dies',
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
  },
  {
    ...SWAP,
    name: 'swap-2-aws',
    about: 'a swap of two instances; one thing goes wrong at AWS',
    groups: TWO,
    troubles: { kinds: AWS, world: 1, runs: 0 },
  },
  {
    ...SWAP,
    name: 'two-groups',
    about: 'two groups of one instance, judged together; one run dies',
    groups: [...ONE, ...ONE],
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
  },
  {
    ...SWAP,
    name: 'kept',
    about: 'the old half of one is kept after the verdict; somebody wants it back, or a run dies',
    troubles: { kinds: ['kill', 'signal'], world: 1, runs: 1 },
    gates: { keepTicks: 1 },
  },
  {
    ...SWAP,
    name: 'kept-finished',
    about:
      'the same; whoever comes after a run that died ends the time of what it kept (--finish-kept), or wants it back',
    troubles: { kinds: ['kill', 'lost', 'exited'], world: 1, runs: 2 },
    gates: { keepTicks: 2 },
    successors: ['finish', 'rollback'],
  },
  {
    ...SWAP,
    name: 'kept-aws',
    about: 'the same; one thing goes wrong at AWS, or a person or a policy interferes',
    troubles: { kinds: [...AWS, 'scaling', 'exited'], world: 1, runs: 0 },
    gates: { keepTicks: 1 },
  },
  {
    ...SWAP,
    name: 'canary',
    about: 'a swap of two instances, one of them first; its alarm goes off, or a new one fails, or somebody cancels',
    groups: TWO,
    troubles: { kinds: ['rings', 'born', 'signal', 'cancel'], world: 1, runs: 0 },
    gates: { canary: 1, bakeTicks: 1, alarm: true },
    small: true,
  },
  {
    ...SWAP,
    name: 'canary-aws',
    about: 'the same; its alarm goes off, or one fails or is taken',
    groups: TWO,
    troubles: { kinds: ['rings', 'born', 'taken', 'sick'], world: 1, runs: 0 },
    gates: { canary: 1, bakeTicks: 1, alarm: true },
  },
  {
    ...SWAP,
    name: 'paused',
    about: 'a swap of two instances that stops at one of them until a person goes on or back; one run dies',
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    successors: ['resume', 'rollback', 'again'],
    gates: { pauseAt: 50 },
  },
  {
    ...SWAP,
    name: 'paused-goes-back',
    about: 'the same, and whoever comes after the time for a decision is over takes it back',
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    successors: ['resume', 'rollback', 'again'],
    gates: { pauseAt: 50, pauseEnds: 'rollback' },
  },
  {
    ...KEPT,
    name: 'keep-size',
    about: 'the stack of a group of two changes, and its template says one; a run dies, or a reply is lost, twice',
    troubles: { kinds: ['kill', 'lost'], world: 0, runs: 2 },
    small: true,
  },
  {
    ...KEPT,
    name: 'keep-size-stale',
    about: 'the same; reads show what was before the last change, a run stands still or dies, three times',
    troubles: { kinds: ['stale', 'asleep', 'kill'], world: 0, runs: 3 },
    small: true,
  },
  {
    ...KEPT,
    name: 'keep-size-people',
    about: 'the same; one is taken or dies, a policy or a person changes sizes, somebody removes the notes; a run dies',
    troubles: { kinds: ['taken', 'dead', 'scaling', 'resized', 'untagged', 'kill'], world: 1, runs: 1 },
  },
  {
    name: 'rolling-surge',
    about: 'a rolling rollout of two with a surge of one; one run dies',
    strategy: 'rolling',
    rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    successors: PERSON,
    knowsDead: true,
  },
  {
    name: 'rolling-unavailable',
    about: 'a rolling rollout of two without a surge, one may be out; one run dies',
    strategy: 'rolling',
    rolling: { surge: { count: 0 }, unavailable: { count: 1 }, serial: false },
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    successors: PERSON,
    knowsDead: true,
  },
  {
    name: 'rolling-surge-aws',
    about: 'a rolling rollout of two with a surge of one; one thing goes wrong at AWS',
    strategy: 'rolling',
    rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
    groups: TWO,
    troubles: { kinds: AWS, world: 1, runs: 0 },
    successors: PERSON,
    knowsDead: true,
  },
  {
    ...RESTART,
    name: 'restart',
    about: 'a restart of two in place, one of which has to serve; a run dies',
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    small: true,
  },
  {
    ...RESTART,
    name: 'restart-failing',
    about: 'the same; a run dies, a reply is lost, or a command fails',
    troubles: { kinds: ['kill', 'lost', 'fails'], world: 1, runs: 1 },
  },
  {
    ...RESTART,
    name: 'restart-quorum',
    about: 'a restart of three in place, half of which has to serve; a run dies, or a command fails',
    restart: { ...RESTART.restart, quorum: 0.5 },
    groups: [{ old: 3, min: 1, max: 6 }],
    troubles: { kinds: ['kill', 'fails'], world: 1, runs: 1 },
  },
  {
    ...RESTART,
    name: 'restart-reregister',
    about: 'a restart of two in place that registers again what fails, a command or first checks; a run dies',
    restart: { ...RESTART.restart, onError: 'reregister' },
    troubles: { kinds: ['kill', 'lost', 'fails', 'born'], world: 1, runs: 1 },
  },
  {
    ...RESTART,
    name: 'restart-continue',
    about: 'a restart of two in place that goes on when a command fails; a run dies',
    restart: { ...RESTART.restart, onError: 'continue' },
    troubles: { kinds: ['kill', 'fails', 'born'], world: 1, runs: 1 },
  },
  {
    ...RESTART,
    name: 'restart-stale',
    about: 'a restart of two in place; reads show what was before the last change, a run stands still or dies, twice',
    troubles: { kinds: ['stale', 'asleep', 'kill'], world: 0, runs: 2 },
  },
  {
    ...RESTART,
    name: 'restart-aws',
    about: 'a restart of two in place; one is found unhealthy, fails its checks, dies or is taken; a run dies',
    troubles: { kinds: ['sick', 'born', 'dead', 'taken', 'kill'], world: 1, runs: 1 },
  },
  {
    ...RESTART,
    name: 'restart-people',
    about: 'a restart of two in place; somebody cancels, removes the notes, or changes sizes, processes or what is out',
    troubles: { kinds: ['signal', 'cancel', 'untagged', 'resized', 'resumed', 'moved', 'kill'], world: 1, runs: 1 },
  },
  {
    ...RESTART,
    name: 'restart-rivals',
    about: 'two restarts at once on one group: a second one starts at any moment',
    troubles: { kinds: ['rival'], world: 0, runs: 1 },
    knowsDead: false,
  },
  {
    ...SWAP,
    name: 'gated',
    about: 'a swap of one instance whose gate command says go on, not yet, or no; a run dies',
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    gates: { asks: true },
    small: true,
  },
  {
    ...SWAP,
    name: 'gated-canary',
    about: 'a swap of two instances, one of them first, whose gate command says go on, not yet, or no; a run dies',
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    gates: { canary: 1, asks: true },
  },
  {
    ...SWAP,
    name: 'gated-kept',
    about: 'a swap of one instance with a gate command whose old half is kept; a run dies, or somebody wants it back',
    troubles: { kinds: ['kill', 'signal'], world: 1, runs: 1 },
    gates: { keepTicks: 1, asks: true },
  },
  {
    name: 'gated-rolling',
    about: 'a rolling rollout of two with a surge of one, whose gate command says go on, not yet, or no; a run dies',
    strategy: 'rolling',
    rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
    groups: TWO,
    troubles: { kinds: ['kill'], world: 0, runs: 1 },
    gates: { asks: true },
    successors: PERSON,
    knowsDead: true,
  },
];
