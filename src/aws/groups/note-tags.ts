import type { NoteName } from '../../model/rollout/action.js';
import type { NotesToWrite } from '../../engine/gateway.js';
import type { GateStage, StageWait } from '../../model/rollout/gate-answer.js';
import type { GroupNotes } from '../../model/rollout/group.js';
import { STAGE_WORDS } from '../../text/stage-words.js';
import {
  RECORD_VERSION,
  STRATEGY_RECORD_VERSION,
  type FrozenNote,
  type GateName,
  type Lease,
  type OutInstance,
  type OutNote,
  type PauseEnds,
  type RecordGates,
  type RecordImage,
  type RollingRecord,
  type RolloutRecord,
  type SizeName,
  type TheirSizes,
  type Verdict,
  type CancellationNote,
} from '../../model/rollout/record.js';

/** The tag of each note. Keys under `ha-updater:` are ours alone. */
export const NOTE_KEYS: Readonly<Record<NoteName, string>> = {
  record: 'ha-updater:rollout',
  verdict: 'ha-updater:verdict',
  lease: 'ha-updater:lease',
  frozen: 'ha-updater:frozen',
  wish: 'ha-updater:wish',
  out: 'ha-updater:out',
};

/**
 * The record's gates stand in a tag of their own: beside all the rest they would not fit. Written and removed with
 * it.
 */
export const GATES_KEY = 'ha-updater:gates';

/** The image that the rollout gives the group, in a tag of its own for the same reason. */
const IMAGE_KEY = 'ha-updater:image';

const OUR_PREFIX = 'ha-updater:';

/** The one tag of this prefix that is none of ours: by it the owner of a group keeps us away. */
const OWNERS_KEY = 'ha-updater:never';

/** Most characters that every service takes as a tag's value; classic load balancers take one less than the others. */
const MOST = 255;

/**
 * The note on what is out may take so many tags: `ha-updater:out`, `ha-updater:out2` …; a classic load balancer has
 * room for ten of all kinds.
 */
const OUT_TAGS = 4;
export const OUT_KEYS: readonly string[] = Array.from(
  { length: OUT_TAGS },
  (_, index) => `${NOTE_KEYS.out}${index === 0 ? '' : index + 1}`,
);

/** Room for the build in a lease: less is enough to find it. */
const MOST_OF_BUILD = 40;

/** Short names of the processes, so that all nine fit beside the rest. Others are written as they are. */
const SHORT_OF: Readonly<Record<string, string>> = {
  AddToLoadBalancer: 'Add',
  AlarmNotification: 'Alarm',
  AZRebalance: 'AZ',
  HealthCheck: 'Health',
  InstanceRefresh: 'Refresh',
  ReplaceUnhealthy: 'Replace',
  ScheduledActions: 'Scheduled',
};
const LONG_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(SHORT_OF).map(([long, short]) => [short, long]),
);

