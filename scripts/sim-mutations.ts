import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock.js';
import { markedIn } from '../test/mutations/break.js';
import { compiledFiles, createBench, type Verdict } from '../test/mutations/mutate.js';
import { MUTATIONS } from '../test/mutations/rules.js';

/**
 * Breaks each safety rule in turn, in a copy of the compiled project, and shows which test notices it:
 * `npm run sim:mutations -- [--only NAME,NAME] [--jobs N] [--no-control] --json`. Fails when a broken rule goes
 * unnoticed. With `--judge search` the exhaustive search alone judges the rules of `src/decide`, and says how many it
 * notices: nobody expects all of them.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    judge: { type: 'string', default: 'tests' },
    control: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

if (values.judge !== 'tests' && values.judge !== 'search') throw new Error('--judge is tests or search');
const { judge } = values;
const write = (text: string): void => void process.stdout.write(`${text}\n`);
const names = values.only?.split(',');
const unknown = names?.filter((name) => !MUTATIONS.some((mutation) => mutation.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`There is no rule ${unknown.join(', ')}: see test/mutations/rules.ts`);
const decided = new Set(
  [...(await compiledFiles())].flatMap(([path, text]) => (path.startsWith('decide/') ? markedIn(text) : [])),
);
const chosen = MUTATIONS.filter(
  ({ name }) => (names === undefined || names.includes(name)) && (judge === 'tests' || decided.has(name)),
);
const clock = systemClock();
const began = clock.now();
const verdicts: Verdict[] = [];
let control: string | undefined;

async function work(queue: (typeof MUTATIONS)[number][]): Promise<void> {
  const bench = await createBench(judge);
  try {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const verdict = await bench.test(next);
      verdicts.push(verdict);
      if (!values.json)
        write(
          `${verdict.noticedBy === undefined ? 'UNNOTICED' : 'noticed  '} ${next.name}: ` +
            `${next.rule}${verdict.noticedBy === undefined ? '' : `\n            ${verdict.noticedBy}`}`,
        );
    }
  } finally {
    await bench.remove();
  }
}

if (values.control) {
  const bench = await createBench(judge);
  control = await bench.control().finally(() => bench.remove());
}
if (control === undefined) {
  const queue = [...chosen];
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, () => work(queue)));
}
const unnoticed = verdicts.filter(({ noticedBy }) => noticedBy === undefined).map(({ mutation }) => mutation.name);
const seconds = Math.round((clock.now() - began) / 1000);
const summary = {
  rules: chosen.length,
  noticed: verdicts.length - unnoticed.length,
  unnoticed,
  ...(control === undefined ? {} : { control }),
  seconds,
  by: Object.fromEntries(verdicts.map(({ mutation, noticedBy }) => [mutation.name, noticedBy ?? null])),
};
if (values.json) write(JSON.stringify(summary));
else if (control !== undefined) write(`With nothing broken, this fails already: ${control}`);
else
  write(
    `${chosen.length} safety rules broken one by one: ${summary.noticed} noticed by a test, ` +
      `${unnoticed.length} not${unnoticed.length === 0 ? '' : ` (${unnoticed.join(', ')})`}; ${seconds} s`,
  );
process.exitCode = (judge === 'search' || unnoticed.length === 0) && control === undefined ? 0 : 1;
