import { lstat, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { usage } from '../errors.js';
import { readBounded } from '../files/read-bounded.js';
import { whyNot } from '../files/system-fault.js';
import type { Reason } from '../model/rollout/decision.js';
import { nearest } from '../text/nearest.js';
import { withoutStop } from '../text/sentence.js';
import { scalarText } from '../text/scalar-text.js';

/** A flag, as far as a settings file has to know it. */
export interface FlagShape {
  readonly name: string;
  readonly kind: 'switch' | 'text';
  readonly many: boolean;
  /** Switches that can be turned off with `--no-NAME`. */
  readonly negatable: boolean;
  readonly options?: readonly string[];
  /** What it takes, as help shows it: `FILE|URL`, `KEY=VALUE`, `SECONDS`. */
  readonly takes?: string;
  readonly summary?: string;
}

/** What somebody said of a flag beside the command line. */
export interface Said {
  readonly name: string;
  readonly value: string | boolean | readonly string[];
  /** Where: `ha-updater.yml:3:5`, or the name of a variable. */
  readonly at: string;
}

type Section = readonly Said[];

export interface SettingsFile {
  readonly defaults: Section;
  readonly stacks: ReadonlyMap<string, Section>;
}

const NAMES = ['ha-updater.yml', 'ha-updater.yaml'];

/**
 * The settings file that belongs to a folder: there, or above it up to the root of its repository. Without
 * a repository only the folder itself counts: what lies in a parent folder may be anybody's, and settings
 * may name commands to run.
 */
export async function findSettings(folder: string): Promise<string | undefined> {
  for (const place of await placesFrom(folder)) {
    const here = await Promise.all(
      NAMES.map(async (name) => ((await exists(join(place, name))) ? [join(place, name)] : [])),
    );
    const [first, second] = here.flat();
    if (second !== undefined)
      throw usage('config.file', `There are both ${NAMES.join(' and ')} in ${place}; keep one.`);
    if (first !== undefined) return first;
  }
  return undefined;
}

async function placesFrom(folder: string): Promise<readonly string[]> {
  const places: string[] = [];
  for (let place = resolve(folder); ; place = dirname(place)) {
    places.push(place);
    if (await exists(join(place, '.git'))) return places;
    if (dirname(place) === place) return [resolve(folder)];
  }
}

/** A link that leads nowhere is there too: whoever made it wants to hear of it. */
async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Far more than settings can be. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a settings file.
 * @param path where it is, absolute; relative paths in it are read from its folder
 * @param origin how messages call it
 * @param known flags that it may set
 * @throws Failure `usage` with every problem, each with its line and column
 */
export async function readSettingsFile(
  path: string,
  origin: string,
  known: readonly FlagShape[],
): Promise<SettingsFile> {
  const bytes = await readBounded(path, MAX_BYTES).catch((thrown: unknown) => {
    throw usage('config.file', `The settings file ${origin} cannot be read: ${whyNot(thrown)}.`);
  });
  if (bytes === undefined)
    throw usage('config.file', `The settings file ${origin} has more than ${MAX_BYTES} bytes, far more than settings.`);
  return parseSettings(bytes.toString('utf8'), origin, known, pathReader(dirname(path)));
}

/** Makes a path in a settings file one that holds wherever the command was started. */
export type PathReader = (text: string, takes: string) => Promise<string> | string;

function pathReader(folder: string): PathReader {
  return async (text, takes) => {
    const inFolder = join(folder, text);
    if (text === '-' || isAbsolute(text) || /^[a-z][a-z0-9]*:\/\//i.test(text)) return text;
    // A command is run as it is; only a folder that is there is one.
    if (takes.includes('COMMAND'))
      return (await stat(inFolder).catch(() => undefined))?.isDirectory() === true ? inFolder : text;
    return inFolder;
  };
}

/** The same from its text. */
export async function parseSettings(
  text: string,
  origin: string,
  known: readonly FlagShape[],
  readPath: PathReader,
): Promise<SettingsFile> {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${origin}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const document = asDocument(text, origin, lines);
  const [error] = document.errors;
  if (error !== undefined) {
    const what =
      error.code === 'MULTIPLE_DOCS'
        ? 'it holds several documents'
        : error.code === 'DUPLICATE_KEY'
          ? 'the same key stands twice in one map'
          : withoutStop(error.message);
    throw usage('config.syntax', `${place(error.pos[0])}: not a settings file: ${what}.`);
  }
  const problems: Reason[] = [];
  const wrong = (node: Node | null, text: string, remedy: string): void => {
    problems.push({ code: 'config.value', text: `${place(node?.range?.[0] ?? 0)}: ${text}`, remedy });
  };
  const follow = (node: unknown): Node | null =>
    isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : ((node as Node | null) ?? null);
  const reader: Reader = { known, wrong, place, follow, readPath };

  const root = follow(document.contents);
  let defaults: Section = [];
  const stacks = new Map<string, Section>();
  if (root !== null && !(isScalar(root) && root.value === null)) {
    for (const [key, name, value] of entries(reader, root, 'The file')) {
      if (name === 'defaults') defaults = await section(reader, value, 'defaults');
      else if (name === 'stacks')
        for (const [, stack, inner] of entries(reader, value, 'stacks'))
          stacks.set(stack, await section(reader, inner, `stack ${stack}`));
      else
        wrong(
          key,
          `${name} is no part of a settings file.`,
          known.some((flag) => flag.name === name)
            ? 'Write it below defaults, or below stacks and the name of a stack.'
            : didYouMean(name, ['defaults', 'stacks']),
        );
    }
  }
  const [first] = problems;
  if (first !== undefined) {
    if (problems.length === 1) throw usage(first.code, `${first.text} ${first.remedy}`.trimEnd());
    throw usage('config.value', `${origin} has ${problems.length} faults.`, [], problems);
  }
  return { defaults, stacks };
}

/** @throws Failure for a text that is nested so deep that its parser runs out of stack */
function asDocument(text: string, origin: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text.replace(/^\uFEFF/, ''), {
      version: '1.2',
      schema: 'core',
      stringKeys: true,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usage('config.syntax', `${origin}: not a settings file: it is nested far too deep.`);
  }
}

interface Reader {
  readonly known: readonly FlagShape[];
  readonly wrong: (node: Node | null, text: string, remedy: string) => void;
  readonly place: (offset: number) => string;
  readonly follow: (node: unknown) => Node | null;
  readonly readPath: PathReader;
}

/** Key node, its text and the value of each entry of a map. Nothing at all is an empty map. */
function entries(
  { wrong, follow }: Reader,
  node: Node | null,
  noun: string,
): readonly (readonly [Node, string, Node | null])[] {
  if (node === null || (isScalar(node) && node.value === null)) return [];
  if (!isMap(node)) {
    wrong(node, `${noun} is no map.`, 'Write NAME: VALUE below it.');
    return [];
  }
  return (node as YAMLMap<Node, Node | null>).items.map(({ key, value }) => [
    key,
    isScalar(key) ? String(key.value) : '',
    follow(value),
  ]);
}

async function section(reader: Reader, node: Node | null, noun: string): Promise<Section> {
  const said: Said[] = [];
  for (const [key, name, value] of entries(reader, node, noun)) {
    const flag = reader.known.find((one) => one.name === name);
    if (flag === undefined) {
      reader.wrong(key, `There is no flag ${name}.`, hint(name, reader.known));
      continue;
    }
    const read = await readValue(reader, flag, key, value);
    // An empty list says nothing: so a stack can do without what the defaults list.
    if (read !== undefined) said.push({ name, value: read, at: reader.place(key.range?.[0] ?? 0) });
  }
  return said;
}

function hint(name: string, known: readonly FlagShape[]): string {
  const [, rest] = /^no-(.+)$/.exec(name) ?? [];
  if (known.some((flag) => flag.name === rest && flag.negatable)) return `Write ${rest ?? ''}: false.`;
  if (name === 'parameters') return 'Parameters of the template stand in a file of their own: parameters-file.';
  return didYouMean(
    name,
    known.map((flag) => flag.name),
  );
}

function didYouMean(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return meant === undefined ? 'Correct or remove it.' : `Did you mean ${meant}?`;
}

/** undefined when there is nothing, or something wrong. */
async function readValue(
  reader: Reader,
  flag: FlagShape,
  key: Node,
  node: Node | null,
): Promise<Said['value'] | undefined> {
  const { wrong } = reader;
  if (node === null || (isScalar(node) && node.value === null))
    return void wrong(key, `${flag.name} has no value.`, 'Give one, or remove the line.');
  if (flag.kind === 'switch') {
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    return void wrong(node, `${flag.name} takes true or false.`, '');
  }
  if (!flag.many) return textOf(reader, flag, node);
  if (isMap(node) && flag.takes === 'KEY=VALUE') {
    const pairs = await Promise.all(
      entries(reader, node, flag.name).map(
        async ([, name, value]) => [name, value === null ? '' : await textOf(reader, flag, value)] as const,
      ),
    );
    return pairs.map(([name, value]) => `${name}=${value ?? ''}`);
  }
  if (!isSeq(node)) {
    const one = await textOf(reader, flag, node);
    return one === undefined ? undefined : [one];
  }
  const all: string[] = [];
  for (const item of node.items) {
    const one = await textOf(reader, flag, reader.follow(item) ?? node);
    if (one !== undefined) all.push(one);
  }
  return all;
}

/** A value as its author wrote it: an account id keeps its leading zero. */
async function textOf(reader: Reader, flag: FlagShape, node: Node): Promise<string | undefined> {
  if (!isScalar(node) || node.value === null)
    return void reader.wrong(node, `${flag.name} takes ${flag.many ? 'a list of values' : 'one value'}.`, '');
  const text = typeof node.value === 'string' ? node.value : (node.source ?? scalarText(node.value));
  if (flag.options !== undefined && !flag.options.includes(text))
    return void reader.wrong(node, `${flag.name} takes ${flag.options.join(', ')}, not "${text}".`, '');
  return /FILE|FOLDER|PATH/.test(flag.takes ?? '') ? reader.readPath(text, flag.takes ?? '') : text;
}
