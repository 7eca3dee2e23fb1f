import { autoScalingState } from '../../src/sandbox/world/autoscaling/state.js';
import { ServiceFault } from '../../src/sandbox/world/fault.js';
import type { WorldRoot } from '../../src/sandbox/world/world.js';
import { call } from './sandbox.js';

export const STACK = 'app';

/** Resources one after another, so that an update takes about a minute. */
const TEMPLATE = JSON.stringify({
  Parameters: { Build: { Type: 'String' } },
  Resources: Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      `P${index}`,
      {
        Type: 'AWS::SSM::Parameter',
        ...(index === 0 ? {} : { DependsOn: `P${index - 1}` }),
        Properties: { Name: `p${index}`, Type: 'String', Value: { Ref: 'Build' } },
      },
    ]),
  ),
});

/**
 * Makes a stack that these groups belong to, by their tags, and waits until it is complete; and lets somebody start to
 * update it so many seconds after that. An update that CloudFormation refuses does not happen.
 */
export function putUnderStack(world: WorldRoot, groups: readonly string[], updates: readonly number[]): void {
  const { StackId } = call<{ StackId: string }>(world, 'cloudformation', 'CreateStack', {
    StackName: STACK,
    TemplateBody: TEMPLATE,
    Parameters: build('0'),
  });
  for (const name of groups)
    autoScalingState(world)
      .groups.get(name)
      ?.tags.set('aws:cloudformation:stack-id', { value: StackId, propagate: true });
  updates.forEach((at, index) => {
    world.clock.after(STACK_MS + at * 1000, () => {
      try {
        world.invoke(
          'cloudformation',
          'UpdateStack',
          { StackName: STACK, UsePreviousTemplate: true, Parameters: build(String(index + 1)) },
          'others',
        );
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
      }
    });
  });
  world.clock.advance(STACK_MS);
}

/** Longer than it takes to make the stack. */
export const STACK_MS = 150_000;

const build = (ParameterValue: string): object[] => [{ ParameterKey: 'Build', ParameterValue }];
