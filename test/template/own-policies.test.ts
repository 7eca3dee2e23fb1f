import { expect } from 'chai';
import { replacesByPolicy } from '../../src/decide/stack/own-policies.js';
import { loadTemplate } from '../../src/template/load.js';

const WEB = (policy: string): string => `Resources:
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy: ${policy}
    Properties: {MinSize: 1, MaxSize: 2, DesiredCapacity: 1, AvailabilityZones: !GetAZs '', LaunchConfigurationName: a}
`;

async function isReplacing(policy: string): Promise<boolean> {
  const none = (): Promise<string> => Promise.reject(new Error('not expected'));
  const io = { readFile: () => Promise.resolve(WEB(policy)), fetchText: none, readObject: none, stackTemplate: none };
  return replacesByPolicy((await loadTemplate('web.yaml', 'web', io, false)).findings);
}

describe('a template by which CloudFormation replaces instances itself', () => {
  for (const policy of [
    '{AutoScalingRollingUpdate: {MaxBatchSize: 1}}',
    '{AutoScalingReplacingUpdate: {WillReplace: true}}',
    '{AutoScalingInstanceRefresh: {Strategy: Rolling}}',
  ])
    it(`is one with ${policy}, also where nothing is to be swapped: no size can be kept there`, async () =>
      expect(await isReplacing(policy)).to.equal(true));

  for (const policy of [
    '{AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}',
    '{AutoScalingReplacingUpdate: {WillReplace: false}}',
    '{AutoScalingRollingUpdate: !Ref AWS::NoValue}',
  ])
    it(`is none with ${policy}`, async () => expect(await isReplacing(policy)).to.equal(false));
});