/** The keys of all tags that notes may have. */
export function keysOf(notes: readonly NoteName[]): readonly string[] {
  return notes.flatMap((note) =>
    note === 'out' ? OUT_KEYS : note === 'record' ? [NOTE_KEYS.record, GATES_KEY, IMAGE_KEY] : [NOTE_KEYS[note]],
  );
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/**
 * Notes as tags: `v=1 key=value …`, at most 256 characters, all of which every AWS service allows in
 * tags (letters, digits, space and `_ . : / = + - @`). `why` comes last and is cut to what fits.
 * Throws when a record does not fit: half a record would be worse than none.
 */
export function encodeNotes(notes: NotesToWrite): Tag[] {
  const tags: Tag[] = [];
  if (notes.record) tags.push({ key: NOTE_KEYS.record, value: fits(recordText(notes.record)) });
  if (notes.record?.gates) tags.push({ key: GATES_KEY, value: fits(gatesText(notes.record.run, notes.record.gates)) });
  if (notes.record?.image) tags.push({ key: IMAGE_KEY, value: fits(imageText(notes.record.run, notes.record.image)) });
  if (notes.image) tags.push({ key: IMAGE_KEY, value: fits(imageText(notes.image.run, notes.image.image)) });
  if (notes.verdict) tags.push({ key: NOTE_KEYS.verdict, value: fits(verdictText(notes.verdict)) });
  if (notes.lease) tags.push({ key: NOTE_KEYS.lease, value: fits(leaseText(notes.lease)) });
  if (notes.frozen) tags.push({ key: NOTE_KEYS.frozen, value: fits(frozenText(notes.frozen)) });
  if (notes.wish) tags.push({ key: NOTE_KEYS.wish, value: fits(wishText(notes.wish)) });
  if (notes.out) outTexts(notes.out).forEach((value, index) => tags.push({ key: OUT_KEYS[index] ?? '', value }));
  return tags;
}

/** The notes among the tags of a group. What is ours and cannot be read is told as `unreadable`, never guessed at. */
export function decodeNotes(tags: readonly Tag[]): GroupNotes {
  let notes: GroupNotes = {};
  let gates: { readonly run: string; readonly gates: RecordGates } | undefined;
  let image: { readonly run: string; readonly image: RecordImage } | undefined;
  const unreadable: string[] = [];
  const outs: OutNote[] = [];
  for (const { key, value } of tags) {
    if (!isOurs(key)) continue;
    try {
      if (OUT_KEYS.includes(key)) {
        outs.push(readOut(fieldsOf(value, ['run', 'number', 'ids'])));
        continue;
      }
      if (key === GATES_KEY) gates = readGates(fieldsOf(value, GATE_FIELDS));
      else if (key === IMAGE_KEY) image = readImage(fieldsOf(value, IMAGE_FIELDS));
      else notes = { ...notes, ...decodeNote(key, value) };
    } catch (error) {
      unreadable.push(`${key} = "${value}": ${error instanceof Unreadable ? error.message : 'not readable'}`);
    }
  }
  const out = joined(outs);
  if (out !== undefined) notes = { ...notes, out };
  // What an earlier rollout left behind says nothing of this one.
  if (notes.record !== undefined && gates?.run === notes.record.run)
    notes = { ...notes, record: { ...notes.record, gates: gates.gates } };
  if (notes.record !== undefined && image?.run === notes.record.run)
    notes = { ...notes, record: { ...notes.record, image: image.image } };
  return unreadable.length === 0 ? notes : { ...notes, unreadable: unreadable.join('; ') };
}

/** The tags that are no notes of ours, by key. */
export function otherTags(tags: readonly Tag[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.filter(({ key }) => !isOurs(key)).map(({ key, value }) => [key, value]));
}

function isOurs(key: string): boolean {
  return key.startsWith(OUR_PREFIX) && key !== OWNERS_KEY;
}

function decodeNote(key: string, value: string): GroupNotes {
  switch (key) {
    case NOTE_KEYS.record:
      return { record: readRecord(value) };
    case NOTE_KEYS.verdict:
      return { verdict: readVerdict(fieldsOf(value, ['run', 'outcome', 'at', 'why'])) };
    case NOTE_KEYS.lease:
      return { lease: readLease(fieldsOf(value, LEASE_FIELDS)) };
    case NOTE_KEYS.frozen:
      return { frozen: readFrozen(fieldsOf(value, FROZEN_FIELDS)) };
    case NOTE_KEYS.wish:
      return { wish: readWish(fieldsOf(value, ['run', 'at', 'why'])) };
    default:
      throw new Unreadable('no note of this version has that key');
  }
}

// Each note, written and read side by side.

const RECORD_FIELDS = [
  'run',
  'strategy',
  'started',
  'min',
  'max',
  'desired',
  'old',
  'together',
  'suspended',
  'theirs?',
  'kept?',
  'parked?',
];

function recordText(record: RolloutRecord): string {
  const { min, max, desired } = record.size;
  const base = {
    run: word(record.run),
    strategy: record.strategy,
    started: time(record.startedAt),
    min: String(min),
    max: String(max),
    desired: String(desired),
    old: String(record.old),
    together: record.together ? 'yes' : 'no',
    suspended: processList(record.suspended),
    ...(record.theirs !== undefined && { theirs: theirsText(record.theirs) }),
    ...(record.kept !== undefined && { kept: String(record.kept) }),
    ...(record.parked !== undefined && { parked: String(record.parked) }),
  };
  switch (record.strategy) {
    case 'swap':
      return line({ ...base, ...(record.shield === true && { shield: 'yes' }) });
    case 'rolling':
      return line({ ...base, limits: limitsText(record) }, STRATEGY_RECORD_VERSION);
    case 'restart':
      return line({ ...base, quorum: String(record.quorum) }, STRATEGY_RECORD_VERSION);
    case 'keep-size': {
      const changed = record.changed.length === 0 ? '-' : record.changed.join('/');
      return line({ ...base, changed }, STRATEGY_RECORD_VERSION);
    }
  }
}

function readRecord(text: string): RolloutRecord {
  const known = `versions ${RECORD_VERSION} and ${STRATEGY_RECORD_VERSION}`;
  if (!text.startsWith(`v=${STRATEGY_RECORD_VERSION} `))
    return readSwap(fieldsOf(text, [...RECORD_FIELDS, 'shield?'], RECORD_VERSION, known));
  const own = text.includes(' strategy=restart ')
    ? 'quorum'
    : text.includes(' strategy=keep-size ')
      ? 'changed'
      : 'limits';
  const field = fieldsOf(text, [...RECORD_FIELDS, own], STRATEGY_RECORD_VERSION, known);
  if (own === 'changed') return readKeepSize(field);
  return own === 'quorum' ? readRestart(field) : readRolling(field);
}

const SIZE_NAMES: readonly SizeName[] = ['min', 'max', 'desired'];

function readKeepSize(field: Fields): RolloutRecord {
  const changed = field('changed');
  return {
    version: STRATEGY_RECORD_VERSION,
    strategy: readOne(field('strategy'), ['keep-size']),
    changed: changed === '-' ? [] : changed.split('/').map((name) => readOne(name, SIZE_NAMES)),
    ...readBase(field),
  };
}

function readRestart(field: Fields): RolloutRecord {
  return {
    version: STRATEGY_RECORD_VERSION,
    strategy: readOne(field('strategy'), ['restart']),
    quorum: readQuorum(field('quorum')),
    ...readBase(field),
  };
}

function readSwap(field: Fields): RolloutRecord {
  const shield = field('shield?');
  // Another word than that is none of this version's.
  if (shield !== '') readOne(shield, ['yes']);
  // rule: rolling-as-swap
  return {
    version: RECORD_VERSION,
    strategy: readOne(field('strategy'), ['swap']),
    ...readBase(field),
    ...(shield !== '' && { shield: true }),
  };
}

function readRolling(field: Fields): RolloutRecord {
  return {
    version: STRATEGY_RECORD_VERSION,
    strategy: readOne(field('strategy'), ['rolling']),
    ...readLimits(field('limits')),
    ...readBase(field),
  };
}

/** `1/0`, or `1/0/serial`: how many more, how many less. */
function limitsText({ surge, unavailable, serial }: RollingRecord): string {
  return `${surge}/${unavailable}${serial ? '/serial' : ''}`;
}

function readLimits(text: string): Pick<RollingRecord, 'surge' | 'unavailable' | 'serial'> {
  const [surge = '', unavailable = '', ...rest] = text.split('/');
  if (rest.length > 1 || (rest[0] ?? 'serial') !== 'serial') throw new Unreadable(`"${text}" are no limits`);
  const limits = { surge: readCount(surge), unavailable: readCount(unavailable), serial: rest.length > 0 };
  if (limits.surge + limits.unavailable === 0) throw new Unreadable('the limits allow nothing');
  return limits;
}

/** `5/20/-`: min, max and desired as somebody else set them, and `-` for what nobody did. */
function theirsText(theirs: TheirSizes): string {
  return [theirs.min, theirs.max, theirs.desired].map((size) => size ?? '-').join('/');
}

function readTheirs(text: string): TheirSizes {
  const [min = '', max = '', desired = '', ...rest] = text.split('/');
  if (rest.length > 0) throw new Unreadable(`"${text}" are no sizes`);
  const read = (name: SizeName, size: string): TheirSizes => (size === '-' ? {} : { [name]: readCount(size) });
  return { ...read('min', min), ...read('max', max), ...read('desired', desired) };
}

function readBase(field: Fields): Omit<RolloutRecord, 'version' | 'strategy'> {
  const startedAt = readTime(field('started'));
  const theirs = field('theirs?');
  const kept = field('kept?');
  const parked = field('parked?');
  if (startedAt % 1000 !== 0) throw new Unreadable('started is not in whole seconds');
  return {
    run: readWord(field('run')),
    startedAt,
    size: { min: readCount(field('min')), max: readCount(field('max')), desired: readCount(field('desired')) },
    old: readCount(field('old')),
    suspended: readProcesses(field('suspended')),
    together: readOne(field('together'), ['yes', 'no']) === 'yes',
    ...(theirs !== '' && { theirs: readTheirs(theirs) }),
    ...(kept !== '' && { kept: readCount(kept) }),
    ...(parked !== '' && { parked: readCount(parked) }),
  };
}

const IMAGE_FIELDS = ['run', 'image', 'template', 'former', 'source', 'made?'];

function imageText(run: string, { id, template, former, source, made }: RecordImage): string {
  return line({
    run: word(run),
    image: word(id),
    template: word(template),
    former: word(former),
    source,
    ...(made !== undefined && { made }),
  });
}

function readImage(field: Fields): { readonly run: string; readonly image: RecordImage } {
  const former = readWord(field('former'));
  if (!/^(\$Latest|\$Default|\d+)$/.test(former)) throw new Unreadable(`"${former}" is no version`);
  const made = field('made?');
  return {
    run: readWord(field('run')),
    image: {
      id: readWord(field('image')),
      template: readWord(field('template')),
      former,
      source: String(readCount(field('source'))),
      ...(made !== '' && { made: String(readCount(made)) }),
    },
  };
}

const GATE_FIELDS = [
  ...['run', 'canary', 'bake', 'pause', 'paused', 'passed', 'needs', 'keep?', 'until?', 'back?', 'ended?'],
  ...['ends?', 'waits?', 'since?', 'by?', 'despite?'],
];

const GATE_NAMES = ['check', 'before', 'after', 'alarms', 'anomaly', 'gate', 'metrics', 'calendar'] as const;

/** Gates that are written shorter than they are called: a tag has to hold all of them. */
const SHORT: Readonly<Partial<Record<GateName, string>>> = { metrics: 'm', calendar: 'c' };

function readGateName(text: string): GateName {
  return GATE_NAMES.find((name) => SHORT[name] === text) ?? readOne(text, GATE_NAMES);
}

function gatesText(run: string, gates: RecordGates): string {
  const { canary, bakeMs, pauseAt, paused, passed, needs, keepMs, keptUntil, backAt, endedAt } = gates;
  const { pauseEnds, pauseUntil, pausedAt, passedBy } = gates;
  const number = (value: number | undefined): string => (value === undefined ? '-' : String(value));
  const text = line({
    run: word(run),
    canary: number(canary),
    bake: number(bakeMs),
    pause: pauseAt?.join('/') ?? '-',
    paused: number(paused),
    passed: number(passed),
    needs: needs === undefined ? '-' : needList(needs),
    // A version that does not know these must not take the rollout over: it would leave the kept half for ever.
    ...(keepMs !== undefined && { keep: String(keepMs) }),
    ...(keptUntil !== undefined && { until: time(keptUntil) }),
    ...(backAt !== undefined && { back: time(backAt) }),
    ...(endedAt !== undefined && { ended: time(endedAt) }),
    ...(pauseEnds !== undefined && { ends: `${pauseEnds.afterMs}/${pauseEnds.by}` }),
    ...(pauseUntil !== undefined && { waits: time(pauseUntil) }),
  });
  // For people alone: where there is no room, it is left out.
  const since = pausedAt === undefined ? text : withWhole(text, 'since', time(pausedAt));
  return withWord(withWord(since, 'by', passedBy), 'despite', gates.despite);
}

/** One more field, where it has room as it is. */
function withWhole(text: string, key: string, value: string, most = MOST): string {
  const longer = `${text} ${key}=${value}`;
  return longer.length > most ? text : longer;
}

function withWord(text: string, key: string, value: string | undefined): string {
  const room = MOST - text.length - ` ${key}=`.length;
  return value === undefined || room < LEAST_OF_WHO ? text : `${text} ${key}=${wordWithin(value, room)}`;
}

/** Less than that of who resumed says nothing. */
const LEAST_OF_WHO = 12;

function readEnds(text: string): PauseEnds {
  const [after = '', by = ''] = text.split('/');
  return { afterMs: readCount(after), by: readOne(by, ['resume', 'rollback']) };
}

function readGates(field: Fields): { readonly run: string; readonly gates: RecordGates } {
  const number = (key: string): number | undefined => (field(key) === '-' ? undefined : readCount(field(key)));
  const list = (key: string): readonly string[] | undefined => (field(key) === '-' ? undefined : field(key).split('/'));
  const [canary, bakeMs, paused, passed] = [number('canary'), number('bake'), number('paused'), number('passed')];
  const [pauseAt, needs] = [list('pause')?.map(readCount), list('needs')?.map(readGateName)];
  const [keep, until, back, ended] = [field('keep?'), field('until?'), field('back?'), field('ended?')];
  const [ends, waits, pausedAt, by] = [field('ends?'), field('waits?'), field('since?'), field('by?')];
  const despite = field('despite?');
  return {
    run: readWord(field('run')),
    gates: {
      ...(canary === undefined ? {} : { canary }),
      ...(bakeMs === undefined ? {} : { bakeMs }),
      ...(pauseAt === undefined ? {} : { pauseAt }),
      ...(paused === undefined ? {} : { paused }),
      ...(passed === undefined ? {} : { passed }),
      ...(needs === undefined ? {} : { needs }),
      ...(keep !== '' && { keepMs: readCount(keep) }),
      ...(until !== '' && { keptUntil: readTime(until) }),
      ...(back !== '' && { backAt: readTime(back) }),
      ...(ended !== '' && { endedAt: readTime(ended) }),
      ...(ends !== '' && { pauseEnds: readEnds(ends) }),
      ...(waits !== '' && { pauseUntil: readTime(waits) }),
      ...(pausedAt !== '' && { pausedAt: readTime(pausedAt) }),
      ...(by !== '' && { passedBy: readWord(by) }),
      ...(despite !== '' && { despite: readWord(despite) }),
    },
  };
}

function verdictText(verdict: Verdict): string {
  return withWhy(line({ run: word(verdict.run), outcome: verdict.outcome, at: time(verdict.at) }), verdict.why);
}

function readVerdict(field: Fields): Verdict {
  return {
    run: readWord(field('run')),
    outcome: readOne(field('outcome'), ['promote', 'rollBack']),
    at: readTime(field('at')),
    why: field('why'),
  };
}

const LEASE_FIELDS = ['run', 'host', 'pid', 'beat', 'ttl', 'at', 'build?', 'lock?', 'waits?'];

function leaseText(lease: Lease): string {
  const rest = {
    pid: String(lease.pid),
    beat: String(lease.beat),
    ttl: String(lease.ttlMs),
    at: time(lease.at),
    ...(lease.build !== undefined && { build: wordWithin(lease.build, MOST_OF_BUILD) }),
    ...(lease.lock !== undefined && { lock: word(lease.lock) }),
  };
  const room = MOST - line({ run: word(lease.run), host: '', ...rest }).length;
  const text = line({ run: word(lease.run), host: wordWithin(lease.host, room), ...rest });
  // For people alone: the name of the host, by which others see whether the holder is gone, comes first.
  return lease.waits === undefined ? text : withWhole(text, 'waits', stageWaitText(lease.waits));
}

/** \`verdict/c/2026-11-21T03:05:12Z/-\`: the stage, who says "not yet", since when, and until when. */
function stageWaitText({ stage, on, since, until }: StageWait): string {
  return [stage, SHORT[on] ?? on, time(since), until === undefined ? '-' : time(until)].join('/');
}

function readStageWait(text: string): StageWait {
  const [stage = '', on = '', since = '', until = '', ...rest] = text.split('/');
  if (rest.length > 0) throw new Unreadable(`"${text}" is no stage`);
  return {
    stage: readOne(stage, Object.keys(STAGE_WORDS) as GateStage[]),
    on: readOne(readGateName(on), ['gate', 'metrics', 'calendar']),
    since: readTime(since),
    ...(until !== '-' && { until: readTime(until) }),
  };
}

function readLease(field: Fields): Lease {
  const [build, lock, waits] = [field('build?'), field('lock?'), field('waits?')];
  return {
    run: readWord(field('run')),
    host: readWord(field('host')),
    pid: readCount(field('pid')),
    beat: readCount(field('beat')),
    ttlMs: readCount(field('ttl')),
    at: readTime(field('at')),
    ...(build !== '' && { build: readWord(build) }),
    ...(lock !== '' && { lock: readWord(lock) }),
    ...(waits !== '' && { waits: readStageWait(waits) }),
  };
}

const FROZEN_FIELDS = ['run', 'at', 'processes', 'since?', 'flags?', 'needs?', 'why'];

/** Room for why: what the rollout was given gives way to it. */
const LEAST_OF_WHY = 50;

function frozenText(note: FrozenNote): string {
  const { run, at, processes, since, needs } = note;
  const flags = note.flags?.every(isNotable) === false ? undefined : note.flags;
  const head = { run: word(run), at: time(at), processes: processList(processes) };
  const text = line({ ...head, ...(since !== undefined && { since: time(since) }) });
  const most = MOST - LEAST_OF_WHY;
  const given = flags === undefined ? text : withWhole(text, 'flags', flagList(flags), most);
  // Half of it would be the same again with less to pass.
  const whole = needs === undefined ? given : withWhole(given, 'needs', needList(needs), most);
  const isWhole = flags === note.flags && (needs === undefined || whole !== given);
  return withWhy(isWhole && (flags === undefined || given !== text) ? whole : text, note.why);
}

/**
 * Flags that a record can hold, each by a letter, and what their values look like; null: it has none. A note never puts
 * others into a command that people copy.
 */
const NOTED_FLAGS: Readonly<Record<string, readonly [letter: string, value: RegExp | null]>> = {
  '--strategy': ['r', /^(swap|rolling)$/],
  '--surge': ['s', /^\d+$/],
  '--unavailable': ['u', /^\d+$/],
  '--serial': ['o', null],
  '--no-together': ['n', null],
  '--image': ['i', /^ami-[0-9a-f]+$/],
  '--canary': ['c', /^\d+$/],
  '--bake': ['b', /^[\d.]+$/],
  '--keep-old': ['k', /^[\d.]+$/],
  '--pause-at': ['p', /^\d+%(,\d+%)*$/],
  '--pause-timeout': ['e', /^[\d.]+=(resume|rollback)$/],
};

/** `n/c1/p25-50/e14400:rollback`: the letter of each flag and its value. */
function flagList(flags: readonly string[]): string {
  const parts = flags.map(
    (one) => NOTED_FLAGS[one]?.[0] ?? one.replaceAll('%', '').replaceAll(',', '-').replace('=', ':'),
  );
  return flags.reduce((text, one, index) => {
    const part = parts[index] ?? '';
    return one.startsWith('--') ? `${text}${text === '' ? '' : '/'}${part}` : `${text}${word(part)}`;
  }, '');
}

/** A flag, or the value of the one before it, that can be read again. */
function isNotable(one: string, index: number, all: readonly string[]): boolean {
  if (one.startsWith('--')) return NOTED_FLAGS[one] !== undefined;
  return NOTED_FLAGS[all[index - 1] ?? '']?.[1]?.test(one) === true;
}

function readFlags(text: string): readonly string[] {
  return text.split('/').flatMap((part) => {
    const [name, [, form] = []] = Object.entries(NOTED_FLAGS).find(([, [letter]]) => part.startsWith(letter)) ?? [];
    const rest = readWord(part.slice(1) === '' ? '+' : part.slice(1));
    const value =
      name === '--pause-at'
        ? rest
            .split('-')
            .map((share) => `${share}%`)
            .join(',')
        : rest.replace(':', '=');
    if (name === undefined || (form === null ? value !== '' : form?.test(value) !== true))
      throw new Unreadable(`"${part}" is no flag of a rollout`);
    return form === null ? [name] : [name, value];
  });
}

function needList(needs: readonly GateName[]): string {
  return needs.map((name) => SHORT[name] ?? name).join('/');
}

function readFrozen(field: Fields): FrozenNote {
  const [since, flags, needs] = [field('since?'), field('flags?'), field('needs?')];
  return {
    run: readWord(field('run')),
    at: readTime(field('at')),
    processes: readProcesses(field('processes')),
    why: field('why'),
    ...(since !== '' && { since: readTime(since) }),
    ...(flags !== '' && { flags: readFlags(flags) }),
    ...(needs !== '' && { needs: needs.split('/').map(readGateName) }),
  };
}

function wishText(note: CancellationNote): string {
  return withWhy(line({ run: word(note.run), at: time(note.at) }), note.why);
}

function readWish(field: Fields): CancellationNote {
  return { run: readWord(field('run')), at: readTime(field('at')), why: field('why') };
}

/**
 * As many tags as the ids need. Every one of them carries the number, so that one left from an earlier note is
 * known.
 */
function outTexts(note: OutNote): string[] {
  const head = line({ run: word(note.run), number: String(note.number), ids: '' });
  const texts: string[] = [];
  let ids = '';
  for (const instance of note.instances.map(outText)) {
    if (ids !== '' && head.length + ids.length + 1 + instance.length > MOST) {
      texts.push(fits(head + ids));
      ids = '';
    }
    ids = ids === '' ? instance : `${ids}/${instance}`;
  }
  texts.push(fits(head + (ids === '' ? '-' : ids)));
  if (texts.length > OUT_TAGS)
    throw new RangeError(`${note.instances.length} instances that are out do not fit ${OUT_TAGS} tags.`);
  return texts;
}

/** `0123456789abcdef0`, and where ports are noted `0123456789abcdef0@TARGET-GROUP:80:8080`. */
function outText({ id, ports }: OutInstance): string {
  return [
    word(id.replace(/^i-/, '')),
    ...Object.entries(ports ?? {}).map(([group, list]) => [word(group).replaceAll(':', '+3a+'), ...list].join(':')),
  ].join('@');
}

function readOut(field: Fields): OutNote {
  const ids = field('ids');
  return {
    run: readWord(field('run')),
    number: readCount(field('number')),
    instances: ids === '-' ? [] : ids.split('/').map(readOutInstance),
  };
}

function readOutInstance(text: string): OutInstance {
  const [id = '', ...groups] = text.split('@');
  const ports = groups.map((group): [string, number[]] => {
    const [name = '', ...list] = group.split(':');
    return [readWord(name), list.map(readCount)];
  });
  return { id: `i-${readWord(id)}`, ...(ports.length === 0 ? {} : { ports: Object.fromEntries(ports) }) };
}

/** Tags of the newest number together are the note; those of older numbers are left over. */
function joined(outs: readonly OutNote[]): OutNote | undefined {
  const number = Math.max(...outs.map((note) => note.number));
  const [first, ...rest] = outs.filter((note) => note.number === number);
  return first === undefined
    ? undefined
    : { ...first, instances: [first, ...rest].flatMap(({ instances }) => instances) };
}

function readQuorum(text: string): number {
  const quorum = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(quorum > 0)) throw new Unreadable(`"${text}" is no quorum`);
  return quorum;
}

