import { expect } from 'chai';
import fc from 'fast-check';
import { BETTER, stackWorld } from '../commands/ways-out/worlds.js';
import { createCommandStage, type CommandStage } from '../support/command-stage.js';
import { fuzzInput } from './draw.js';
import { keptInputs, type FuzzInput } from './input.js';
import { faultOf, inFolder, play } from './play.js';
import { validRollout, validStack, type ValidStack } from './valid.js';

/** What fits into the time of a test; `npm run fuzz -- --runs N` tries as many as you like. */
const RUNS = 250;
const VALID_RUNS = 40;

describe('fuzzing: whatever is typed, written and answered', function () {
  this.timeout(600_000);

  it(`ends in order, and changes nothing where it says so (${RUNS} inputs)`, async () => {
    await fc.assert(
      fc.asyncProperty(fuzzInput, async (input) => void expect(await fault(input)).to.equal(undefined)),
      { numRuns: RUNS, seed: 1 },
    );
  });

  for (const [name, input] of keptInputs())
    it(`stays mended: ${name}`, async () => void expect(await fault(input)).to.equal(undefined));

  it(`makes every stack that is in order (${VALID_RUNS})`, async () => {
    await fc.assert(fc.asyncProperty(validStack, make), { numRuns: VALID_RUNS, seed: 1 });
  });

  it(`ends every rollout well that nothing is in the way of (${VALID_RUNS / 4})`, async () => {
    const roll = async (flags: readonly string[]): Promise<void> => {
      await endsWell(stackWorld(), ['update-stack', 'web', `Ami=${BETTER}`, ...flags]);
    };
    await fc.assert(fc.asyncProperty(validRollout, roll), { numRuns: VALID_RUNS / 4, seed: 1 });
  });
});

async function fault(input: FuzzInput): Promise<string | undefined> {
  return faultOf(await play(input));
}

/** Everything that may be asked of such a stack, from its template to a second time that changes nothing. */
async function make({ name, files, values }: ValidStack): Promise<void> {
  const stage = createCommandStage();
  const asked = [name, '--template', 'template.yaml', ...values];
  await inFolder({ files, env: {} }, async () => {
    await endsWell(stage, ['validate', 'template.yaml', '--offline']);
    await endsWell(stage, ['plan', ...asked]);
    await endsWell(stage, ['update-stack', ...asked]);
    await endsWell(stage, ['update-stack', ...asked, '--expect-no-changes']);
    await endsWell(stage, ['status', name]);
    await endsWell(stage, ['diagnose', name]);
  });
}

async function endsWell(stage: CommandStage, words: readonly string[]): Promise<void> {
  const { code, said } = await stage.run(words);
  expect(code, `${words.join(' ')}\n${said}`).to.equal(0);
}
