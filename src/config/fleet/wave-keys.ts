import { isScalar, isSeq, type Node } from 'yaml';
import type { Wave } from '../../fleet/waves.js';
import { scalarText } from '../../text/scalar-text.js';
import { NUMBERS, readSeconds } from '../numbers.js';
import { didYouMean, isNothing, type YamlFile } from '../reading/yaml-file.js';

/** Most targets of a wave that one process rolls out at once. */
const MOST_AT_ONCE = 20;

/** What a wave says of itself, beside its targets. */
export type WaveWords = Omit<Wave, 'targets'> & {
  /** Change calendars, which its targets take over. */
  readonly calendars?: readonly string[];
};

type Reader = Pick<YamlFile, 'wrong' | 'follow'>;

/** Names of waves and targets: they stand in front of lines, in file names of reports, and in commands. */
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

const KEYS = [
  'name',
  'concurrency',
  'bake',
  'alarms',
  'approval',
  'tolerated-failures',
  'on-failure',
  'change-calendar',
  'targets',
] as const;

/** Keys of a wave by their names, each with its key's node and its value. */
export type Entries = ReadonlyMap<string, readonly [Node, Node | null]>;

/** Reads what a wave says of itself. Problems are noted, and the value is then the one of a file that says nothing. */
export function readWave(reader: Reader, all: Entries, node: Node | null): WaveWords {
  for (const [name, [key]] of all)
    if (!KEYS.some((one) => one === name)) reader.wrong(key, `There is no ${name} of a wave.`, didYouMean(name, KEYS));
  const said = (name: (typeof KEYS)[number]): readonly [Node, Node | null] | undefined => all.get(name);
  const calendars = texts(reader, 'change-calendar', said('change-calendar'));
  onFailure(reader, said('on-failure'));
  const approval = said('approval');
  return {
    name: readName(reader, 'wave', said('name'), node),
    concurrency: whole(reader, { name: 'concurrency', least: 1, most: MOST_AT_ONCE, fallback: 1 }, said('concurrency')),
    bakeMs: bake(reader, said('bake')),
    alarms: texts(reader, 'alarms', said('alarms')),
    approval: approval !== undefined && onOff(reader, 'approval', approval),
    tolerated: whole(
      reader,
      { name: 'tolerated-failures', least: 0, most: 100_000, fallback: 0 },
      said('tolerated-failures'),
    ),
    ...(calendars.length > 0 && { calendars }),
  };
}

/** The name of a wave or of a target; '' where it is wrong, which is noted. */
export function readName(
  reader: Reader,
  noun: 'wave' | 'target',
  entry: readonly [Node, Node | null] | undefined,
  owner: Node | null,
): string {
  if (entry === undefined) {
    reader.wrong(owner, `A ${noun} has no name.`, 'Write name: NAME.');
    return '';
  }
  const [key, node] = entry;
  const text = textOf(node);
  if (text !== undefined && NAME.test(text)) return text;
  reader.wrong(
    node ?? key,
    `The name of a ${noun} has 1 to 64 letters, digits, ".", "-" or "_", and begins with a letter or a digit.`,
    '',
  );
  return '';
}

/** A single value as its author wrote it; undefined for anything else. */
export function textOf(node: Node | null): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : (node.source ?? scalarText(node.value));
}

/** One text, or a list of texts; empty where nothing stands. */
export function texts(
  reader: Reader,
  name: string,
  entry: readonly [Node, Node | null] | undefined,
): readonly string[] {
  if (entry === undefined) return [];
  const [key, node] = entry;
  if (isNothing(node)) return [];
  const items = isSeq(node) ? node.items.map((item) => reader.follow(item)) : [node];
  return items.flatMap((item) => {
    const text = textOf(item);
    if (text !== undefined && text !== '') return [text];
    reader.wrong(item ?? key, `${name} takes one text, or a list of texts.`, '');
    return [];
  });
}

function onOff(reader: Reader, name: string, [key, node]: readonly [Node, Node | null]): boolean {
  if (isScalar(node) && typeof node.value === 'boolean') return node.value;
  reader.wrong(node ?? key, `${name} takes true or false.`, '');
  return false;
}

interface Whole {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly fallback: number;
}

function whole(
  reader: Reader,
  { name, least, most, fallback }: Whole,
  entry: readonly [Node, Node | null] | undefined,
): number {
  if (entry === undefined) return fallback;
  const [key, node] = entry;
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  reader.wrong(node ?? key, `${name} takes a whole number from ${least} to ${most}.`, '');
  return fallback;
}

/** In milliseconds. */
function bake(reader: Reader, entry: readonly [Node, Node | null] | undefined): number {
  if (entry === undefined) return 0;
  const [key, node] = entry;
  const seconds = readSeconds(textOf(node) ?? '');
  const { most } = NUMBERS.bake;
  if (seconds !== undefined && seconds <= most) return seconds * 1000;
  reader.wrong(node ?? key, `bake takes a time of at most ${most / 3600} hours, such as 90s, 30m or 1h30m.`, '');
  return 0;
}

/** What is promoted stays: the other way is not there yet, and whoever writes it has to hear so. */
function onFailure(reader: Reader, entry: readonly [Node, Node | null] | undefined): void {
  if (entry === undefined) return;
  const [key, node] = entry;
  const text = textOf(node);
  if (text === 'keep') return;
  const remedy = 'fleet rollback FILE takes back what is kept by keep-old.';
  if (text === 'back') reader.wrong(node ?? key, 'on-failure takes keep alone; there is no back yet.', remedy);
  else reader.wrong(node ?? key, 'on-failure takes keep: what is promoted stays.', '');
}
