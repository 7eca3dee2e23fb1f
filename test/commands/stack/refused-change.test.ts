import { expect } from 'chai';
import type { CommandStage } from '../../support/command-stage.js';
import { call } from '../../support/sandbox.js';
import { BETTER, leftOn, refuseCalls, stackWorld } from '../ways-out/worlds.js';

const UPDATE = ['update-stack', 'web', `ImageId=${BETTER}`];

const sizeOf = ({ sandbox }: CommandStage): unknown => {
  const [group] = call<{ AutoScalingGroups: readonly Record<string, unknown>[] }>(
    sandbox.world,
    'autoscaling',
    'DescribeAutoScalingGroups',
  ).AutoScalingGroups;
  return [group?.['MinSize'], group?.['DesiredCapacity'], group?.['MaxSize'], group?.['SuspendedProcesses']];
};

const SWAP = ['update-asgs', 'web'];

describe('a change that AWS refuses before it has an effect', () => {
  const execution = 'cloudformation:ExecuteChangeSet';
  for (const [words, calls, code] of [
    [UPDATE, execution, 'AccessDenied'],
    [UPDATE, execution, 'ValidationError'],
    [UPDATE, execution, 'InsufficientCapabilitiesException'],
    [UPDATE, 'autoscaling:CreateOrUpdateTags', 'AccessDenied'],
    [UPDATE, 'autoscaling:SuspendProcesses', 'AccessDenied'],
    [SWAP, 'autoscaling:CreateOrUpdateTags', 'AccessDenied'],
  ] as const) {
    it(`ends ${words[0]} as a refusal that changed nothing, with nothing left: ${calls} ${code}`, async () => {
      const stage = stackWorld();
      if (words === SWAP) await stage.run([...UPDATE, '--swap', 'never']);
      const before = sizeOf(stage);
      refuseCalls(stage, calls, code);
      const ended = await stage.run(words);
      const { serves, left, next = [] } = ended.document?.failure ?? {};
      expect([ended.code, serves, left], JSON.stringify(ended)).to.deep.equal([3, 'Nothing was changed.', '']);
      // Nothing is there to resume, and before the stack is changed nothing to swap.
      const useless = words === SWAP ? /resume|rollback/ : /resume|rollback|update-asgs/;
      expect(next.filter((line) => useless.test(line))).to.deep.equal([]);
      expect(leftOn(stage)).to.deep.equal([]);
      expect(sizeOf(stage)).to.deep.equal(before);
      expect(stage.sandbox.monitor.violations).to.deep.equal([]);
    });
  }

  it('says that the stack is updated where that came before', async () => {
    const stage = stackWorld();
    refuseCalls(stage, 'autoscaling:CreateOrUpdateTags');
    const { code, document } = await stage.run([...UPDATE, '--sizes', 'template']);
    expect([code, document?.failure?.left]).to.deep.equal([
      5,
      'The stack is updated; its groups do not follow it yet.',
    ]);
    expect(leftOn(stage)).to.deep.equal([]);
  });
});
