import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { fuzzInput } from '../test/fuzz/draw.js';
import { fixturePath, type FuzzInput } from '../test/fuzz/input.js';
import { faultOf, play } from '../test/fuzz/play.js';

/**
 * Fuzzing: `npm run fuzz -- --runs N --seed S`. An input that fails is made as small as it goes, shown, and kept in
 * test/fixtures/fuzz, where the suite tries it from then on.
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);

const seed = Number(values.seed);
let tried = 0;
const began = Date.now();
const details = await fc.check(
  fc.asyncProperty(fuzzInput, async (input: FuzzInput) => {
    if (++tried % 500 === 0) write(`${tried} inputs, ${Math.round((Date.now() - began) / 1000)} s`);
    const fault = faultOf(await play(input));
    if (fault !== undefined) throw new Error(fault);
  }),
  { numRuns: Number(values.runs), seed, interruptAfterTimeLimit: 3_600_000 },
);
const found = details.counterexample?.[0];
if (found === undefined) {
  write(`${details.numRuns} inputs of seed ${seed}: nothing found.`);
} else {
  const path = fixturePath(`seed-${seed}-${details.numRuns}`);
  writeFileSync(path, `${JSON.stringify(found, null, 1)}\n`);
  const { said, code } = await play(found);
  write(`${JSON.stringify(found.words)}\n${said}\nexit ${code}: ${String(details.errorInstance)}\nkept as ${path}`);
  process.exitCode = 1;
}