// The format.

class Unreadable extends Error {}

/** The value of a key; '' for one that may be absent (`key?`) and is. */
type Fields = (key: string) => string;

function line(fields: Readonly<Record<string, string>>, version: number = RECORD_VERSION): string {
  return [`v=${version}`, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)].join(' ');
}

/** Exactly the expected keys, each once; `why` may be empty and runs to the end. */
function fieldsOf(
  text: string,
  keys: readonly string[],
  expected: number = RECORD_VERSION,
  known = `version ${expected}`,
): Fields {
  const version = /^v=(\S+)( |$)/.exec(text)?.[1];
  if (version === undefined) throw new Unreadable('it does not start with a version');
  // rule: other-version
  if (version !== String(expected))
    throw new Unreadable(`version ${version} is of another ha-updater; this one reads ${known}`);
  const found = new Map<string, string>();
  const whyAt = keys.includes('why') ? text.indexOf(' why=') : -1;
  if (whyAt >= 0) found.set('why', text.slice(whyAt + ' why='.length));
  for (const part of (whyAt >= 0 ? text.slice(0, whyAt) : text).split(' ').slice(1)) {
    const [, key, value] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
    if (key === undefined || value === undefined || !(keys.includes(key) || keys.includes(`${key}?`)) || found.has(key))
      throw new Unreadable(`"${part}" does not belong there`);
    found.set(key, value);
  }
  return (name) => {
    const key = name.replace(/\?$/, '');
    if (key !== name) return found.get(key) ?? '';
    const value = found.get(key);
    if (value === undefined) throw new Unreadable(`${key} is not there`);
    return value;
  };
}

