import { createGateway, type MayLeave } from '../../src/aws/gateway.js';
import { decodeNotes, encodeNotes } from '../../src/aws/groups/note-tags.js';
import { begunOn, cancelRollout } from '../../src/engine/rollout/cancel-rollout.js';
import type { Deps, Interrupt } from '../../src/engine/deps.js';
import type { Gateway } from '../../src/engine/gateway.js';
import { createKeeper, type Keeper } from '../../src/lock/lock-session.js';
import type { LockStore } from '../../src/lock/store.js';
import type { Hooks } from '../../src/engine/commands/shell-runner.js';
import { runByLooks } from '../engine/rollout/looks/run-by-looks.js';
import { remoteCommands, type CommandMemory } from '../../src/engine/commands/remote-commands.js';
import { runRollout } from '../../src/engine/rollout/run-rollout.js';
import { AwsFault, Failure, LockLost } from '../../src/errors.js';
import type { GroupResult } from '../../src/model/rollout/decision.js';
import type { Lease } from '../../src/model/rollout/record.js';
import type { Outcome, RunEvent, Stamped } from '../../src/model/event.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';
import { PLAN } from './groups.js';
import { call, standardGroup, type StandardGroup } from './sandbox.js';
import { brokenByCheck, journalOf } from '../check/judge.js';
import { emptyLists } from './empty-lists.js';
import type { Violation } from '../../src/sandbox/invariants/violation.js';
import { strangersRedactor } from '../../src/text/secrets/redact.js';

/** A process that was killed: thrown in the middle of a run, and caught only by the stage. */
class Killed extends Error {}

/** More than any story needs: beyond it, something goes round in circles. */
const MOST_CALLS = 100_000;

/** How one run ended. */
export interface Ending {
  readonly outcome: Outcome | 'killed';
  readonly results: readonly GroupResult[];
  readonly failure?: Failure;
  /** The strict lock was lost. */
  readonly lost?: string;
  /** Changes that it asked for, when they left, and how many reads were answered before. */
  readonly changes: readonly Left[];
  readonly events: readonly RunEvent[];
  /** The same as a file of events has them. */
  readonly journal: readonly Stamped[];
}

/** A change that left. */
interface Left {
  readonly at: number;
  readonly what: string;
  readonly reads: number;
}

/** What happens to one run from outside. */
export interface Mishap {
  /** Killed before or after the effect of its n-th change (1-based). */
  readonly killAt?: { readonly change: number; readonly when: 'before' | 'after' };
  /** Somebody calls the rollout back, by a note on all groups that have a record then, at the n-th change. */
  readonly calledBackAt?: { readonly change: number; readonly when: 'before' | 'after' };
  /**
   * It is taken look by look, each by an engine of its own that knows the looks before as JSON. `again`: a look in which it
   * is killed is taken once more, as it was begun.
   */
  readonly byLooks?: { readonly again: boolean };
  /** The run does not swap: it calls back what is on the groups, as `cancel` does. */
  readonly calls?: boolean;
  /** A signal that many simulated milliseconds after the run's start. */
  readonly interruptAfterMs?: number;
  /** The next run may not rely on knowing that the holder is gone. */
  readonly otherHost?: boolean;
  /** Who runs the user's commands. */
  readonly hooks?: Hooks;
  /** Told of everything that the run tells, when it does. */
  readonly hears?: (event: RunEvent) => void;
  /** Works under this strict lock. */
  readonly lock?: LockStore;
  /** Stands still, as with SIGSTOP, right after the answer to its n-th read, or before its n-th change leaves; goes on when `meanwhile` is over. */
  readonly stopAt?: { readonly read?: number; readonly change?: number; readonly meanwhile: () => Promise<void> };
}

/** What a run told that a person cannot read, or that `check` calls broken. */
interface Fault {
  readonly at: number;
  readonly group: string;
  readonly rule: 'empty-list' | 'check';
  readonly text: string;
}

