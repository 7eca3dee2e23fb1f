import type { Instant } from '../../src/clock.js';
import type { Action } from '../../src/model/rollout/action.js';
import type { CommandState, Seen } from '../../src/model/rollout/decision.js';
import type { GroupNotes } from '../../src/model/rollout/group.js';
import { gateKey } from '../../src/decide/gates/stage-gate.js';
import { TICK, type GroupState, type Member, type Runner, type State } from './world.js';

/*
 * Two states are the same when nothing that is decided can tell them apart: instants count by how long ago they are, up
 * to the longest limit there is; instances by what they are and what is remembered of them, not by their names; signs
 * of life by their order.
 */

/**
 * After so many ticks it makes no difference any more how long ago something was. `total`: the limit from the record to
 * the verdict, the longest there is; `limit`: those of progress, draining and leases; `lag`: all allowances for reads
 * that lag, and the warm-up.
 */
const LONGEST = { total: 3, limit: 2, lag: 1 } as const;

/** Counters that are compared with small limits. */
const MOST = 11;

/** The key of a state. Equal parts are stored once, and a key holds their numbers. */
export type KeyOf = (state: State) => string;

/** Makes keys that are comparable with each other. @param inOrder it matters which of two instances was launched first */
export function createKeys(inOrder: boolean): KeyOf {
  const parts = new Map<string, number>();
  const numberOf = (part: string): number => {
    const known = parts.get(part);
    if (known !== undefined) return known;
    parts.set(part, parts.size);
    return parts.size - 1;
  };
  return (state) => {
    const rank = ranksOf(state, inOrder);
    const names = namesOf(state, rank);
    const beats = beatsOf(state);
    const outs = outsOf(state);
    const at =
      (limit: keyof typeof LONGEST) =>
      (instant: Instant | undefined): string =>
        instant === undefined ? '-' : String(Math.min(LONGEST[limit], Math.floor((state.now - instant) / TICK)));
    const context: Context = { names, beats, outs, rank, total: at('total'), limit: at('limit'), lag: at('lag') };
    const all = [
      ...state.groups.map((group) => keyOfGroup(group, context)),
      ...(state.before ?? []).map((group) => keyOfGroup(group, context)),
      ...state.runners.map((runner) => keyOfRunner(runner, context)),
      `${state.troubles.world}/${state.troubles.runs}${state.dawn}${rang(state, rank)}${state.stack?.writes ?? ''}`,
    ];
    return `${state.before === undefined ? '' : 'b'}${all.map(numberOf).join(' ')}`;
  };
}

function rang({ ringingSince }: State, rank: Context['rank']): string {
  return ringingSince === undefined ? '' : `!${rank(ringingSince)}`;
}

interface Context {
  /** Instance → its name in this key. */
  readonly names: ReadonlyMap<string, string>;
  readonly beats: (of: Sign) => string;
  /** The place of a note of what is out among all of them. */
  readonly outs: (number: number) => number;
  /** The place of a moment among those that are compared with each other. */
  readonly rank: (instant: Instant) => number;
  /** How long ago something was, in ticks; what is to come is negative. */
  readonly total: Age;
  readonly limit: Age;
  readonly lag: Age;
}

type Age = (instant: Instant | undefined) => string;

/** Instances in the order of what they are; those that are alike may stand for each other. */
function namesOf(state: State, rank: Context['rank']): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (const group of [...state.groups, ...(state.before ?? [])])
    for (const member of group.members)
      rows.set(
        member.id,
        `${rows.get(member.id) ?? ''}${group.name}${keyOfMember(member)}${rank(member.launchedAt)}${notedOut(group.notes, member.id)}`,
      );
  for (const { seen, commands } of state.runners) {
    if (seen === undefined) continue;
    for (const [id, row] of rows) {
      const command = commands === undefined ? '' : keyOfCommand(commands[id], state.now);
      rows.set(id, `${row}${remembered(seen, id, state.now)}${command}`);
    }
  }
  const sorted = [...rows].sort(([a, x], [b, y]) => (x < y ? -1 : x > y ? 1 : a < b ? -1 : 1));
  return new Map(sorted.map(([id, row], n) => [id, `${n}:${row}`]));
}

/** Whether a note says that it is out. */
function notedOut({ out }: GroupNotes, id: string): string {
  return out?.instances.some((one) => one.id === id) === true ? 'o' : '';
}

function keyOfCommand(command: CommandState | undefined, now: Instant): string {
  if (command === undefined) return '';
  if (command.state === 'ended') return command.ok ? 'k' : 'n';
  return `r${Math.min(LONGEST.limit, Math.floor((now - command.since) / TICK))}`;
}

