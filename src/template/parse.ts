import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type CST,
  type Node,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { usage, Failure } from '../errors.js';
import type { Position, TemplateFinding } from '../model/stack/template.js';
import { longName, nearestTag } from './yaml/tags.js';
import { duplicateKey, type DuplicateKey } from './yaml/duplicate-keys.js';
import { asYaml11, otherwiseThanWritten } from './yaml/plain-scalar.js';
import { tokensOf } from './yaml/tokens.js';
import { pathText, type ParsedTemplate, type Path, type Tree, type TreeMap } from './tree.js';
import { oneLine } from '../text/plain.js';
import { scalarText } from '../text/scalar-text.js';

/** Deeper than any template; the parser below would run out of stack far beyond it. */
const maxDepth = 200;

/** What parsing alone finds: things that are YAML but that CloudFormation does not take. */
export interface Parsed {
  readonly template: ParsedTemplate;
  readonly findings: readonly TemplateFinding[];
}

/** What a text is, for the messages about it. */
export interface Reading {
  /** `template` or `parameters file`, as in "not a template: …". */
  readonly noun: string;
  /** Code of the one failure. */
  readonly code: string;
  /** Unquoted values are what YAML 1.1 makes of them; absent: they stay as they are written. */
  readonly yaml11?: true;
}

const TEMPLATE: Reading = { noun: 'template', code: 'template.syntax', yaml11: true };

/**
 * Parses a template's text, YAML or JSON, only to check it: what is sent is the text as written.
 * @throws Failure `template.syntax` with line and column when it is not one map of YAML or JSON.
 */
export function parseTemplate(text: string, origin: string): Parsed {
  const { root, position } = parseYaml(text, origin, TEMPLATE);
  if (!isMap(root) || root.tag?.startsWith('!') === true) {
    throw syntax(
      origin,
      position(root.range?.[0] ?? 0),
      'it must be a map with sections such as Resources at its top',
      TEMPLATE,
    );
  }
  const { tree, at, findings } = written(root, position, TEMPLATE);
  return { template: { top: tree as TreeMap, at }, findings };
}

/** Any YAML or JSON as a tree of texts, for files other than templates. @throws Failure with line and column */
export function parseTree(text: string, origin: string, reading: Reading): Written {
  const { root, position } = parseYaml(text, origin, reading);
  return written(root, position, reading);
}

interface OneDocument {
  readonly root: Node;
  readonly position: (offset: number) => Position;
}

/**
 * One document of YAML with something in it. What is no YAML may still be what CloudFormation's reader takes; when it
 * is not, the first complaint is the better one.
 */
