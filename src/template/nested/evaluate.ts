import { intrinsic, isList, isMap, mapAt, type ParsedTemplate, type Tree, type TreeMap } from '../tree.js';

/** What a run knows before it asks CloudFormation. */
export interface KnownValues {
  /** Values of parameters that are sent or kept. A default stands for what is in neither `parameters` nor `unknown`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Parameters whose values nobody here can know, such as NoEcho ones that the stack keeps. */
  readonly unknown: ReadonlySet<string>;
  /** Of `AWS::Region` and its like, by that name. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/** Computes what a template says with the values of a run. What cannot be known is undefined, never a guess. */
export interface Evaluate {
  /** What an expression comes to; null is nothing (`AWS::NoValue`). Maps and lists come back as they are written. */
  readonly value: (tree: Tree) => Tree | undefined;
  /** Whether a condition holds. */
  readonly condition: (name: string) => boolean | undefined;
}

/** Without values every expression that asks for one is unknown. */
export const NOTHING_KNOWN: Evaluate = { value: literally, condition: () => undefined };

/** Deeper than any expression that a person writes; a condition that names itself ends here too. */
const deepest = 100;

/** One evaluation: the template, its values, and how deep it is in functions. */
interface Evaluation {
  readonly top: TreeMap;
  readonly known: KnownValues;
  /** Conditions that were judged; one that is being judged is unknown to itself. */
  readonly conditions: Map<string, boolean | undefined>;
  depth: number;
}

/**
 * Reads a template's functions as the user guide defines them (CloudFormation, Intrinsic function reference). A
 * parameter that is read from the Systems Manager is unknown: its value is the key.
 */
export function evaluateWith({ top }: ParsedTemplate, known: KnownValues): Evaluate {
  const evaluation: Evaluation = { top, known, conditions: new Map(), depth: 0 };
  return {
    value: (tree) => computed(evaluation, tree),
    condition: (name) => condition(evaluation, name),
  };
}

function computed(evaluation: Evaluation, tree: Tree): Tree | undefined {
  const call = intrinsic(tree);
  if (call === undefined) return tree;
  if (evaluation.depth >= deepest) return undefined;
  evaluation.depth++;
  const result = FUNCTIONS[call.name]?.(evaluation, call.argument);
  evaluation.depth--;
  return result;
}

type Evaluated = (evaluation: Evaluation, argument: Tree) => Tree | undefined;

const FUNCTIONS: Readonly<Partial<Record<string, Evaluated>>> = {
  Ref: (evaluation, argument) => (typeof argument === 'string' ? reference(evaluation, argument) : undefined),
  'Fn::If': (evaluation, argument) => {
    const [which, yes = null, no = null] = listed(argument);
    const holds = typeof which === 'string' ? condition(evaluation, which) : undefined;
    return holds === undefined ? undefined : computed(evaluation, holds ? yes : no);
  },
  'Fn::Sub': substituted,
  'Fn::Join': (evaluation, argument) => {
    const [separator, parts] = listed(argument);
    return typeof separator === 'string' ? textsOf(evaluation, parts)?.join(separator) : undefined;
  },
  'Fn::Split': (evaluation, argument) => {
    const [separator, text] = listed(argument);
    if (typeof separator !== 'string' || separator === '') return undefined;
    return textOf(evaluation, text)?.split(separator);
  },
  'Fn::Select': (evaluation, argument) => {
    const [index, list] = listed(argument);
    const items = list === undefined ? undefined : computed(evaluation, list);
    const item = listed(items)[Number(textOf(evaluation, index) ?? NaN)];
    return item === undefined ? undefined : computed(evaluation, item);
  },
  'Fn::FindInMap': mapped,
  'Fn::Equals': (evaluation, argument) => {
    const [left, right] = listed(argument).map((item) => textOf(evaluation, item));
    return left === undefined || right === undefined ? undefined : String(left === right);
  },
  'Fn::Not': (evaluation, argument) => {
    const [holds] = truths(evaluation, argument);
    return holds === undefined ? undefined : String(!holds);
  },
  'Fn::And': (evaluation, argument) => decided(truths(evaluation, argument), false),
  'Fn::Or': (evaluation, argument) => decided(truths(evaluation, argument), true),
  Condition: (evaluation, argument) => {
    const holds = typeof argument === 'string' ? condition(evaluation, argument) : undefined;
    return holds === undefined ? undefined : String(holds);
  },
};

function condition(evaluation: Evaluation, name: string): boolean | undefined {
  const { conditions, top } = evaluation;
  if (conditions.has(name)) return conditions.get(name);
  const declared = mapAt(top, 'Conditions')[name];
  if (declared === undefined) return undefined;
  conditions.set(name, undefined);
  const holds = truth(textOf(evaluation, declared));
  conditions.set(name, holds);
  return holds;
}

function truth(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function truths(evaluation: Evaluation, argument: Tree): readonly (boolean | undefined)[] {
  return listed(argument).map((item) => truth(textOf(evaluation, item)));
}

/** One that is unknown does not matter where another decides already. */
function decided(each: readonly (boolean | undefined)[], deciding: boolean): string | undefined {
  if (each.includes(deciding)) return String(deciding);
  return each.includes(undefined) || each.length === 0 ? undefined : String(!deciding);
}

function reference({ top, known }: Evaluation, name: string): Tree | undefined {
  if (name === 'AWS::NoValue') return null;
  if (name.startsWith('AWS::')) return known.pseudo.get(name);
  const declaration = mapAt(top, 'Parameters')[name];
  if (!isMap(declaration) || known.unknown.has(name)) return undefined;
  const type = declaration['Type'];
  if (typeof type !== 'string' || type.startsWith('AWS::SSM::Parameter::')) return undefined;
  const fallback = declaration['Default'];
  const text = known.parameters.get(name) ?? (typeof fallback === 'string' ? fallback : undefined);
  if (text === undefined || !isListType(type)) return text;
  return text.split(',').map((item) => item.trim());
}

/** `${Name}` is a value, `${!Literal}` is text. One that is not known makes the whole unknown. */
function substituted(evaluation: Evaluation, argument: Tree): string | undefined {
  const [text, own] = isList(argument) ? argument : [argument];
  if (typeof text !== 'string') return undefined;
  const parts: (string | undefined)[] = [];
  const written = text.split(/\$\{([^{}]*)\}/);
  written.forEach((part, index) => {
    if (index % 2 === 0) parts.push(part);
    else if (part.startsWith('!')) parts.push(`\${${part.slice(1)}}`);
    else {
      const name = part.trim();
      const mine = isMap(own) ? own[name] : undefined;
      const found = mine === undefined ? reference(evaluation, name) : computed(evaluation, mine);
      parts.push(typeof found === 'string' ? found : undefined);
    }
  });
  return parts.includes(undefined) ? undefined : parts.join('');
}

function mapped(evaluation: Evaluation, argument: Tree): Tree | undefined {
  const [mapping, first, second, options] = listed(argument);
  const [map, row, column] = [mapping, first, second].map((name) => textOf(evaluation, name));
  if (map === undefined || row === undefined || column === undefined) return undefined;
  const entry = mapAt(mapAt(mapAt(evaluation.top, 'Mappings'), map), row)[column];
  if (entry !== undefined) return computed(evaluation, entry);
  const otherwise = isMap(options) ? options['DefaultValue'] : undefined;
  return otherwise === undefined ? undefined : computed(evaluation, otherwise);
}

function listed(tree: Tree | undefined): readonly Tree[] {
  return isList(tree) ? tree : [];
}

function textOf(evaluation: Evaluation, tree: Tree | undefined): string | undefined {
  const found = tree === undefined ? undefined : computed(evaluation, tree);
  return typeof found === 'string' ? found : undefined;
}

function textsOf(evaluation: Evaluation, tree: Tree | undefined): readonly string[] | undefined {
  const list = tree === undefined ? undefined : computed(evaluation, tree);
  if (!isList(list)) return undefined;
  const items = list.map((item) => computed(evaluation, item)).filter((item) => item !== null);
  return items.every((item) => typeof item === 'string') ? items : undefined;
}

/** What needs no values: a literal, and `AWS::NoValue`. */
function literally(tree: Tree): Tree | undefined {
  const call = intrinsic(tree);
  if (call === undefined) return tree;
  return call.name === 'Ref' && call.argument === 'AWS::NoValue' ? null : undefined;
}

function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}