/** A sandbox with groups, and runs of the real engine over the real SDK on its clock. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly groups: readonly StandardGroup[];
  readonly run: (differs?: Partial<Plan>, mishap?: Mishap) => Promise<Ending>;
  /** Several runs at once, each beginning so many simulated milliseconds from now, on hosts of their own. */
  readonly race: (
    runs: readonly { readonly afterMs: number; readonly differs?: Partial<Plan>; readonly mishap?: Mishap }[],
  ) => Promise<readonly Ending[]>;
  /** Changes sent by the last run. */
  readonly changes: () => readonly string[];
  /** Invariants that any run so far has broken, by the world and by its journal, and sentences that hold an empty list. */
  readonly violations: () => readonly (Violation | Fault)[];
}

export interface StageOptions {
  /** Calls travel as forms and XML, as over a network. Absent: straight, which is the same and cheaper. */
  readonly wire?: boolean;
  /** Every run is taken look by look, and a look in which it is killed once more. */
  readonly byLooks?: boolean;
}

export function createStage(
  scenario: Partial<Scenario>,
  groups: readonly Parameters<typeof standardGroup>[1][],
  options: StageOptions = {},
): Stage {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const made = groups.map((options) => standardGroup(sandbox.world, options));
  const { region, credentials, requestHandler } = sandbox.clientConfig();
  const way = {
    region,
    credentials: () => Promise.resolve(credentials),
    requestHandler,
    ...(options.wire === true ? {} : { straight: sandbox.straight }),
  };
  let calls = 0;
  sandbox.onCall(() => {
    if (++calls > MOST_CALLS) throw new Error(`a run that never ends: ${MOST_CALLS} calls`);
  });
  let runs = 0;
  let changes: string[] = [];
  const holes: Fault[] = [];
  const run: Stage['run'] = async (differs = {}, mishap = {}) => {
    runs++;
    const mine: string[] = [];
    changes = mine;
    const sent: Left[] = [];
    let reads = 0;
    const strict = mishap.lock === undefined ? undefined : lockOf(sandbox, mishap.lock, `run-${runs}`);
    const gateway = createGateway({
      ...way,
      agent: { version: 'test', command: 'stage' },
      mayLeave: leaving(
        (what) => sent.push({ at: sandbox.clock.now(), what, reads }),
        strict,
        standStill(mishap.stopAt, 'change', strict),
      ),
    });
    const plan: Plan = {
      ...PLAN,
      run: `run-${runs}`,
      host: mishap.otherHost === true ? `agent-${runs}` : 'agent',
      pid: 100 + runs,
      groups: made.map((group) => group.name),
      ...(strict !== undefined && { lock: strict.address }),
      ...differs,
    };
    const events: RunEvent[] = [];
    const byLooks = mishap.byLooks ?? (options.byLooks === true ? { again: true } : undefined);
    const journal = journalOf(
      plan.run,
      plan.groups,
      () => sandbox.clock.now(),
      byLooks === undefined ? {} : { byLooks: true },
    );
    const emit = (event: RunEvent): void => {
      events.push(event);
      journal.see(event);
      mishap.hears?.(event);
    };
    const still = standStill(mishap.stopAt, 'read', strict);
    const deps = {
      gateway: mortal(
        gateway,
        mishap,
        mine,
        () => callBackAll(sandbox),
        () => (reads++, still()),
      ),
      clock: sandbox.clock,
      emit,
      interrupt: interruptAfter(sandbox, mishap.interruptAfterMs),
      holderIsGone: (lease: Lease) => mishap.otherHost !== true || strict?.keeper.outlived.has(lease.run) === true,
      ...(mishap.hooks === undefined ? {} : { hooks: mishap.hooks }),
    };
    const { restart } = plan;
    const withCommands = (memory?: CommandMemory): Deps =>
      restart === undefined
        ? deps
        : {
            ...deps,
            commands: remoteCommands(
              deps,
              {
                document: 'AWS-RunShellScript',
                parameters: { commands: ['restart all'] },
                run: plan.run,
                commandMs: restart.commandMs,
                redact: strangersRedactor([]),
              },
              memory,
            ),
          };
    const ended = (outcome: Ending['outcome'], more: Partial<Ending> = {}): Ending => {
      for (const text of emptyLists({ events, failure: more.failure?.facts }))
        holes.push({ at: sandbox.clock.now(), group: '', rule: 'empty-list', text });
      const results = more.results ?? [];
      const whole = journal.end(outcome, results);
      for (const text of brokenByCheck(whole)) holes.push({ at: sandbox.clock.now(), group: '', rule: 'check', text });
      return { outcome, results: [], changes: sent, events, journal: whole, ...more };
    };
    try {
      const not = await strict?.keeper.take(plan.groups);
      if (not !== undefined) return ended(not.kind === 'held' ? 'held' : 'refused');
      if (mishap.calls === true)
        return ended('cancelled', {
          results: await cancelRollout(deps, plan, await begunOn(deps, plan.groups), {
            lock: () => Promise.resolve(),
            who: 'a test',
          }),
        });
      return ended(plan.strategy === 'restart' ? 'restarted' : 'swapped', {
        results:
          byLooks === undefined
            ? await runRollout(withCommands(), plan)
            : await runByLooks(withCommands, plan, () => {
                const again = journal.since();
                return (error) => {
                  if (!byLooks.again || !(error instanceof Killed)) throw error;
                  again();
                };
              }),
      });
    } catch (error) {
      if (error instanceof Killed) {
        strict?.die();
        return ended('killed');
      }
      if (error instanceof LockLost) return ended('stopped', { lost: error.message });
      if (error instanceof AwsFault) return ended('refused');
      if (error instanceof Failure) return ended(error.outcome, { failure: error });
      throw error;
    } finally {
      await strict?.keeper.release();
    }
  };
  return {
    sandbox,
    groups: made,
    changes: () => changes,
    violations: () => [...sandbox.monitor.violations, ...holes],
    run,
    race: (racers) => {
      const { clock } = sandbox;
      clock.actors = racers.length;
      return Promise.all(
        racers.map(async ({ afterMs, differs, mishap }) => {
          await clock.sleep(afterMs);
          try {
            return await run(differs, { ...mishap, otherHost: true });
          } finally {
            // Time goes on for those that are left.
            clock.actors = Math.max(1, clock.actors - 1);
            clock.pass();
          }
        }),
      );
    },
  };
}

