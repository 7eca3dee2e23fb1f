import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { scalarText } from '../../text/scalar-text.js';
import { entries, isNothing, type YamlFile } from './yaml-file.js';

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

/** Makes a path in a file one that holds wherever the command was started. */
export type PathReader = (text: string, takes: string) => Promise<string> | string;

/** Paths are read from the folder of the file that they stand in. */
export function pathReader(folder: string): PathReader {
  return async (text, takes) => {
    const inFolder = join(folder, text);
    if (text === '-' || isAbsolute(text) || /^[a-z][a-z0-9]*:\/\//i.test(text)) return text;
    // A command is run as it is; only a folder that is there is one.
    if (takes.includes('COMMAND'))
      return (await stat(inFolder).catch(() => undefined))?.isDirectory() === true ? inFolder : text;
    return inFolder;
  };
}

/** What values of flags are read with. */
export type ValueReader = Pick<YamlFile, 'wrong' | 'follow'> & { readonly readPath: PathReader };

/** The value of a flag in a file; undefined when there is nothing, or something wrong, which is noted. */
export async function readValue(
  reader: ValueReader,
  flag: FlagShape,
  key: Node,
  node: Node | null,
): Promise<Said['value'] | undefined> {
  const { wrong } = reader;
  if (node === null || isNothing(node))
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
async function textOf(reader: ValueReader, flag: FlagShape, node: Node): Promise<string | undefined> {
  if (!isScalar(node) || node.value === null)
    return void reader.wrong(node, `${flag.name} takes ${flag.many ? 'a list of values' : 'one value'}.`, '');
  const text = typeof node.value === 'string' ? node.value : (node.source ?? scalarText(node.value));
  if (flag.options !== undefined && !flag.options.includes(text))
    return void reader.wrong(node, `${flag.name} takes ${flag.options.join(', ')}, not "${text}".`, '');
  return /FILE|FOLDER|PATH/.test(flag.takes ?? '') ? reader.readPath(text, flag.takes ?? '') : text;
}