function parseYaml(text: string, origin: string, reading: Reading): OneDocument {
  try {
    return readYaml(text, origin, reading, false);
  } catch (error) {
    if (!/["']/.test(text)) throw error;
    try {
      return readYaml(text, origin, reading, true);
    } catch {
      throw error;
    }
  }
}

function readYaml(text: string, origin: string, reading: Reading, lenient: boolean): OneDocument {
  const lines = new LineCounter();
  const tokens = tokensOf(withoutJsonTabs(text), lines.addNewLine, lenient);
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const deep = tooDeep(tokens);
  if (deep !== undefined)
    throw syntax(origin, position(deep), `it is nested more than ${maxDepth} levels deep`, reading);
  // Core schema: YAML 1.1 would lose how a value is written, and read 2010-09-09 as a timestamp.
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    stringKeys: true,
    uniqueKeys: false,
    merge: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  for (const document of documents) {
    const error = document.errors.find((one) => !isPlainKey(one, text));
    if (error !== undefined) throw syntax(origin, position(error.pos[0]), inWords(error), reading);
  }
  const second = documents[1];
  if (second !== undefined)
    throw syntax(
      origin,
      position(second.range[0]),
      `it holds several YAML documents; a ${reading.noun} is one`,
      reading,
    );
  const document = documents[0];
  const root = document?.contents ?? null;
  if (root === null || (isScalar(root) && root.value === null))
    throw syntax(origin, { line: 1, column: 1 }, 'it is empty', reading);
  const twice = duplicateKey(root);
  if (twice !== undefined) throw syntax(origin, position(twice.second), stands(twice, position), reading);
  return { root, position };
}

/** A key with the tag `!`, which says no more than that it is text. */
function isPlainKey({ code, pos: [from] }: YAMLError, text: string): boolean {
  return code === 'NON_STRING_KEY' && /^!\s/.test(text.slice(from, from + 2));
}

function stands({ key, first, second }: DuplicateKey, position: OneDocument['position']): string {
  return (
    `the same key stands twice in one map: "${oneLine(key)}" ` +
    `in line ${position(first).line} and in line ${position(second).line}`
  );
}

/** JSON may be indented with tabs, YAML may not. In valid JSON a raw tab is never part of a string. */
function withoutJsonTabs(text: string): string {
  if (!text.includes('\t') || !/^\s*\{/.test(text)) return text;
  try {
    JSON.parse(text);
    return text.replaceAll('\t', ' ');
  } catch {
    return text;
  }
}

/** Offset of the first token that is nested too deep. Walks without recursion, for the same reason. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return token.offset;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth: depth + 1 });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      for (const inner of [item.key, item.value]) if (inner != null) open.push({ token: inner, depth: depth + 1 });
    }
  }
  return undefined;
}

/** The library's words, except where a person is helped by ours. */
function inWords(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'a tab is used as indentation; YAML takes only spaces';
    case 'NON_STRING_KEY':
      return 'a key is a map or a list, and keys are text; what stands in {{ }} has to be filled in first';
    default:
      return ofBrackets(error.message) ?? lowerFirst(oneLine(error.message));
  }
}

/** Writers of JSON do not know the term flow map. */
function ofBrackets(message: string): string | undefined {
  if (message.startsWith('Missing , between flow')) return 'a comma is missing before this';
  if (message.startsWith('Missing , or : between flow')) return 'a comma or a colon is missing before this';
  const [, kind] = /^Flow (map|sequence) in block collection must be sufficiently indented/.exec(message) ?? [];
  if (kind !== undefined) return kind === 'map' ? 'a { is not closed by a }' : 'a [ is not closed by a ]';
  const [, closing] = /^Expected flow (map|sequence) to end with/.exec(message) ?? [];
  return closing === undefined
    ? undefined
    : closing === 'map'
      ? 'a { is not closed by a }'
      : 'a [ is not closed by a ]';
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function syntax(origin: string, at: Position, what: string, { noun, code }: Reading): Failure {
  const text = `not a ${noun}: ${what}.`;
  const { facts } = usage(code, `${origin}:${at.line}:${at.column}: ${text}`);
  return new Failure('usage', facts, { at: { ...at, text } });
}

/** A document with every scalar as its author wrote it, and where everything stands. */
export interface Written {
  readonly tree: Tree;
  readonly at: ParsedTemplate['at'];
  readonly findings: readonly TemplateFinding[];
}

/** What is wrong at an offset of the text, below that path. */
interface WrittenFault extends Omit<TemplateFinding, 'path' | 'line' | 'column'> {
  readonly path: Path;
  readonly offset: number;
}

/** Takes down, while a document is walked through, where everything stands and what is wrong. */
interface Writer {
  readonly offsets: Map<string, number>;
  readonly find: (fault: WrittenFault) => void;
  /** The text that an unquoted value means. */
  readonly plain: (source: string, path: Path, offset: number) => string;
}

/** Writes short tags out and notes where everything stands. */
function written(root: Node, position: (offset: number) => Position, { yaml11 }: Reading): Written {
  const offsets = new Map<string, number>();
  const findings: TemplateFinding[] = [];
  const otherwise = new Map<string, ReadOtherwise[]>();
  const find = ({ path, offset, code, text, remedy, severity }: WrittenFault): void => {
    findings.push({ code, path: pathText(path), ...position(offset), text, remedy, severity });
  };
  const plain: Writer['plain'] = (source, path, offset) => {
    const read = yaml11 === true && !isName(path) ? asYaml11(source) : source;
    const parameter = parameterOf(path);
    if (read !== source && parameter !== undefined)
      otherwise.set(parameter, [...(otherwise.get(parameter) ?? []), { source, read, path, offset }]);
    return read;
  };
  const tree = untagged({ offsets, find, plain }, root, []);
  for (const [parameter, values] of otherwise) find(readOtherwise(parameter, values));
  const at = (path: Path): Position => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsets.get(joined(path.slice(0, length)));
      if (offset !== undefined) return position(offset);
    }
    return { line: 1, column: 1 };
  };
  return { tree, at, findings };
}

/** The value of a node that has no tag of CloudFormation's. */
function untagged(writer: Writer, node: Node, path: Path): Tree {
  if (isAlias(node)) {
    writer.find({
      path,
      offset: node.range?.[0] ?? 0,
      code: 'template.alias',
      text: 'CloudFormation does not take YAML aliases.',
      remedy: 'Write the value out where it is used.',
      severity: 'error',
    });
    return null;
  }
  if (isMap(node)) return mapOf(writer, node, path);
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const inner = [...path, index];
      writer.offsets.set(joined(inner), (item as Node).range?.[0] ?? 0);
      return visit(writer, item as Node, inner);
    });
  }
  if (!isScalar(node) || node.value === null) return null;
  const source = typeof node.value === 'string' ? node.value : (node.source ?? scalarText(node.value));
  // An explicit tag such as !!str says what it is, and so do quotes.
  return node.type === 'PLAIN' && node.tag === undefined ? writer.plain(source, path, node.range?.[0] ?? 0) : source;
}

