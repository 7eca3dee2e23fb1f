import { ServiceFault } from '../fault.js';
import type { Series } from './metric-values.js';

/** One series of a result, with CloudWatch's label. */
export interface Labelled {
  readonly label: string;
  readonly series: Series;
}

type Value = number | readonly Labelled[];

/** What an expression can ask of the world around it. */
export interface MathAround {
  /** The expression's own id, for its errors. */
  readonly id: string;
  /** Series of other queries, by id. */
  readonly named: ReadonlyMap<string, readonly Labelled[]>;
  readonly search: (term: string, statistic: string, periodS: number) => readonly Labelled[];
  /** The beginnings of all periods that were asked for. */
  readonly periods: readonly number[];
}

const TOKENS = /\s*(\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|'[^']*'|"[^"]*"|[-+*/(),[\]])/y;

/** An expression as it was read. */
type Term =
  | { readonly number: number }
  | { readonly id: string }
  | { readonly text: string }
  | { readonly list: readonly Term[] }
  | { readonly call: string; readonly with: readonly Term[] }
  | { readonly operator: Operator; readonly left: Term; readonly right: Term };

type Operator = '+' | '-' | '*' | '/';

const HOW: Readonly<Record<Operator, Two>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/**
 * Metric math as far as the sandbox has it: numbers, ids, `+ - * /`, brackets, lists, FILL, SUM, AVG, MIN, MAX, METRICS
 * and SEARCH. Source: CloudWatch user guide, "Metric math syntax and functions".
 */
export function evaluate(expression: string, around: MathAround): readonly Labelled[] {
  const fail: Fail = (why) => {
    throw new ServiceFault('ValidationError', `Error in expression '${around.id}': ${why}`);
  };
  const tokens = tokensOf(expression) ?? fail('Invalid syntax');
  const value = computed(termOf(tokens, fail), around, fail);
  return typeof value === 'number' ? fail('The expression must return a time series') : value;
}

type Fail = (why: string) => never;

/** Reads tokens by precedence. */
function termOf(tokens: readonly string[], fail: Fail): Term {
  let next = 0;
  const take = <T extends string>(...wanted: readonly T[]): T | undefined => {
    const found = wanted.find((token) => token === tokens[next]);
    if (found !== undefined) next++;
    return found;
  };
  const chain = (operand: () => Term, ...operators: readonly Operator[]): Term => {
    let left = operand();
    for (let operator = take(...operators); operator !== undefined; operator = take(...operators))
      left = { operator, left, right: operand() };
    return left;
  };
  const sum = (): Term => chain(product, '+', '-');
  const product = (): Term => chain(factor, '*', '/');
  const until = (end: string): readonly Term[] => {
    const found: Term[] = [];
    if (take(end) !== undefined) return found;
    do found.push(sum());
    while (take(',') !== undefined);
    if (take(end) === undefined) fail(`Invalid syntax: "${end}" is missing`);
    return found;
  };
  const factor = (): Term => {
    if (take('-') !== undefined) return { operator: '-', left: { number: 0 }, right: factor() };
    if (take('(') !== undefined) return until(')')[0] ?? fail('Invalid syntax: the brackets are empty');
    if (take('[') !== undefined) return { list: until(']') };
    const token = tokens[next++] ?? fail('Invalid syntax: it ends too early');
    if (/^\d/.test(token)) return { number: Number(token) };
    if (/^['"]/.test(token)) return { text: token.slice(1, -1) };
    if (!/^\w/.test(token)) return fail(`Invalid syntax at "${token}"`);
    return take('(') === undefined ? { id: token } : { call: token.toUpperCase(), with: until(')') };
  };
  const all = sum();
  return next < tokens.length ? fail(`Invalid syntax at "${tokens[next] ?? ''}"`) : all;
}

function computed(term: Term, around: MathAround, fail: Fail): Value {
  const inside = (one: Term): Value => computed(one, around, fail);
  if ('number' in term) return term.number;
  if ('text' in term) return fail('A text stands where a value is expected');
  if ('id' in term) return around.named.get(term.id) ?? fail(`The following ids were not defined: [${term.id}]`);
  if ('list' in term) return term.list.flatMap((one) => seriesOf(inside(one)));
  if ('operator' in term) return combined(inside(term.left), inside(term.right), HOW[term.operator]);
  const { call: name, with: given } = term;
  if (name === 'METRICS') return [...around.named.values()].flat();
  const [first, second, third] = given;
  if (first === undefined) return fail(`${name} needs an argument`);
  if (name === 'SEARCH') {
    if (!('text' in first) || second === undefined || !('text' in second) || third === undefined)
      return fail('Invalid arguments of SEARCH');
    return around.search(first.text, second.text, Number(inside(third)));
  }
  if (name === 'FILL') {
    const by = second === undefined ? fail('FILL needs two arguments') : inside(second);
    return filled(seriesOf(inside(first)), typeof by === 'number' ? by : 0, around.periods);
  }
  return reduced(seriesOf(inside(first)), REDUCERS[name] ?? fail(`Unknown function ${name}`));
}

function tokensOf(expression: string): readonly string[] | undefined {
  const found: string[] = [];
  TOKENS.lastIndex = 0;
  let end = 0;
  for (let match = TOKENS.exec(expression); match !== null; match = TOKENS.exec(expression)) {
    found.push(match[1] ?? '');
    end = TOKENS.lastIndex;
  }
  return expression.slice(end).trim() === '' ? found : undefined;
}

function seriesOf(value: Value): readonly Labelled[] {
  return typeof value === 'number' ? [] : value;
}

type Two = (a: number, b: number) => number;

/** Values at the same time are combined; what is not a number, such as a division by zero, is no data point. */
function combined(left: Value, right: Value, how: Two): Value {
  if (typeof left === 'number' && typeof right === 'number') return how(left, right);
  if (typeof left === 'number') return seriesOf(right).map((one) => mapped(one, (value) => how(left, value)));
  if (typeof right === 'number') return left.map((one) => mapped(one, (value) => how(value, right)));
  return left.flatMap((a) =>
    right.map(({ series }) => mapped(a, (value, at) => how(value, series.get(at) ?? Number.NaN))),
  );
}

function mapped({ label, series }: Labelled, how: (value: number, at: number) => number): Labelled {
  const values = [...series].map(([at, value]) => [at, how(value, at)] as const);
  return { label, series: new Map(values.filter(([, value]) => Number.isFinite(value))) };
}

function filled(all: readonly Labelled[], by: number, periods: readonly number[]): readonly Labelled[] {
  return all.map(({ label, series }) => ({
    label,
    series: new Map(periods.map((at) => [at, series.get(at) ?? by])),
  }));
}

const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((total, value) => total + value, 0),
  AVG: (values) => values.reduce((total, value) => total + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

/** Several series become one. */
function reduced(all: readonly Labelled[], how: (values: readonly number[]) => number): readonly Labelled[] {
  const times = [...new Set(all.flatMap(({ series }) => [...series.keys()]))].sort((a, b) => a - b);
  const series = new Map(times.map((at) => [at, how(all.flatMap((one) => one.series.get(at) ?? []))]));
  return [{ label: '', series }];
}
