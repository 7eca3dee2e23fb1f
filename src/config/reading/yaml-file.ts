import { isAlias, isMap, isScalar, LineCounter, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { usage, type Failure } from '../../errors.js';
import type { Reason } from '../../model/rollout/decision.js';
import { nearest } from '../../text/nearest.js';
import { withoutStop } from '../../text/sentence.js';

/** What messages call a file of the user's, and the codes that they carry. */
export interface FileKind {
  /** `settings file` */
  readonly noun: string;
  readonly syntax: string;
  readonly value: string;
}

/** A YAML file of the user's, with the place of everything in it, and all that is wrong with it. */
export interface YamlFile {
  readonly root: Node | null;
  /** `ha-updater.yml:3:5` */
  readonly place: (node: Node | null) => string;
  /** Notes a problem, once, at a node or a place; what is read goes on, so that all of them are told at once. */
  readonly wrong: (where: Node | string | null, text: string, remedy: string) => void;
  /** The node itself, or what an alias stands for. */
  readonly follow: (node: unknown) => Node | null;
  /** @throws Failure `usage` with every problem that was noted */
  readonly expectRight: () => void;
}

/**
 * Reads YAML 1.2. @param origin how messages call the file
 * @throws Failure `usage` for what is no YAML
 */
export function openYaml(text: string, origin: string, kind: FileKind): YamlFile {
  const lines = new LineCounter();
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${origin}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const document = asDocument(text, { origin, kind, lines });
  const [error] = document.errors;
  // Where the parser runs out of stack differs from one machine to the next.
  if (error?.code === 'RESOURCE_EXHAUSTION') throw tooDeep(origin, kind);
  if (error !== undefined) {
    const what =
      error.code === 'MULTIPLE_DOCS'
        ? 'it holds several documents'
        : error.code === 'DUPLICATE_KEY'
          ? 'the same key stands twice in one map'
          : withoutStop(error.message);
    throw usage(kind.syntax, `${placeAt(error.pos[0])}: not a ${kind.noun}: ${what}.`);
  }
  const problems = new Map<string, Reason>();
  const place = (node: Node | null): string => placeAt(node?.range?.[0] ?? 0);
  const follow = (node: unknown): Node | null =>
    isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : ((node as Node | null) ?? null);
  return {
    root: follow(document.contents),
    place,
    wrong: (where, text, remedy) => {
      const at = typeof where === 'string' ? where : place(where);
      problems.set(`${at}: ${text}`, { code: kind.value, text: `${at}: ${text}`, remedy });
    },
    follow,
    expectRight: () => {
      const [first, ...others] = problems.values();
      if (first === undefined) return;
      if (others.length === 0) throw usage(first.code, `${first.text} ${first.remedy}`.trimEnd());
      throw usage(kind.value, `${origin} has ${problems.size} faults.`, [], [first, ...others]);
    },
  };
}

/** @throws Failure for a text that is nested so deep that its parser runs out of stack */
function asDocument(
  text: string,
  { origin, kind, lines }: { readonly origin: string; readonly kind: FileKind; readonly lines: LineCounter },
): Document.Parsed {
  try {
    return parseDocument(text.replace(/^\uFEFF/, ''), {
      version: '1.2',
      schema: 'core',
      stringKeys: true,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter: lines,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw tooDeep(origin, kind);
  }
}

function tooDeep(origin: string, kind: FileKind): Failure {
  return usage(kind.syntax, `${origin}: not a ${kind.noun}: it is nested far too deep.`);
}

/** True where nothing stands. */
export function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

/** Key node, its text and the value of each entry of a map. Nothing at all is an empty map. */
export function entries(
  { wrong, follow }: Pick<YamlFile, 'wrong' | 'follow'>,
  node: Node | null,
  noun: string,
): readonly (readonly [Node, string, Node | null])[] {
  if (isNothing(node)) return [];
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

/** What helps with a name that there is not. */
export function didYouMean(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return meant === undefined ? 'Correct or remove it.' : `Did you mean ${meant}?`;
}
