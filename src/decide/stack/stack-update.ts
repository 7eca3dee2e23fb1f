import { command, remarked, type NextCommand } from '../../text/commands/next-command.js';
import type { Instant, Milliseconds } from '../../clock.js';
import type { Stack } from '../../model/stack/stack.js';
import { timestamp } from '../../text/timestamp.js';

/**
 * What a stack's status means.
 * - `ok`: settled as asked; `rolledBack`: settled as it was before; `failed`: a first creation failed,
 *   only deleting helps; `stuck`: settled half-way, a person must choose; `inProgress`: something moves
 *   it; `review`: created by a change set that nobody executed; `gone`: deleted
 */
export type StackState = 'ok' | 'rolledBack' | 'failed' | 'stuck' | 'inProgress' | 'review' | 'gone' | 'unknown';

/** Every StackStatus of the service's model. */
export const stackStates: Readonly<Record<string, StackState>> = {
  CREATE_COMPLETE: 'ok',
  UPDATE_COMPLETE: 'ok',
  IMPORT_COMPLETE: 'ok',
  UPDATE_ROLLBACK_COMPLETE: 'rolledBack',
  IMPORT_ROLLBACK_COMPLETE: 'rolledBack',
  ROLLBACK_COMPLETE: 'failed',
  ROLLBACK_FAILED: 'failed',
  CREATE_FAILED: 'failed',
  UPDATE_FAILED: 'stuck',
  UPDATE_ROLLBACK_FAILED: 'stuck',
  IMPORT_ROLLBACK_FAILED: 'stuck',
  DELETE_FAILED: 'stuck',
  DELETE_COMPLETE: 'gone',
  REVIEW_IN_PROGRESS: 'review',
  CREATE_IN_PROGRESS: 'inProgress',
  ROLLBACK_IN_PROGRESS: 'inProgress',
  DELETE_IN_PROGRESS: 'inProgress',
  UPDATE_IN_PROGRESS: 'inProgress',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'inProgress',
  UPDATE_ROLLBACK_IN_PROGRESS: 'inProgress',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'inProgress',
  IMPORT_IN_PROGRESS: 'inProgress',
  IMPORT_ROLLBACK_IN_PROGRESS: 'inProgress',
};

/** A status that the service invents later is read by its ending; the rest is unknown and touched by nobody. */
export function classifyStatus(status: string): StackState {
  return stackStates[status] ?? (status.endsWith('_IN_PROGRESS') ? 'inProgress' : 'unknown');
}

export type StartAdvice =
  | { readonly kind: 'create' }
  | { readonly kind: 'update' }
  /** The last update succeeded (or was undone) and only tidies up: it ends by itself. */
  | { readonly kind: 'wait'; readonly why: string }
  | {
      readonly kind: 'refuse';
      readonly code: string;
      readonly text: string;
      readonly remedy: string;
      readonly next: readonly NextCommand[];
    };

