import { command } from '../../text/commands/next-command.js';
import { systemClock } from '../../clock.js';
import { readPace } from '../../config/simulation-speed.js';
import { targetWordsOf } from '../../config/target.js';
import type { Deps } from '../../engine/deps.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import { badFlags, EXIT, Failure, problem, refused, usage } from '../../errors.js';
import { patientStore, type ShownStore } from '../../lock/patient-store.js';
import { LockFault, type Holder } from '../../lock/store.js';
import { lineWriter } from '../../render/line-writer.js';
import { endWithError } from '../../run/end-with-error.js';
import { toFailure } from '../../run/failure.js';
import { lockNames, openStore, storeFailure } from './lock.js';
import type { LockFlags } from './lock-flags.js';
import { ownName } from '../../run/own-name.js';
import { thisMachine } from '../../run/process-identity.js';
import { connect, QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { namedGroups, targetProblems, type TargetFlags } from '../groups/command-targets.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { describeHolder } from '../../text/holder.js';

export interface LockCommandAsked extends TargetFlags, CommonFlags, LockFlags {
  /** Release without asking. */
  readonly force?: boolean | undefined;
}

/** One lock, as `lock show` tells it. */
interface LockShown {
  readonly name: string;
  /** Absent when nobody has it. */
  readonly holder?: Holder;
  /** Seconds that the holder's lease lasts from its last sign of life on. */
  readonly leaseSeconds?: number;
  /** Removed by `lock release`. */
  readonly released?: true;
}

/** The --json document of both commands. Fields are only ever added. */
export interface LockDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode' | 'stack'> {
  readonly lock: string;
  readonly locks: readonly LockShown[];
}

/** `lock show`: who has the locks of a stack and of its groups. Changes nothing. */
export function showLock(asked: LockCommandAsked, surroundings: ProcessContext): Promise<CommandResult | LockDocument> {
  return withStore('lock show', asked, surroundings, async (store, names) => {
    const locks: LockShown[] = [];
    for (const name of names) locks.push(await look(store, name));
    const out = lineWriter(surroundings.stdout);
    if (!surroundings.json) locks.forEach((one) => out(sentenceOf(one)));
    return locks;
  });
}

/**
 * `lock release`: takes the locks from whoever has them, once a person says so. Removes exactly what was
 * shown: a run that came in between keeps its lock.
 */
export function releaseLock(
  asked: LockCommandAsked,
  surroundings: ProcessContext,
): Promise<CommandResult | LockDocument> {
  const { ask, json, stdout } = surroundings;
  if (asked.force !== true && ask === undefined)
    throw usage(
      'usage.flags',
      'Without a terminal this cannot ask whether the holder is dead: give --force when you know that it is.',
    );
  return withStore('lock release', asked, surroundings, async (store, names) => {
    const out = lineWriter(stdout);
    const locks: LockShown[] = [];
    for (const name of names) {
      const entry = await store.read(name);
      if (entry === undefined) {
        locks.push({ name });
        continue;
      }
      const shown: LockShown = { name, holder: entry.holder, leaseSeconds: entry.leaseMs / 1000 };
      if (!json) out(sentenceOf(shown));
      const question =
        `Release it? If ${describeHolder(entry.holder)} still lives, it may change things for up to ` +
        `${entry.leaseMs / 1000} s more.`;
      if (asked.force !== true && !(await ask?.(question, new AbortController().signal)))
        throw refused('run.declined', `The lock ${name} stays with ${describeHolder(entry.holder)}.`, []);
      if (!(await store.release(name, entry.token)))
        throw refused(
          'lock.moved',
          `The lock ${name} is not held by ${describeHolder(entry.holder)} any more.`,
          [],
          [command`ha-updater lock show ${targetWordsOf(asked)}`],
        );
      locks.push({ ...shown, released: true });
      if (!json) out(`${name}: released.`);
    }
    if (!json && locks.every(({ released }) => released === undefined))
      out('No run holds the lock: there is nothing to release.');
    return locks;
  });
}

async function withStore(
  name: string,
  asked: LockCommandAsked,
  surroundings: ProcessContext,
  story: (store: ShownStore, names: readonly string[]) => Promise<readonly LockShown[]>,
): Promise<CommandResult | LockDocument> {
  const problems = targetProblems(asked);
  if (problems.length > 0) throw badFlags(problems);
  if (asked.lock === undefined || asked.lock === '')
    throw usage('usage.lock', problem('Say which lock: --lock ADDRESS, or HA_UPDATER_LOCK.', 'lock'), [
      command`ha-updater ${name.split(' ')} --help`,
    ]);
  const pace = readPace(surroundings.env);
  const { gateway, region } = await connect(asked, pace.endpoint, surroundings);
  const clock = surroundings.simulated?.clock ?? systemClock(pace.speed);
  const place = { region, profile: asked.profile, speed: pace.speed, surroundings, now: () => clock.now() };
  const store = patientStore(await openStore(asked.lock, place), clock);
  const deps: Deps = {
    gateway,
    clock,
    emit: () => undefined,
    interrupt: { received: undefined, wake: new AbortController().signal },
    holderIsGone: thisMachine(surroundings.host).holderIsGone,
  };
  let stack = asked.stack;
  const scene = { command: name, region, profile: asked.profile, lock: store.address };
  try {
    const identity = await retrying(deps, QUICK).identity();
    if (stack !== undefined) stack = await ownName(deps, stack, QUICK);
    const groups = stack === undefined ? await namedGroups({ deps }, asked) : await groupsOf(deps, stack);
    const locks = await story(
      store,
      lockNames({ account: identity.account, region: identity.region }, { stack, groups }),
    );
    return {
      v: 1,
      command: name,
      outcome: 'shown',
      exitCode: EXIT.done,
      ...(stack !== undefined && { stack }),
      lock: store.address,
      locks,
    };
  } catch (error) {
    return endWithError(
      toFailure(
        error instanceof LockFault ? storeFailure(error, store.address, 'who holds the lock is not known') : error,
        { ...scene, stack },
      ),
      name,
      surroundings,
    );
  } finally {
    await store.close();
  }
}

/** A lock can be held while its stack is created, or left when it is gone. */
async function groupsOf(deps: Deps, name: string): Promise<readonly string[]> {
  const stack = await retrying(deps, QUICK).describeStack(name);
  if (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS') return [];
  try {
    return await stackGroups(deps, stack.id);
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

async function look(store: ShownStore, name: string): Promise<LockShown> {
  const entry = await store.read(name);
  return entry === undefined ? { name } : { name, holder: entry.holder, leaseSeconds: entry.leaseMs / 1000 };
}

function sentenceOf({ name, holder, leaseSeconds }: LockShown): string {
  if (holder === undefined) return `${name}: free.`;
  return (
    `${name}: held by ${describeHolder(holder)}, ${holder.command}, since ${holder.since}; its lease ` +
    `is ${leaseSeconds} s from its last sign of life on.`
  );
}
