import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage } from './command-stage.js';

/** What the sample stack runs at first. */
export const SAMPLE_IMAGE = 'ami-0123456789abcdef0';

/**
 * A stage with the sample stack `web`, created as the README does.
 * @param prepare what the stage needs before, such as a clock that goes on
 * @throws Error with what the command said when the stack could not be created
 */
export async function sampleStack(prepare: (stage: CommandStage) => void = () => undefined): Promise<CommandStage> {
  const stage = createCommandStage({ images: SAMPLE_IMAGES });
  prepare(stage);
  await createSample(stage);
  return stage;
}

/**
 * Creates the sample stack `web` on a stage.
 * @param more parameters beside those that it needs, as on a command line
 * @throws Error with what the command said when it could not be created
 */
export async function createSample(stage: CommandStage, more: readonly string[] = []): Promise<void> {
  const { code, said } = await stage.run([
    'update-stack',
    'web',
    '--template',
    'templates/web-stack.yaml',
    `VpcId=${DEFAULT_VPC}`,
    `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
    `ImageId=${SAMPLE_IMAGE}`,
    'DbPassword=not-a-real-one',
    ...more,
  ]);
  if (code !== 0) throw new Error(`The stack could not be created: ${said}`);
}