/** What a change of the stack may do now. `name` is what the user called it. */
export function startAdvice(name: string, stack: Stack | undefined): StartAdvice {
  if (stack === undefined) return { kind: 'create' };
  const state = classifyStatus(stack.status);
  const why = stack.statusReason === '' ? '' : ` (${stack.statusReason})`;
  const remove = command`aws cloudformation delete-stack --stack-name ${name}`;
  const refuse = (text: string, remedy: string, ...next: NextCommand[]): StartAdvice => ({
    kind: 'refuse',
    code: state === 'inProgress' ? 'stack.busy' : `stack.${state}`,
    text: `Stack ${name} ${text}`,
    remedy,
    next,
  });
  switch (state) {
    case 'ok':
    case 'rolledBack':
      return { kind: 'update' };
    case 'gone':
      return { kind: 'create' };
    case 'inProgress': {
      if (stack.status.endsWith('_CLEANUP_IN_PROGRESS'))
        return { kind: 'wait', why: `Stack ${name} is ${stack.status}; it takes no update until that ends.` };
      const since = stack.updatedAt ?? stack.createdAt;
      const when = since === undefined ? '' : ` since ${timestamp(since)}`;
      return refuse(
        `is ${stack.status}${when}: somebody else's change is under way.`,
        'Run again when it has settled, or wait for it with --wait.',
        command`ha-updater status ${name} --events`,
      );
    }
    case 'review':
      return refuse(
        'is REVIEW_IN_PROGRESS: a change set was made to create it and has not been executed.',
        'Execute that change set, or delete the empty stack.',
        command`aws cloudformation list-change-sets --stack-name ${name}`,
        remove,
      );
    case 'failed':
      return refuse(
        `is ${stack.status}: its creation failed${why}, and CloudFormation can only delete it.`,
        'Delete it when nothing in it is needed, then run again to create it.',
        command`ha-updater status ${name} --events`,
        remarked(
          command`ha-updater update-stack ${name} --replace-failed`,
          'with its template and parameters: deletes it, then creates it',
        ),
        remove,
      );
    case 'stuck':
      return stuck(name, stack.status, why, refuse);
    case 'unknown':
      return refuse(
        `is ${stack.status}, a status that is not known here.`,
        'Look at it first.',
        command`ha-updater status ${name} --events`,
      );
  }
}

function stuck(
  name: string,
  status: string,
  why: string,
  refuse: (text: string, remedy: string, ...next: NextCommand[]) => StartAdvice,
): StartAdvice {
  const show = command`ha-updater status ${name} --events`;
  switch (status) {
    case 'UPDATE_ROLLBACK_FAILED':
      return refuse(
        `is UPDATE_ROLLBACK_FAILED: an update failed and its roll-back failed too${why}.`,
        'Fix what made the roll-back fail, then continue it; resources that cannot be fixed can be skipped.',
        show,
        remarked(
          command`ha-updater update-stack ${name} --continue-rollback`,
          'and --skip ID for what cannot be fixed',
        ),
        command`aws cloudformation continue-update-rollback --stack-name ${name}`,
      );
    case 'UPDATE_FAILED':
      return refuse(
        `is UPDATE_FAILED: an update failed with roll-back switched off${why}.`,
        'Roll it back first.',
        show,
        remarked(
          command`ha-updater update-stack ${name} --rollback-first`,
          'with the parameters: rolls back, then updates it',
        ),
        command`aws cloudformation rollback-stack --stack-name ${name}`,
      );
    case 'DELETE_FAILED':
      return refuse(
        `is DELETE_FAILED: deleting it failed${why}.`,
        'Finish deleting it; what cannot be deleted can be retained.',
        show,
        command`aws cloudformation delete-stack --stack-name ${name}`,
      );
    default:
      return refuse(`is ${status}${why}.`, 'Settle it first.', show);
  }
}

/** What may be done about a stack that does not simply take an update. Nothing of it happens unasked. */
export interface StateWishes {
  /** False: refuse to create a stack, against a mistyped name. */
  readonly create?: boolean;
  /** Delete a stack whose creation failed, then create it. */
  readonly replaceFailed?: boolean;
  /** Wait for somebody else's change to end, then go on. */
  readonly wait?: boolean;
  /** Roll back an update that failed and was left standing, then go on. */
  readonly rollbackFirst?: boolean;
  /** Continue a roll-back that failed, without these resources, then go on. */
  readonly continueRollback?: { readonly skip: readonly string[] };
}

export type StartStep =
  | StartAdvice
  | { readonly kind: 'replace' | 'rollbackFirst'; readonly stack: Stack }
  | { readonly kind: 'continueRollback'; readonly stack: Stack; readonly skip: readonly string[] }
  | { readonly kind: 'waitForOthers'; readonly stack: Stack; readonly why: string };