function fits(text: string): string {
  if (text.length > MOST) throw new RangeError(`A note of ${text.length} characters does not fit a tag: ${text}`);
  return text;
}

/** One word: what tags do not allow, and what has a meaning here, is written as `+hex+`. */
function word(text: string): string {
  return text === '' ? '+' : Array.from(text, wordCharacter).join('');
}

function wordCharacter(character: string): string {
  return /[A-Za-z0-9_.:@-]/.test(character) ? character : `+${character.codePointAt(0)?.toString(16) ?? ''}+`;
}

function wordWithin(text: string, room: number): string {
  let cut = '';
  for (const character of text) {
    const longer = cut + wordCharacter(character);
    if (longer.length > room) break;
    cut = longer;
  }
  return cut === '' ? '+' : cut;
}

function readWord(text: string): string {
  if (text === '+') return '';
  if (!/^([A-Za-z0-9_.:@-]|\+[0-9a-f]{1,6}\+)+$/.test(text)) throw new Unreadable(`"${text}" is not a word`);
  return text.replace(/\+([0-9a-f]+)\+/g, (_, hex: string) => {
    const point = Number.parseInt(hex, 16);
    if (point > 0x10ffff) throw new Unreadable(`"${text}" is not a word`);
    return String.fromCodePoint(point);
  });
}