/** The strict lock of one run, whose background work goes by the world's clock without making it wait. */
interface Strict {
  readonly address: string;
  readonly keeper: Keeper;
  /** No sign of life while it stands still. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** No sign of life ever again, and nothing is given back. */
  readonly die: () => void;
}

function lockOf({ clock }: Sandbox, store: LockStore, run: string): Strict {
  let state: 'alive' | 'still' | 'dead' = 'alive';
  const late: (() => void)[] = [];
  const background = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          cancel();
          resolve();
        };
        const cancel = clock.after(ms, () => (state === 'alive' ? wake() : late.push(wake)));
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
  const mine: LockStore = {
    ...store,
    release: (name, token) => (state === 'dead' ? Promise.resolve(false) : store.release(name, token)),
  };
  const keeper = createKeeper({
    store: mine,
    clock,
    background,
    holder: { run, host: 'agent', pid: 1, command: 'test', since: '' },
    token: run,
    waitMs: 0,
    interrupt: { received: undefined, wake: new AbortController().signal },
    emit: () => undefined,
    serviceNow: () => clock.now(),
  });
  return {
    address: store.address,
    keeper,
    freeze: () => (state = 'still'),
    thaw: () => {
      state = 'alive';
      late.splice(0).forEach((wake) => wake());
    },
    die: () => (state = 'dead'),
  };
}

/** Stands still the n-th time it is called. */
function standStill(stopAt: Mishap['stopAt'], at: 'read' | 'change', strict: Strict | undefined): () => Promise<void> {
  let times = 0;
  return async () => {
    if (stopAt?.[at] !== ++times) return;
    strict?.freeze();
    await stopAt.meanwhile();
    strict?.thaw();
  };
}

/** The last step before a call leaves: notes changes, asks the lock, and stands still where the story says so. */
function leaving(sent: (what: string) => void, strict: Strict | undefined, still: () => Promise<void>): MayLeave {
  return async ({ operation, changes: isChange }) => {
    if (isChange) await still();
    if (isChange) await strict?.keeper.confirm();
    const lost = strict?.keeper.lost;
    if (lost !== undefined) throw lost;
    if (isChange) sent(operation);
  };
}