/** What to do now, with what the user allowed. */
export function startStep(name: string, stack: Stack | undefined, wishes: StateWishes): StartStep {
  const advice = startAdvice(name, stack);
  if (advice.kind === 'create' && wishes.create === false) {
    const text = `There is no stack ${name}, and it is not to be created.`;
    return {
      kind: 'refuse',
      code: 'stack.missing',
      text,
      remedy: 'Check the name, the account and the region; leave out --no-create to create it.',
      next: [],
    };
  }
  if (advice.kind !== 'refuse' || stack === undefined) return advice;
  const state = classifyStatus(stack.status);
  if (state === 'failed' && wishes.replaceFailed === true) return { kind: 'replace', stack };
  if (stack.status === 'UPDATE_FAILED' && wishes.rollbackFirst === true) return { kind: 'rollbackFirst', stack };
  if (stack.status === 'UPDATE_ROLLBACK_FAILED' && wishes.continueRollback !== undefined)
    return { kind: 'continueRollback', stack, skip: wishes.continueRollback.skip };
  if (state === 'inProgress' && wishes.wait === true) return { kind: 'waitForOthers', stack, why: advice.text };
  return advice;
}

/** Limits of following a change. All in milliseconds. */
export interface FollowTiming {
  /** Longest wait for the first event of our operation. */
  readonly warmupMs: Milliseconds;
  /** Longest time without a new event. */
  readonly silenceMs: Milliseconds;
}

/** What is followed: a change of the stack, or what comes before it can be changed. */
export type FollowedAction = 'create' | 'update' | 'delete' | 'rollback';

/** What following has seen so far, on our own clock. */
export interface FollowSeen {
  readonly startedAt: Instant;
  /** When an event of ours last came; undefined before the first. */
  readonly newsAt?: Instant;
  /** Status of the stack by its own last event of our operation, or by two looks at it. */
  readonly status?: string;
  readonly action: FollowedAction;
  readonly onInterrupt: 'cancel' | 'leave';
  /** Name of the signal, once there was one. */
  readonly interrupt?: string;
  /** The update was asked to be cancelled, or it was too late for that. */
  readonly cancelled: boolean;
}

export type FollowStep =
  | { readonly kind: 'settled'; readonly status: string }
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'cancel'; readonly why: string }
  | { readonly kind: 'leave'; readonly why: string }
  /** CloudFormation took the call and nothing was heard of it. */
  | { readonly kind: 'neverStarted' }
  | { readonly kind: 'silent'; readonly since: Instant };

/** The next step while following: pure, from what was seen. */
export function decideFollow(seen: FollowSeen, now: Instant, timing: FollowTiming): FollowStep {
  if (seen.status !== undefined && classifyStatus(seen.status) !== 'inProgress')
    return { kind: 'settled', status: seen.status };
  const wish = seen.interrupt !== undefined && !seen.cancelled ? onInterrupt(seen.interrupt, seen) : undefined;
  if (wish !== undefined) return wish;
  if (seen.newsAt === undefined) {
    const until = seen.startedAt + timing.warmupMs;
    return now >= until ? { kind: 'neverStarted' } : { kind: 'wait', until };
  }
  const until = seen.newsAt + timing.silenceMs;
  return now >= until ? { kind: 'silent', since: seen.newsAt } : { kind: 'wait', until };
}

/**
 * Only UPDATE_IN_PROGRESS can be cancelled (CancelUpdateStack). What is rolling back already is followed to its
 * end.
 */
function onInterrupt(signal: string, seen: FollowSeen): FollowStep | undefined {
  if (seen.onInterrupt === 'leave')
    return { kind: 'leave', why: `${signal}: the stack's change goes on without this run.` };
  if (seen.action === 'delete' || seen.action === 'rollback')
    return {
      kind: 'leave',
      why:
        `${signal}: the ${seen.action === 'delete' ? 'deleting' : 'roll-back'} of the stack cannot be ` +
        'cancelled; it goes on without this run.',
    };
  if (seen.action === 'create')
    return {
      kind: 'leave',
      why: `${signal}: the creation of a stack cannot be cancelled; it goes on without this run.`,
    };
  if (seen.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') {
    return { kind: 'leave', why: `${signal}: the stack is updated and only tidies up; that cannot be cancelled.` };
  }
  if (seen.status?.startsWith('UPDATE_ROLLBACK') === true) return undefined;
  return { kind: 'cancel', why: signal };
}