function keyOfMember({ stage, ok, health, shielded, gone, version, restarted }: Member): string {
  return `${stage}${ok ? '+' : '-'}${health}${shielded ? 's' : ''}${gone ? 'g' : ''}${version}${restarted === true ? 'r' : ''}`;
}

/** What a run remembers of one instance. */
function remembered(seen: Seen, id: string, now: Instant): string {
  const has = (lists: Readonly<Record<string, readonly string[]>>): boolean =>
    Object.values(lists).some((list) => list.includes(id));
  const sent = seen.pending.flatMap(({ action }, n) => (idsOf(action).includes(id) ? [n] : []));
  const left = Object.values(seen.left);
  const age = (since: Instant | undefined): string =>
    since === undefined ? '' : String(Math.min(LONGEST.limit, Math.floor((now - since) / TICK)));
  const restart = [age(seen.outSince[id]), age(seen.backSince[id]), id in seen.failed ? 'f' : ''].join('/');
  return [
    '/',
    // Longer than the warm-up is as good as the warm-up.
    id in seen.inServiceSince ? Math.min(LONGEST.lag, Math.floor((now - (seen.inServiceSince[id] ?? now)) / TICK)) : '',
    has(seen.leaving) ? 'l' : '',
    left.some(({ ids }) => ids.includes(id)) ? 'w' : '',
    left.some(({ taken }) => taken.includes(id)) ? 't' : '',
    ...sent,
    restart === '//' ? '' : restart,
    Object.values(seen.known).some((notes) => notedOut(notes, id) === 'o') ? 'o' : '',
  ].join('');
}

function idsOf(action: Action): readonly string[] {
  if (action.type === 'note') return action.out.instances.map(({ id }) => id);
  if ('targets' in action) return action.targets.map(({ instance }) => instance);
  if ('instance' in action) return [action.instance];
  return 'instances' in action ? action.instances : [];
}

/**
 * The order of the moments that are compared with each other. @param inOrder launches are compared with each other, too
 */
function ranksOf(
  { groups, before = [], runners, ringingSince }: State,
  inOrder: boolean,
): (instant: Instant) => number {
  const moments = new Set<Instant>(ringingSince === undefined ? [] : [ringingSince]);
  for (const { members, notes, expected } of [...groups, ...before]) {
    if (inOrder) for (const { launchedAt } of members) moments.add(launchedAt);
    if (notes.record !== undefined) moments.add(notes.record.startedAt);
    if (notes.verdict !== undefined) moments.add(notes.verdict.at);
    if (expected !== undefined) moments.add(expected.startedAt);
  }
  for (const { seen } of runners) {
    if (seen === undefined) continue;
    for (const at of Object.values(seen.adoptedAt)) moments.add(at);
    for (const { record } of Object.values(seen.known)) if (record !== undefined) moments.add(record.startedAt);
  }
  const order = [...moments].sort((a, b) => a - b);
  // Between two of them, or at one of them.
  return (instant) => 2 * order.filter((one) => one < instant).length + (order.includes(instant) ? 1 : 0);
}

/** A sign of life, as a lease or its fingerprint holds it. */
interface Sign {
  readonly run: string;
  readonly at: Instant;
  readonly beat: number;
}

/** Signs of life rise for ever; only their order matters, by number and by time. */
function beatsOf({ groups, before = [], runners }: State): Context['beats'] {
  const all = new Map<string, Sign[]>();
  const add = (sign: Sign): void => void all.set(sign.run, [...(all.get(sign.run) ?? []), sign]);
  const addNotes = ({ lease }: GroupNotes): void => {
    if (lease !== undefined) add(lease);
  };
  for (const { notes } of [...groups, ...before]) addNotes(notes);
  for (const { seen } of runners) {
    if (seen === undefined) continue;
    Object.values(seen.known).forEach(addNotes);
    for (const print of [...Object.values(seen.leases).map(({ beat }) => beat), ...Object.values(seen.superseded)])
      add(signOf(print));
    for (const { action } of seen.pending) if ('lease' in action) add(action.lease);
  }
  const order = new Map(
    [...all].map(([run, signs]) => [
      run,
      [inOrder(signs.map(({ beat }) => beat)), inOrder(signs.map(({ at }) => at))] as const,
    ]),
  );
  return ({ run, beat, at }) => {
    const [beats, moments] = order.get(run) ?? [[], []];
    return `${beats.indexOf(beat)}.${moments.indexOf(at)}`;
  };
}