const READS = ['describeGroups', 'health'] as const;
const CHANGES = [
  'writeNotes',
  'deleteNotes',
  'suspend',
  'resume',
  'resize',
  'terminate',
  'protect',
  'standby',
  'register',
  'deregister',
  'sendCommand',
  'cancelCommand',
] as const;

/** A gateway whose process dies, or is called back, before or after one of its changes. */
function mortal(
  gateway: Gateway,
  { killAt, calledBackAt }: Mishap,
  changes: string[],
  callBackNow: () => void,
  afterRead: () => Promise<void>,
): Gateway {
  const wrapped: Record<string, unknown> = { ...gateway };
  for (const name of READS) {
    wrapped[name] = async (...parameters: unknown[]) => {
      const answer: unknown = await (gateway[name] as (...of: unknown[]) => Promise<unknown>)(...parameters);
      await afterRead();
      return answer;
    };
  }
  for (const name of CHANGES) {
    wrapped[name] = async (...parameters: unknown[]) => {
      changes.push(`${name} ${JSON.stringify(parameters)}`);
      const fatal = killAt?.change === changes.length;
      const called = calledBackAt?.change === changes.length;
      if (called && calledBackAt.when === 'before') callBackNow();
      if (fatal && killAt.when === 'before') throw new Killed();
      const answer: unknown = await (gateway[name] as (...of: unknown[]) => Promise<unknown>)(...parameters);
      if (called && calledBackAt.when === 'after') callBackNow();
      if (fatal) throw new Killed();
      return answer;
    };
  }
  return wrapped as unknown as Gateway;
}

/** What `cancel` writes, for every rollout that the groups show at this moment. */
export function callBackAll({ world }: Pick<Sandbox, 'world'>): void {
  for (const group of call<Described>(world, 'autoscaling', 'DescribeAutoScalingGroups').AutoScalingGroups) {
    const { record } = decodeNotes(group.Tags.map(({ Key, Value }) => ({ key: Key, value: Value })));
    if (record === undefined) continue;
    const [tag] = encodeNotes({ wish: { run: record.run, at: 0, why: 'a test' } });
    world.invoke(
      'autoscaling',
      'CreateOrUpdateTags',
      {
        Tags: [
          {
            ResourceId: group.AutoScalingGroupName,
            ResourceType: 'auto-scaling-group',
            Key: tag?.key,
            Value: tag?.value,
            PropagateAtLaunch: false,
          },
        ],
      },
      'outside',
    );
  }
}

function interruptAfter(sandbox: Sandbox, ms: number | undefined): Interrupt {
  const controller = new AbortController();
  const interrupt = { received: undefined as string | undefined, wake: controller.signal };
  if (ms !== undefined) {
    sandbox.clock.after(ms, () => {
      interrupt.received = 'SIGINT';
      controller.abort();
    });
  }
  return interrupt;
}

interface Described {
  readonly AutoScalingGroups: readonly {
    readonly AutoScalingGroupName: string;
    readonly MinSize: number;
    readonly MaxSize: number;
    readonly DesiredCapacity: number;
    readonly Instances: readonly {
      readonly LifecycleState: string;
      readonly LaunchTemplate?: { readonly Version: string };
      readonly LaunchConfigurationName?: string;
    }[];
    readonly SuspendedProcesses: readonly { readonly ProcessName: string }[];
    readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
  }[];
}

/** What stands after a run: sizes, what every instance was launched from, suspended processes and tags. */
export function stateOf(stage: Stage): readonly object[] {
  return call<Described>(stage.sandbox.world, 'autoscaling', 'DescribeAutoScalingGroups').AutoScalingGroups.map(
    (group) => ({
      name: group.AutoScalingGroupName,
      size: [group.MinSize, group.DesiredCapacity, group.MaxSize],
      instances: group.Instances.map(
        (instance) =>
          `${instance.LifecycleState} ${instance.LaunchTemplate?.Version ?? instance.LaunchConfigurationName ?? ''}`,
      ).sort(),
      suspended: group.SuspendedProcesses.map((process) => process.ProcessName).sort(),
      tags: group.Tags.map((tag) => tag.Key).sort(),
    }),
  );
}
