import type { Reason } from '../../model/rollout/decision.js';
import { PARAMETER_NAME } from '../arguments.js';
import { parseTree } from '../parse.js';
import { isList, isMap, type Path, type Tree, type TreeMap } from '../tree.js';
import { isKeyValueLines, keyValueLines } from './key-value-lines.js';
import { splitKeyValue } from '../../text/key-value.js';

/** What a file says of the parameters and, in CodePipeline's form, of the stack. */
export interface ParametersFile {
  /** Values by key, and null for `UsePreviousValue`. */
  readonly values: ReadonlyMap<string, string | null>;
  /** CodePipeline's form may carry the stack's tags and its policy as JSON. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly stackPolicy?: string;
}

/**
 * A file of parameters in one of the forms that people have, JSON, YAML or lines:
 * - a map `KEY: VALUE`; a list becomes a list with commas
 * - CodePipeline's `{Parameters: {KEY: VALUE}, Tags: {…}, StackPolicy: {…}}`
 * - the CLI's `[{ParameterKey, ParameterValue}]`, also with `UsePreviousValue`, and within `{Parameters: […]}`
 * - the CLI's `["KEY=VALUE"]`
 * - lines of `KEY=VALUE`, as `--outputs` writes them
 * Values stand as they are written: `012345` stays that, and `@file:` means nothing here.
 * @param problems takes what is wrong with single entries, each with its line
 * @throws Failure `parameters.syntaxFile` with line and column when it is no YAML or JSON
 */
export function parseParametersFile(text: string, origin: string, problems: Reason[]): ParametersFile {
  const plain = text.replace(/^\uFEFF/, '');
  if (isKeyValueLines(plain)) return { values: fromLines(plain, origin, problems) };
  const written = parseTree(plain, origin, {
    noun: 'parameters file',
    code: 'parameters.syntaxFile',
  });
  const { tree } = written;
  const wrong: Wrong = (path, text, remedy) => {
    const { line, column } = written.at(path);
    problems.push({ code: 'parameters.file', text: `${origin}:${line}:${column}: ${text}`, remedy });
  };
  for (const { line, column, text: what, remedy } of written.findings)
    problems.push({ code: 'parameters.file', text: `${origin}:${line}:${column}: ${what}`, remedy });
  if (isList(tree)) return { values: fromList(tree, wrong) };
  if (!isMap(tree)) {
    wrong([], 'The file is neither a map (KEY: VALUE) nor a list.', 'Write KEY: VALUE.');
    return { values: new Map() };
  }
  const { Parameters: parameters } = tree;
  if (isMap(parameters)) return fromPipeline(tree, parameters, wrong);
  if (isList(parameters) && parameters.some(isMap)) return { values: fromAnswer(tree, parameters, wrong) };
  return { values: fromMap(tree, [], wrong) };
}

/** The CLI's list within an answer or a request of the CLI, of which nothing else is taken. */
function fromAnswer(tree: TreeMap, list: readonly Tree[], wrong: Wrong): Values {
  for (const key of Object.keys(tree)) {
    if (key !== 'Parameters')
      wrong([key], `${key} would not be taken: Parameters alone are.`, 'Leave Parameters alone in the file.');
  }
  return fromList(list, (path, text, remedy) => void wrong(['Parameters', ...path], text, remedy));
}

function fromLines(text: string, origin: string, problems: Reason[]): Values {
  const values: Values = new Map();
  for (const { line, entry } of keyValueLines(text)) {
    const wrong: Wrong = (_, what, remedy) =>
      void problems.push({ code: 'parameters.file', text: `${origin}:${line}:1: ${what}`, remedy });
    if (entry === undefined) wrong([], 'This line has no "=".', 'Write KEY=VALUE.');
    else take(values, [entry.key, entry.value], [], wrong);
  }
  return values;
}

type Values = Map<string, string | null>;
type Wrong = (path: Path, text: string, remedy: string) => void;

function fromMap(map: TreeMap, path: Path, wrong: Wrong): Values {
  const values: Values = new Map();
  for (const [key, value] of Object.entries(map)) take(values, [key, value], [...path, key], wrong);
  return values;
}

function fromPipeline(tree: TreeMap, parameters: TreeMap, wrong: Wrong): ParametersFile {
  for (const key of Object.keys(tree)) {
    if (!['Parameters', 'Tags', 'StackPolicy'].includes(key))
      wrong([key], `${key} is no part of CodePipeline's form.`, 'It has Parameters, Tags and StackPolicy.');
  }
  const tags = tree['Tags'];
  const policy = tree['StackPolicy'];
  if (tags !== undefined && !isMap(tags)) wrong(['Tags'], 'Tags is no map.', 'Write KEY: VALUE below it.');
  if (policy !== undefined && !isMap(policy))
    wrong(['StackPolicy'], 'StackPolicy is no map.', 'Write the policy itself below it.');
  return {
    values: fromMap(parameters, ['Parameters'], wrong),
    ...(isMap(tags) && { tags: texts(tags, wrong) }),
    ...(isMap(policy) && { stackPolicy: JSON.stringify(policy) }),
  };
}

function texts(tags: TreeMap, wrong: Wrong): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [key, value] of Object.entries(tags)) {
    if (typeof value === 'string') read[key] = value;
    else wrong(['Tags', key], `The tag ${key} has no single value.`, 'Write "" for an empty one.');
  }
  return read;
}

