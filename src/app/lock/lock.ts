import { command, type NextCommand } from '../../text/commands/next-command.js';
import type { MayLeave } from '../../aws/gateway.js';
import { steadyClock, type Instant, type Milliseconds } from '../../clock.js';
import { newToken } from '../../config/run-id.js';
import { targetWordsOf } from '../../config/target.js';
import { Failure, refused } from '../../errors.js';
import { readLockAddress } from '../../lock/address.js';
import { dynamoStore } from '../../lock/dynamodb.js';
import { createKeeper } from '../../lock/lock-session.js';
import { redisLine } from '../../lock/redis-line.js';
import { redisStore } from '../../lock/redis.js';
import { type Holder, type LockFault, type LockStore } from '../../lock/store.js';
import type { NotGained } from '../../lock/take.js';
import type { Emit, Identity } from '../../model/event.js';
import type { Interrupt } from '../../engine/deps.js';
import type { ProcessContext } from '../../run/process-context.js';
import { describeHolder } from '../../text/holder.js';
import { stackNameOf } from '../../model/stack/stack.js';

/** The strict lock as the command line asks for it. */
export interface LockAsked {
  /** As it was typed: it may hold a password. */
  readonly address: string;
  readonly waitMs: Milliseconds;
}

/** What is locked: a stack, or groups. */
export interface LockTarget {
  readonly stack?: string | undefined;
  readonly groups?: readonly string[];
}

/** The strict locks of a run. */
export interface Locks {
  /** Without secrets. */
  readonly address: string;
  /** Lets a call through only while every lock that we took is surely ours. */
  readonly mayLeave: MayLeave;
  /** Takes the locks of these too. @throws Failure `held` (somebody has it), `refused` (the store fails) */
  readonly take: (identity: Pick<Identity, 'account' | 'region'>, target: LockTarget) => Promise<void>;
  /** True for a run that is surely stopped, because its lock ran out before our eyes. */
  readonly outlived: (run: string) => boolean;
  readonly giveBack: () => Promise<void>;
}

/** Longest time for one call to the store. */
const CALL_MS: Milliseconds = 10_000;

/** What opening a store takes. */
export interface StorePlace {
  readonly region: string;
  readonly profile?: string | undefined;
  readonly speed: number;
  readonly surroundings: Pick<ProcessContext, 'env' | 'version' | 'command' | 'simulated'>;
  /** The run's time. */
  readonly now: () => Instant;
}

/** Names of the locks of a target: of an account and a region, so that one table may serve all of them. */
export function lockNames(
  { account, region }: Pick<Identity, 'account' | 'region'>,
  { stack, groups = [] }: LockTarget,
): readonly string[] {
  const named = (kind: string, name: string): string => `ha-updater/${account}/${region}/${kind}/${name}`;
  // Of an ARN the name: both mean the same stack.
  const stackName = stack === undefined ? undefined : stackNameOf(stack);
  return [
    ...(stackName === undefined ? [] : [named('stack', stackName)]),
    ...groups.map((group) => named('group', group)),
  ];
}

/** Opens the store that `--lock` names; nothing is sent yet. @throws Failure `usage` */
export async function openStore(
  text: string,
  { region, profile, speed, surroundings, now }: StorePlace,
): Promise<LockStore> {
  const address = readLockAddress(text, region, {
    username: surroundings.env['HA_UPDATER_LOCK_USERNAME'],
    password: surroundings.env['HA_UPDATER_LOCK_PASSWORD'],
  });
  const clock = steadyClock(speed);
  // In a rehearsal time is faster, and a call to a store is not.
  const callMs = Math.max(CALL_MS, Math.min(speed, 40) * 1_000);
  switch (address.kind) {
    case 'dynamodb': {
      const { dynamoDb } = await import('../../aws/gateway.js');
      const client = dynamoDb({
        region: address.region,
        agent: { version: surroundings.version, command: surroundings.command },
        ...(profile !== undefined && { profile }),
      });
      return dynamoStore({
        client,
        table: address.table,
        key: address.key,
        address: address.shown,
        clock,
        callMs,
        epochSeconds: () => Math.floor(now() / 1000),
      });
    }
    case 'redis':
      return redisStore({ connect: () => redisLine(address), address: address.shown, clock, callMs, speed });
  }
}