/** An unquoted value that CloudFormation reads as something else than its letters. */
interface ReadOtherwise {
  readonly source: string;
  readonly read: string;
  readonly path: Path;
  readonly offset: number;
}

/**
 * Whether a value names something that the template declares. Keys stand as they are written, so the names of them do:
 * `Condition: On` means the condition `On`.
 */
function isName(path: Path): boolean {
  const [above, last] = path.slice(-2);
  if (last === 'Condition' || last === 'DependsOn' || last === 'Ref') return true;
  return (
    above === 'DependsOn' || above === 'Fn::GetAtt' || above === 'Fn::FindInMap' || (above === 'Fn::If' && last === 0)
  );
}

/** The parameter whose Default or AllowedValues a path leads to: there the letters matter to whoever gives a value. */
function parameterOf([section, name, attribute]: Path): string | undefined {
  const given = section === 'Parameters' && (attribute === 'Default' || attribute === 'AllowedValues');
  return given && typeof name === 'string' ? name : undefined;
}

function readOtherwise(parameter: string, values: readonly ReadOtherwise[]): WrittenFault {
  const { path = [], offset = 0 } = values[0] ?? {};
  const text = otherwiseThanWritten(parameter, new Map(values.map(({ source, read }) => [source, read])));
  const remedy = 'Quote them to mean their letters.';
  return { path, offset, code: 'template.plainScalar', text, remedy, severity: 'warning' };
}

function mapOf(writer: Writer, { items }: YAMLMap, path: Path): Tree {
  const map = Object.create(null) as Record<string, Tree>;
  for (const pair of items) {
    const key = pair.key as Node;
    const name = isScalar(key) ? scalarText(key.value) : '';
    const inner = [...path, name];
    const offset = key.range?.[0] ?? 0;
    if (isAlias(key) || name === '<<') {
      writer.find({
        path: inner,
        offset,
        code: 'template.merge',
        text: 'CloudFormation does not take YAML merge keys.',
        remedy: 'Write the values out where they are used.',
        severity: 'error',
      });
    }
    if (!writer.offsets.has(joined(inner))) writer.offsets.set(joined(inner), offset);
    map[name] = visit(writer, (pair.value as Node | null) ?? undefined, inner);
  }
  return map;
}

/** The value of any node, a short tag written out as the function that it stands for. */
function visit(writer: Writer, node: Node | undefined, path: Path): Tree {
  if (node === undefined) return null;
  const tag = isAlias(node) ? undefined : node.tag;
  if (tag === undefined || tag.startsWith('tag:yaml.org,2002:')) return untagged(writer, node, path);
  const name = longName(tag);
  if (name === undefined) {
    const meant = nearestTag(tag);
    writer.find({
      path,
      offset: node.range?.[0] ?? 0,
      code: 'template.tag',
      text: `Unknown tag ${tag}.`,
      remedy: meant === undefined ? 'Check that CloudFormation knows it.' : `Did you mean ${meant}?`,
      severity: meant === undefined ? 'warning' : 'error',
    });
    return untagged(writer, node, path);
  }
  const inner = [...path, name];
  writer.offsets.set(joined(inner), node.range?.[0] ?? 0);
  // A tagged scalar is always text: `!Ref 123` names something.
  const argument = isScalar(node) ? (node.source ?? scalarText(node.value)) : untagged(writer, node, inner);
  const call = Object.create(null) as Record<string, Tree>;
  call[name] = name === 'Fn::GetAtt' && typeof argument === 'string' ? dotted(argument) : argument;
  return call;
}

/** `!GetAtt Web.Outputs.Name` names a resource up to the first dot. */
function dotted(text: string): Tree {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function joined(path: Path): string {
  return path.join('\u0000');
}