function time(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function readTime(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Unreadable(`"${text}" is not a time`);
  return Date.parse(text);
}

function readCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) throw new Unreadable(`"${text}" is not a count`);
  return count;
}

function readOne<const T extends string>(text: string, of: readonly T[]): T {
  const one = of.find((allowed) => allowed === text);
  if (one === undefined) throw new Unreadable(`"${text}" is none of ${of.join(', ')}`);
  return one;
}

function processList(processes: readonly string[]): string {
  return processes.length === 0 ? '-' : processes.map((name) => word(SHORT_OF[name] ?? name)).join('/');
}

function readProcesses(text: string): string[] {
  return text === '-' ? [] : text.split('/').map((name) => LONG_OF[name] ?? readWord(name));
}

function withWhy(head: string, why: string): string {
  const room = MOST - head.length - ' why='.length;
  const clean = plain(why);
  return `${head} why=${clean.length <= room ? clean : cutAt(clean, room)}`;
}

/** A sentence in the characters that tags allow: brackets and commas become dashes, quotes go, the rest becomes `_`. */
function plain(sentence: string): string {
  return sentence
    .replace(/['"`‘’“”]/g, '')
    .replace(/\s*[()[\]{},;]+\s*/g, ' - ')
    .replace(/[^\p{L}\p{N}\s_.:/=+@-]/gu, '_')
    .replace(/\s+/g, ' ')
    .replace(/( -)+(?= |$)/g, ' -')
    .replace(/ - ?([.:]|$)/g, '$1')
    .trim();
}

/** Cut between words, and seen to be cut. A word that is too long by itself is cut at a whole character. */
function cutAt(text: string, length: number): string {
  const more = ' ...';
  let cut = '';
  for (const character of text) {
    if (cut.length + character.length > length - more.length) break;
    cut += character;
  }
  const words = cut.replace(/\s\S*$/, '');
  return `${(words.length > length / 2 ? words : cut).replace(/[ -]+$/, '')}${more}`;
}