/** What an entry of the CLI's form may hold. */
const ENTRY = ['ParameterKey', 'ParameterValue', 'UsePreviousValue', 'ResolvedValue'];

function fromList(list: readonly Tree[], wrong: Wrong): Values {
  const values: Values = new Map();
  list.forEach((entry, index) => {
    const parts = typeof entry === 'string' ? splitKeyValue(entry) : undefined;
    if (parts !== undefined) return void take(values, [parts.key, parts.value], [index], wrong);
    const key = isMap(entry) ? entry['ParameterKey'] : undefined;
    if (!isMap(entry) || typeof key !== 'string')
      return void wrong(
        [index],
        'This entry has no ParameterKey.',
        'Write {ParameterKey: KEY, ParameterValue: VALUE} or "KEY=VALUE".',
      );
    const extra = Object.keys(entry).find((name) => !ENTRY.includes(name));
    if (extra !== undefined)
      wrong(
        [index, extra],
        `${extra} is not a field of an entry.`,
        'It has ParameterKey with ParameterValue or UsePreviousValue.',
      );
    const previous = entry['UsePreviousValue'] === 'true';
    const value = entry['ParameterValue'];
    if (previous && value !== undefined)
      return void wrong([index], `${key} has both a value and UsePreviousValue.`, 'Keep one.');
    if (!previous && value === undefined)
      return void wrong([index], `${key} has no ParameterValue.`, 'Give one, "" for an empty value.');
    if (!previous) return void take(values, [key, value ?? null], [index, 'ParameterValue'], wrong);
    if (isFresh(values, key, [index], wrong)) values.set(key, null);
  });
  return values;
}

function take(values: Values, [key, value]: readonly [key: string, value: Tree], path: Path, wrong: Wrong): void {
  if (!isFresh(values, key, path, wrong)) return;
  if (value === null)
    return void wrong(
      path,
      `${key} has no value.`,
      'Write "" for an empty one, or leave the line out to keep what the stack has.',
    );
  if (isList(value) && value.every((item): item is string => typeof item === 'string'))
    return void values.set(key, value.join(','));
  if (typeof value !== 'string')
    return void wrong(path, `${key} is no single value and no list of them.`, 'Parameters hold text.');
  values.set(key, value);
}

function isFresh(values: ReadonlyMap<string, unknown>, key: string, path: Path, wrong: Wrong): boolean {
  if (!PARAMETER_NAME.test(key))
    wrong(path, `"${key}" is not a valid parameter name: only letters and digits are allowed.`, 'Correct it.');
  else if (values.has(key)) wrong(path, `${key} stands there twice.`, 'Keep one.');
  else return true;
  return false;
}
