import { expect } from 'chai';
import type { CommandStage } from '../../support/command-stage.js';
import { call } from '../../support/sandbox.js';
import { BETTER, leftOn, stackWorld } from '../ways-out/worlds.js';

const UPDATE = ['update-stack', 'web', `ImageId=${BETTER}`];

const sizeOf = ({ sandbox }: CommandStage): unknown => {
  const [group] = call<{ AutoScalingGroups: readonly Record<string, unknown>[] }>(
    sandbox.world,
    'autoscaling',
    'DescribeAutoScalingGroups',
  ).AutoScalingGroups;
  return [group?.['MinSize'], group?.['DesiredCapacity'], group?.['MaxSize'], group?.['SuspendedProcesses']];
};

/** Every execution of a change set is refused like this. */
const refusing = (stage: CommandStage, code: string): void =>
  void stage.sandbox.world.disturb({
    kind: 'refuse',
    calls: 'cloudformation:ExecuteChangeSet',
    code,
    message: 'not now',
    from: 0,
    until: 1e9,
  } as never);

describe('a change that AWS refuses once the sizes of its groups are noted', () => {
  for (const code of ['AccessDenied', 'ValidationError', 'InsufficientCapabilitiesException']) {
    it(`gives the sizes back, and ends as a refusal that changed nothing: ${code}`, async () => {
      const stage = stackWorld();
      const before = sizeOf(stage);
      refusing(stage, code);
      const ended = await stage.run(UPDATE);
      const { serves, left, next } = ended.document?.failure ?? {};
      expect([ended.code, serves, left], JSON.stringify(ended.document?.failure)).to.deep.equal([
        3,
        'Nothing was changed.',
        '',
      ]);
      // The stack still has the former image: there is nothing to swap.
      expect(next?.filter((line) => line.includes('update-asgs'))).to.deep.equal([]);
      expect(leftOn(stage)).to.deep.equal([]);
      expect(sizeOf(stage)).to.deep.equal(before);
      expect(stage.sandbox.monitor.violations).to.deep.equal([]);
    });
  }
});