function inOrder(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Notes of what is out are numbered for ever; only their order matters. */
function outsOf({ groups, before = [], runners }: State): Context['outs'] {
  const all = new Set<number>();
  const add = ({ out }: GroupNotes): void => {
    if (out !== undefined) all.add(out.number);
  };
  for (const { notes } of [...groups, ...before]) add(notes);
  for (const { seen } of runners) {
    if (seen === undefined) continue;
    Object.values(seen.known).forEach(add);
    for (const { action } of seen.pending) if (action.type === 'note') add(action);
  }
  const order = inOrder([...all]);
  return (number) => order.indexOf(number);
}

/** The sign of life of a fingerprint such as `run-a run-a 1 1795000000000 7`. */
function signOf(fingerprint: string): Sign {
  const [run = '', , , at = '', beat = ''] = fingerprint.split(' ');
  return { run, at: Number(at), beat: Number(beat) };
}

function keyOfGroup(group: GroupState, context: Context): string {
  const { name, size, suspended, notes, members, sizedBy, expected } = group;
  const { names, rank } = context;
  return [
    name,
    sayRecord(size),
    suspended.join(),
    keyOfNotes(notes, context),
    members
      .map(({ id }) => names.get(id))
      .sort()
      .join(),
    sizedBy,
    expected === undefined
      ? ''
      : `${expected.run}${expected.floor}${expected.verdict}${expected.touched}${rank(expected.startedAt)}`,
    expected === undefined ? '' : sayRecord(expected.size),
  ].join('|');
}

/** Without what is told to people, and with its times as ages. */
function keyOfNotes(
  { record, verdict, lease, frozen, wish, out }: GroupNotes,
  { total, limit, rank, beats, outs, names }: Context,
): string {
  const parts: string[] = [];
  if (record !== undefined) {
    const { run, startedAt, size, theirs, old, suspended, gates } = record;
    parts.push(
      `r${run}${total(startedAt)}/${rank(startedAt)}${sayRecord(size)}${sayRecord(theirs ?? {})}${record.strategy}${old}${suspended.join()}`,
    );
    if (gates !== undefined)
      parts.push(
        `${gates.paused ?? 0}${gates.passed ?? 0}${limit(gates.keptUntil)}${limit(gates.backAt)}${limit(gates.pauseUntil)}`,
      );
    if ('shield' in record) parts.push('s');
  }
  if (verdict !== undefined) parts.push(`v${verdict.run}${verdict.outcome}${limit(verdict.at)}/${rank(verdict.at)}`);
  if (lease !== undefined) parts.push(`l${lease.run}${beats(lease)}${limit(lease.at)}`);
  if (frozen !== undefined) parts.push(`f${frozen.run}${frozen.processes.join()}`);
  if (wish !== undefined) parts.push(`w${wish.run}`);
  if (out !== undefined)
    parts.push(
      `o${out.run}${outs(out.number)}:${out.instances
        .map(({ id }) => names.get(id) ?? '')
        .sort()
        .join()}`,
    );
  return parts.join(' ');
}

function keyOfRunner({ plan, seen, waiting, cancelled, asked, heard }: Runner, context: Context): string {
  const gate = `${asked === undefined ? '' : `${gateKey(asked)}${context.limit(asked.since)}`}${rows(heard ?? {}, ({ stage, said }) => stage + said)}`;
  const head = `${gate}${plan.run}${plan.adoptOnly ? 'a' : ''}${plan.undo ? 'u' : ''}${plan.goOn === true ? 'g' : ''}${plan.finishKept === true ? 'f' : ''}${waiting ? 'w' : ''}${cancelled ? 'c' : ''}${plan.keepSize?.phase ?? ''}`;
  if (seen === undefined) return head;
  const remembers = Object.entries(FIELDS).map(([name, say]) => {
    const text = (say as (value: unknown, context: Context) => string)(seen[name as keyof Seen], context);
    return text === '' ? '' : `${name}=${text}`;
  });
  return [head, ...remembers].join('|');
}

/** How each thing that a run remembers counts; the compiler asks for a row for whatever is remembered later. */
const FIELDS: { readonly [K in keyof Required<Seen>]: (value: Seen[K], context: Context) => string } = {
  firstLookAt: (value, { limit }) => limit(value),
  lastLookAt: (value, { lag }) => lag(value),
  // The search plans no pauses, and nobody throttles.
  lookAgainAt: () => '',
  throttledAt: () => '',
  // By instance: part of its name.
  inServiceSince: () => '',
  progressAt: (value, { limit }) => rows(value, (one) => `${one.proven}${limit(one.at)}${one.falls ?? 0}`),
  clean: (value, { lag }) => rows(value, ({ looks, since }) => `${Math.min(2, looks)}${lag(since)}`),
  settled: (value) => rows(value, (looks) => String(Math.min(2, looks))),
  leases: (value, { limit, beats }) =>
    rows(value, ({ beat, since, moved }) => `${signOf(beat).run}${beats(signOf(beat))}${limit(since)}${moved}`),
  superseded: (value, { beats }) => rows(value, (print) => `${signOf(print).run}${beats(signOf(print))}`),
  known: (value, context) => rows(value, (notes) => keyOfNotes(notes, context)),
  cleared: (value) => rows(value, (runs) => [...new Set(runs)].join()),
  recorded: (value) => rows(value, (runs) => runs.join()),
  adoptedAt: (value, { limit, rank }) => rows(value, (at) => `${limit(at)}/${rank(at)}`),
  began: (value, { lag }) => rows(value, lag),
  doubled: (value) => rows(value, (times) => String(Math.min(MOST, times))),
  // How often is of account after twenty times alone; without it a circle shows as one.
  suspensions: () => '',
  confirmed: (value) => rows(value, (what) => [...what].sort().join()),
  pending: (value, { lag, beats, outs }) =>
    value
      .map(
        ({ action, since, sure }) =>
          `${keyOfAction(action)}${action.type === 'note' ? outs(action.out.number) : ''}${lag(since)}${sure}${leaseKey(action, beats)}`,
      )
      .join(),
  unsureVerdicts: (value, { limit }) => rows(value ?? {}, (sent) => `${sent.outcome}${limit(sent.at)}`),
  results: (value) => rows(value, ({ outcome }) => outcome),
  hooks: (value) => rows(value, ({ passed }) => String(passed)),
  gates: (value, { limit, lag }) => rows(value, (one) => `${one.said}${one.part}${limit(one.since)}${lag(one.at)}`),
  leaving: (value, { names }) => rows(value, (ids) => String(ids.filter((id) => !names.has(id)).length)),
  left: (value, { limit, names }) =>
    rows(value, ({ ids, at: last, taken }) => {
      const gone = (list: readonly string[]): number => list.filter((id) => !names.has(id)).length;
      return `${gone(ids)}${gone(taken)}${limit(last)}`;
    }),
  bakingSince: (value, { limit }) => rows(value, limit),
  heldAt: (value, { limit }) => (value === undefined ? '' : limit(value)),
  unnoted: (value, { lag }) => rows(value, lag),
  unshielded: (value) => rows(value, String),
  // By instance: part of its name; here those that are gone.
  outSince: (value, { names }) => goneOf(value, names),
  backSince: (value, { names }) => goneOf(value, names),
  failed: (value, { names }) => goneOf(value, names),
  short: (value, { limit }) => rows(value, ({ looks, at: last }) => `${looks}${limit(last)}`),
  sizes: (value, { lag }) =>
    rows(
      value,
      ({ desired, unexplained, changedAt, aim, theirsSince, noted, brought, old, moved, aside, resumed, ourMax }) =>
        `${desired}/${unexplained}/${aim}/${noted ?? 0}/${brought}/${old}/${moved ?? 0}/${aside?.join() ?? ''}/${resumed ?? ''}/${ourMax ?? ''}/${lag(changedAt)}${lag(theirsSince)}`,
    ),
  unseen: (value, { total }) => value.map(({ until, ms }) => `${total(until)}${ms / TICK}`).join(),
  stackBusySince: (value, { limit }) => limit(value),
};

/** How many are remembered that are not there any more. */
function goneOf(of: Readonly<Record<string, unknown>>, names: Context['names']): string {
  const gone = Object.keys(of).filter((id) => !names.has(id)).length;
  return gone === 0 ? '' : String(gone);
}

function rows<T>(of: Readonly<Record<string, T>>, say: (value: T) => string): string {
  return Object.entries(of)
    .map(([key, value]) => `${key}:${say(value)}`)
    .join();
}

/** What an action is about, without its words, times and instances, which count by what is remembered of them. */
function keyOfAction(action: Action): string {
  switch (action.type) {
    case 'suspend':
    case 'resume':
      return action.type + action.processes.join();
    case 'resize':
      return `${action.type}${sayRecord(action.size)}${action.purpose}`;
    case 'judge':
      return action.type + action.verdict.outcome;
    case 'clear':
      return action.type + action.notes.join();
    case 'shield':
      return `${action.type}${action.on}`;
    case 'standby':
      return `${action.type}${action.on}${action.decrement}`;
    case 'terminate':
      return `${action.type}${action.half}${action.decrement}`;
    default:
      return action.type;
  }
}

function leaseKey(action: Action, beats: Context['beats']): string {
  return 'lease' in action ? `${action.lease.run}${beats(action.lease)}` : '';
}

function sayRecord(of: Readonly<Record<string, unknown>> | object): string {
  return Object.entries(of)
    .map(([name, value]) => `${name[0] ?? ''}${name[1] ?? ''}${String(value)}`)
    .join();
}
