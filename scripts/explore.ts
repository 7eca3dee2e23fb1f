import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.js';
import { search, type Found } from '../test/explore/search.js';
import { FOUND } from '../test/explore/found.js';
import { SCOPES } from '../test/explore/scopes.js';

/**
 * Searches small worlds whole: `npm run explore -- [--only NAME,NAME] [--small] [--bound STATES] [--json]`. Fails when
 * anything that must never happen can happen, or when no end can be reached from some state. With `--first` it ends at
 * the first world with something wrong, and says that in one line.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    small: { type: 'boolean', default: false },
    bound: { type: 'string', default: '3000000' },
    json: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);
const names = values.only?.split(',');
const unknown = names?.filter((name) => !SCOPES.some((scope) => scope.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`There is no scope ${unknown.join(', ')}: see test/explore/scopes.ts`);
const chosen = SCOPES.filter(
  ({ name, small }) => (names === undefined || names.includes(name)) && (!values.small || small === true),
);
const clock = systemClock();

/** One scope with what was found in it. */
type Row = Found & { readonly scope: string; readonly about: string; readonly seconds: number };

function row({ scope, states, transitions, complete, violations, deadEnds, seconds }: Row): string {
  const whole = complete ? 'complete' : 'stopped at the bound';
  return (
    `${scope.padEnd(26)}${String(states).padStart(8)} states ` +
    `${String(transitions).padStart(9)} transitions  ${whole}, ` +
    `${violations.length} violations, ${complete ? deadEnds : 'unknown'} dead ends, ` +
    `${Math.round(states / Math.max(seconds, 0.001))} states/s, ${seconds.toFixed(1)} s`
  );
}

const rows: Row[] = [];
for (const scope of chosen) {
  const began = clock.now();
  const found = search(scope, Number(values.bound));
  const of: Row = { scope: scope.name, about: scope.about, seconds: (clock.now() - began) / 1000, ...found };
  rows.push(of);
  if (values.first) {
    const [first] = [...found.violations, ...found.doors];
    if (first === undefined) continue;
    write(`${FOUND}${scope.name}: ${first.what}, after ${first.steps.length} steps`);
    break;
  }
  if (values.json) continue;
  write(row(of));
  write(
    `    ${scope.about}; ends: ${Object.entries(found.ends)
      .map(([end, times]) => `${end} ${times}`)
      .join(', ')}`,
  );
  for (const { what, steps } of [...found.violations, ...found.doors])
    write([`  ${what}:`, ...steps.map((step) => `    ${step}`)].join('\n'));
}
const bad = rows.filter(({ violations, deadEnds }) => violations.length + deadEnds > 0);
if (values.first) process.exitCode = bad.length > 0 ? 1 : 0;
else if (values.json) write(JSON.stringify({ ok: bad.length === 0, rows }, null, 2));
else {
  const sum = rows.reduce((all, { states }) => all + states, 0);
  const complete = rows.filter((one) => one.complete).length;
  write(`${rows.length} scopes, ${complete} of them whole, ${sum} states: ${bad.length} with something wrong`);
}
process.exitCode = bad.length > 0 ? 1 : 0;
