import { expect } from 'chai';
import fc from 'fast-check';
import { BETTER, stackWorld } from '../commands/ways-out/worlds.js';
import { createCommandStage, type CommandStage } from '../support/command-stage.js';
import { fuzzInput } from './draw.js';
import type { FuzzInput } from './input.js';
import { faultOf, inFolder, play } from './play.js';
import { validRollout, validStack, type ValidStack } from './valid.js';

/** How many are tried of stacks that are in order, and of rollouts that nothing is in the way of. */
export interface Tries {
  readonly stacks: number;
  readonly rollouts: number;
}

/** Tests so many odd inputs of this seed; `npm run fuzz -- --runs N` tries as many as you like. */
export function triesOdd(inputs: number, seed: number): void {
  it(`ends in order, and changes nothing where it says so (${inputs} inputs of seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(fuzzInput, async (input) => void expect(await fault(input)).to.equal(undefined)),
      { numRuns: inputs, seed },
    );
  });
}

/** Tests so many inputs that have to end well: who refuses everything does not pass. */
export function triesValid({ stacks, rollouts }: Tries): void {
  it(`makes every stack that is in order (${stacks})`, async () => {
    await fc.assert(fc.asyncProperty(validStack, make), { numRuns: stacks, seed: 1 });
  });

  it(`ends every rollout well that nothing is in the way of (${rollouts})`, async () => {
    const roll = async (flags: readonly string[]): Promise<void> => {
      await endsWell(stackWorld(), ['update-stack', 'web', `ImageId=${BETTER}`, ...flags]);
    };
    await fc.assert(fc.asyncProperty(validRollout, roll), { numRuns: rollouts, seed: 1 });
  });
}

/** What is wrong with how this input ends; undefined when nothing is. */
export async function fault(input: FuzzInput): Promise<string | undefined> {
  return faultOf(await play(input));
}

/** Everything that may be asked of such a stack, from its template to a second time that changes nothing. */
async function make({ name, files, values }: ValidStack): Promise<void> {
  const stage = createCommandStage();
  const asked = [name, '--template', 'template.yaml', ...values];
  await inFolder({ words: [], files, env: {} }, async () => {
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
