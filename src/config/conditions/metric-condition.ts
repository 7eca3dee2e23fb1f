import type { MetricCondition, NamedMetric } from '../../model/rollout/metric.js';

/** A condition, or what is wrong with its text: a clause that goes on after "--metric 'TEXT': ". */
export type ReadCondition = { readonly condition: MetricCondition } | { readonly wrong: string };

/** Longest expression; source: CloudWatch API reference, MetricDataQuery (Expression: 2048 characters). */
const LONGEST = 2048;

/** What stands for one period of a Metrics Insights query. */
const INSIGHTS_PERIOD_S = 60;

/** A day: whoever waits for more data points of longer periods waits for ever. */
const LONGEST_PERIOD_S = 86_400;

const CONDITION = /^(.+?)\s*(<=|>=|<|>)\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)$/is;

/** What stands in quotes, and what does not. */
const QUOTED = /'[^']*'|"[^"]*"/g;

/** Reads `EXPRESSION < NUMBER`. What CloudWatch alone can know of the expression it is asked before anything begins. */
export function readCondition(text: string): ReadCondition {
  const parts = splitAtComparison(text.trim());
  if (parts === undefined) return { wrong: 'it must end with <, <=, > or >= and a number, such as "… < 1"' };
  const { left, operator, limit } = parts;
  const base = { text: text.trim(), operator, limit };
  if (/^select\b/i.test(left)) {
    const open = unbalanced(left);
    return open === undefined
      ? {
          condition: { ...base, expression: left, insights: true, metrics: [], periodMs: INSIGHTS_PERIOD_S * 1000 },
        }
      : { wrong: open };
  }
  return readMath(left, base);
}

/** A number holds no comparison, so the last one is the condition's; CloudWatch may have its own before it. */
function splitAtComparison(
  text: string,
): { readonly left: string; readonly operator: MetricCondition['operator']; readonly limit: number } | undefined {
  const [, left, operator, number] = CONDITION.exec(text) ?? [];
  if (left === undefined || left.trim() === '') return undefined;
  return { left: left.trim(), operator: operator as MetricCondition['operator'], limit: Number(number) };
}

function readMath(left: string, base: Pick<MetricCondition, 'text' | 'operator' | 'limit'>): ReadCondition {
  const metrics: NamedMetric[] = [];
  let wrong: string | undefined;
  const expression = outsideQuotes(left, (piece) =>
    piece.replace(NAMED, (whole: string, path: string, braces: string | undefined) => {
      const read = readMetric(path, braces ?? '', `m${metrics.length + 1}`);
      if (typeof read === 'string') wrong ??= `${whole}: ${read}`;
      else metrics.push(read);
      return `m${metrics.length}`;
    }),
  );
  wrong ??= unbalanced(expression);
  const searches = searchPeriods(expression);
  if (typeof searches === 'string') wrong ??= searches;
  if (wrong !== undefined) return { wrong };
  if (metrics.length === 0 && searches.length === 0)
    return { wrong: 'it names no metric: write m:NAMESPACE/NAME{Dimension=value,stat=Sum}, SEARCH(…) or SELECT …' };
  if (expression.length > LONGEST) return { wrong: `CloudWatch takes ${LONGEST} characters at most` };
  const periodMs = Math.max(...metrics.map((metric) => metric.periodMs), ...(searches as readonly number[]));
  return { condition: { ...base, expression, insights: false, metrics, periodMs } };
}

/** `m:AWS/ApplicationELB/RequestCount{LoadBalancer=app/x/123,stat=Sum}`; a value in double quotes may hold anything. */
const NAMED = /\bm:([A-Za-z0-9_./#:-]+)(?:\{((?:[^{}"]|"[^"]*")*)\})?/g;

function readMetric(path: string, inside: string, id: string): NamedMetric | string {
  const slash = path.lastIndexOf('/');
  if (slash < 1 || slash === path.length - 1) return 'it must be m:NAMESPACE/NAME';
  const fields = inside === '' ? [] : (inside.match(/(?:[^,"]|"[^"]*")+/g) ?? []);
  const dimensions: Record<string, string> = {};
  let statistic = '';
  let period = 60;
  for (const field of fields) {
    const at = field.indexOf('=');
    const key = field.slice(0, at).trim();
    const value = field
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/s, '$1');
    if (at < 1 || key === '' || value === '') return `"${field.trim()}" is not KEY=VALUE`;
    if (key === 'stat') statistic = value;
    else if (key === 'period') period = Number(value);
    else dimensions[key] = value;
  }
  if (statistic === '') return 'it must say which statistic, such as stat=Sum, stat=Average or stat=p99';
  if (!isPeriod(period)) return PERIODS;
  return {
    id,
    namespace: path.slice(0, slash),
    name: path.slice(slash + 1),
    dimensions,
    statistic,
    periodMs: period * 1000,
  };
}

const PERIODS = 'a period must be a multiple of 60 seconds, at most a day';

function isPeriod(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 60 && seconds <= LONGEST_PERIOD_S && seconds % 60 === 0;
}

/** Periods of all searches, in milliseconds, or what is wrong with one. */
function searchPeriods(expression: string): readonly number[] | string {
  const found: number[] = [];
  for (const [, period] of expression.matchAll(
    /\bSEARCH\s*\(\s*(?:'[^']*'|"[^"]*")\s*(?:,\s*(?:'[^']*'|"[^"]*")\s*(?:,\s*(\d+)\s*)?)?\)/g,
  )) {
    if (period === undefined) return `SEARCH needs a statistic and a period: SEARCH('…', 'Sum', 60)`;
    if (!isPeriod(Number(period))) return PERIODS;
    found.push(Number(period) * 1000);
  }
  const begun = (expression.replace(QUOTED, '').match(/\bSEARCH\s*\(/g) ?? []).length;
  return begun > found.length ? `SEARCH must be SEARCH('…', 'Sum', 60)` : found;
}

function outsideQuotes(text: string, change: (piece: string) => string): string {
  let changed = '';
  let from = 0;
  // Double quotes inside of the braces of a metric are its own.
  for (const quote of text.matchAll(/'[^']*'/g)) {
    changed += change(text.slice(from, quote.index)) + quote[0];
    from = quote.index + quote[0].length;
  }
  return changed + change(text.slice(from));
}

/** What is opened and not closed, or the other way round. */
function unbalanced(text: string): string | undefined {
  const bare = text.replace(QUOTED, '');
  if (/['"]/.test(bare)) return 'a quote is not closed';
  let depth = 0;
  for (const letter of bare) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (depth < 0) return 'a bracket is closed that was not opened';
  }
  return depth > 0 ? 'a bracket is not closed' : undefined;
}
