import { command } from '../../text/commands/next-command.js';
import { systemClock } from '../../clock.js';
import { readPace } from '../../config/simulation-speed.js';
import { heldBackSince } from '../../decide/outlook/held-back.js';
import { makePlan, readWanted } from '../../config/rollout-plan.js';
import type { Deps } from '../../engine/deps.js';
import { createObserver } from '../../engine/rollout/observe.js';
import { scheduleReader } from '../../engine/rollout/reads/cached-reads.js';
import { repeating } from '../../engine/retry.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { Failure, noGroups } from '../../errors.js';
import { lineWriter } from '../../render/line-writer.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import { withNearestName } from './nearest-name.js';
import { endWithError } from '../../run/end-with-error.js';
import { isAbsent, toFailure, type FailureContext } from '../../run/failure.js';
import type { Place } from '../../run/place.js';
import { runsHere, thisMachine } from '../../run/process-identity.js';
import { ownName } from '../../run/own-name.js';
import { connect, QUICK, type CommonFlags } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';

/** What a command works with that looks and changes nothing: no run, no events, no signals. */
export interface Looking {
  readonly deps: Deps;
  readonly region: string;
  /** For the commands that are printed. */
  readonly place: Place;
}

/** Connects for a command that looks and changes nothing. */
export async function onlyLook(
  asked: CommonFlags,
  surroundings: Pick<ProcessContext, 'env' | 'version' | 'command' | 'host' | 'simulated' | 'sharesProcess'>,
): Promise<Looking> {
  const pace = readPace(surroundings.env);
  const { gateway, region } = await connect(asked, pace.endpoint, surroundings);
  const deps: Deps = {
    gateway,
    clock: surroundings.simulated?.clock ?? systemClock(pace.speed),
    emit: () => undefined,
    interrupt: { received: undefined, wake: new AbortController().signal },
    holderIsGone: thisMachine(surroundings.host, runsHere(surroundings)).holderIsGone,
  };
  return { deps, region, place: { region, profile: asked.profile } };
}

/**
 * One look from the first call to the page; what goes wrong after connecting is the command's ending, with the
 * place it was about.
 */
export async function withLook<T, A extends CommonFlags & { readonly stack?: string | undefined }>(
  about: Pick<FailureContext, 'command' | 'groups'>,
  asked: A,
  surroundings: ProcessContext,
  look: (looking: Looking, asked: A) => Promise<T>,
): Promise<T | CommandResult> {
  const looking = await onlyLook(asked, surroundings);
  let named = asked;
  try {
    named = await byOwnName(looking.deps, asked, surroundings);
    return await look(looking, named);
  } catch (error) {
    const { region, deps } = looking;
    const failure = await withNearestName(error, { deps, stack: named.stack, limits: QUICK });
    const account = error instanceof Failure && isAbsent(error) ? await accountOf(looking) : undefined;
    return endWithError(
      toFailure(failure, { ...about, stack: named.stack, region, account, profile: asked.profile }),
      about.command,
      surroundings,
    );
  }
}

/** The account that was looked in; undefined where AWS does not say. */
async function accountOf({ deps }: Looking): Promise<string | undefined> {
  try {
    return (await retrying(deps, QUICK).identity()).account;
  } catch {
    return undefined;
  }
}

/** The same command line with the stack's own name, which is told where it is another one. */
async function byOwnName<A extends { readonly stack?: string | undefined }>(
  deps: Deps,
  asked: A,
  { stderr }: Pick<ProcessContext, 'stderr'>,
): Promise<A> {
  if (asked.stack === undefined) return asked;
  const own = await ownName(deps, asked.stack, QUICK);
  if (own === asked.stack) return asked;
  lineWriter(stderr)(`${asked.stack} is an alias of ${own}.`);
  return { ...asked, stack: own };
}

/** The same as `lookAtGroups`, of groups that somebody named: each has to be there. @throws Failure `refused` */
export async function lookAtNamed(
  { deps, region }: Pick<Looking, 'deps' | 'region'>,
  names: readonly string[],
): ReturnType<typeof lookAtGroups> {
  const looked = await lookAtGroups(deps, names, region);
  const unknown = names.filter((name) => !looked.groups.some((group) => group.name === name));
  if (unknown.length > 0) throw noGroups(unknown, [command`ha-updater list`]);
  return looked;
}

/** All groups with the health of every instance, through the eyes of the engine. */
export async function lookAtGroups(deps: Deps, names: readonly string[], region: string): Promise<LookedAt> {
  if (names.length === 0) return { at: deps.clock.now(), groups: [], failures: [] };
  const plan = makePlan(readWanted({}), {
    strategy: 'swap',
    run: 'status',
    host: '',
    pid: 0,
    groups: names,
    region,
    again: command`ha-updater status`,
    adoptOnly: true,
  });
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
  const look = await repeating(deps, () => createObserver({ ...deps, gateway: bare }, plan).look());
  const { at, failures } = look;
  const groups = look.groups.map((group) => ({ ...group, notes: notes.get(group.name) ?? {} }));
  return { at, groups, failures };
}

/** Groups as one look shows them. */
interface LookedAt {
  readonly at: number;
  readonly groups: readonly Group[];
  readonly failures: Observed['failures'];
}

/** Scheduled actions that a rollout or a freeze holds back; where they cannot be read the page goes without. */
export async function heldBack(
  deps: Deps,
  { groups, at }: Pick<LookedAt, 'groups' | 'at'>,
): Promise<NonNullable<Observed['schedules']>> {
  const read = scheduleReader(deps.gateway);
  return read(
    groups.flatMap((group) => {
      const since = heldBackSince(group);
      return since === undefined ? [] : [{ group: group.name, since }];
    }),
    at,
  );
}
