import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage } from './command-stage.js';

/**
 * A stage with the sample stack `web`, created as the README does.
 * @param prepare what the stage needs before, such as a clock that goes on
 * @throws Error with what the command said when the stack could not be created
 */
export async function sampleStack(prepare: (stage: CommandStage) => void = () => undefined): Promise<CommandStage> {
  const stage = createCommandStage({ images: SAMPLE_IMAGES });
  prepare(stage);
  const { code, said } = await stage.run([
    'update-stack',
    'web',
    '--template',
    'templates/web-stack.yaml',
    `VpcId=${DEFAULT_VPC}`,
    `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
    'ImageId=ami-0123456789abcdef0',
    'DbPassword=not-a-real-one',
  ]);
  if (code !== 0) throw new Error(`The stack could not be created: ${said}`);
  return stage;
}