/** Opens the store of a run's locks. @throws Failure `usage` */
export async function openLocks(
  asked: LockAsked,
  place: StorePlace,
  run: {
    readonly holder: Omit<Holder, 'since'>;
    readonly emit: Emit;
    readonly interrupt: Interrupt;
    readonly lives: (holder: Holder) => boolean;
  },
): Promise<Locks> {
  const store = await openStore(asked.address, place);
  const { simulated } = place.surroundings;
  const keeper = createKeeper({
    store,
    clock: simulated?.clock ?? steadyClock(place.speed),
    ...(simulated !== undefined && { background: simulated.beside }),
    holder: { ...run.holder, since: new Date(place.now()).toISOString() },
    token: newToken(),
    waitMs: asked.waitMs,
    interrupt: run.interrupt,
    lives: run.lives,
    emit: run.emit,
    serviceNow: place.now,
  });
  return {
    address: store.address,
    mayLeave: async ({ changes }) => {
      if (changes) await keeper.confirm();
      // Nothing is worth looking at any more either.
      if (keeper.lost !== undefined) throw keeper.lost;
    },
    take: async (identity, target) => {
      const not = await keeper.take(lockNames(identity, target));
      if (not !== undefined) throw notTaken(not, store.address, target);
    },
    outlived: (id) => keeper.outlived.has(id),
    giveBack: async () => {
      const kept = await keeper.release();
      if (kept.length === 0) return;
      const text = `The lock ${kept.join(', ')} in ${store.address} could not be given back; it ends by itself.`;
      run.emit({ type: 'warning', reason: { code: 'lock.notReleased', text, remedy: '' } });
    },
  };
}

function notTaken(not: NotGained & { readonly name: string }, address: string, target: LockTarget): Failure {
  switch (not.kind) {
    case 'held': {
      const { holder } = not.entry;
      const what = `The lock ${not.name} in ${address} is held by ${describeHolder(holder)} since ${holder.since}.`;
      return new Failure('held', {
        code: 'lock.held',
        what,
        reasons: [],
        serves: 'This run changed nothing.',
        left: '',
        next: [showCommand(target)],
      });
    }
    case 'interrupted':
      return refused('run.interrupted', `${not.signal} came before the lock was taken.`, []);
    case 'fault':
      return storeFailure(not.fault, address);
  }
}

function showCommand({ stack, groups = [] }: LockTarget): NextCommand {
  return command`ha-updater lock show ${targetWordsOf({ stack, asgs: groups })}`;
}

/**
 * The store cannot be used.
 *
 * @param consequence What that means for the command: for a run, that without the lock nothing may begin
 */
export function storeFailure(
  { kind, operation, code, message }: LockFault,
  address: string,
  consequence = 'without the lock nothing is begun',
): Failure {
  const said = `${operation} answered ${code}: ${message}`;
  switch (kind) {
    case 'unreachable':
      return refused(
        'lock.unreachable',
        `The lock's store ${address} does not answer, and ${consequence}. ${said}`,
        [],
      );
    case 'denied':
      return refused('lock.denied', `The lock's store ${address} does not let us in. ${said}`, []);
    case 'missing':
      return refused(
        'lock.missing',
        `${message} The lock is kept in ${address}; templates/lock-table.yaml makes the table.`,
        [],
        [command`aws cloudformation deploy --stack-name ha-updater-locks --template-file templates/lock-table.yaml`],
      );
    case 'invalid':
      return refused('lock.invalid', `The lock's store ${address} cannot be used as it is. ${said}`, []);
  }
}
