import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../../../src/sandbox/scenario.js';
import { call } from '../../../support/sandbox.js';

interface Simulated {
  readonly EvaluationResults: readonly { readonly EvalActionName: string; readonly EvalDecision: string }[];
}

function simulate(scenario: Partial<Scenario>, ActionNames: readonly string[]): readonly string[] {
  const { world } = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const PolicySourceArn = 'arn:aws:iam::123456789012:user/sandbox';
  return call<Simulated>(world, 'iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn,
    ActionNames,
  }).EvaluationResults.map(({ EvalActionName, EvalDecision }) => `${EvalActionName} ${EvalDecision}`);
}

describe('IAM and Service Quotas', () => {
  it('allow what no fault refuses as denied, by the prefix that IAM has for a service', () => {
    const faults: Scenario['faults'] = [
      { kind: 'refuse', calls: 'elbv2:Describe*', code: 'AccessDenied', message: '' },
      { kind: 'refuse', calls: 'ec2:*', code: 'Unavailable', message: '' },
      { kind: 'refuse', calls: 'autoscaling:*', code: 'AccessDenied', message: '', from: 60 },
    ];
    expect(
      simulate({ faults }, [
        'elasticloadbalancing:DescribeTargetHealth',
        'elasticloadbalancing:RegisterTargets',
        'ec2:DescribeInstances',
        'autoscaling:SuspendProcesses',
      ]),
    ).to.deep.equal([
      'elasticloadbalancing:DescribeTargetHealth explicitDeny',
      'elasticloadbalancing:RegisterTargets allowed',
      'ec2:DescribeInstances allowed',
      'autoscaling:SuspendProcesses allowed',
    ]);
  });

  it('know the caller and roles with their path, and nobody else', () => {
    const { world } = createSandbox(DEFAULT_SCENARIO);
    const { Role } = call<{ Role: { Arn: string } }>(world, 'iam', 'GetRole', { RoleName: 'deploy' });
    expect(Role.Arn).to.equal('arn:aws:iam::123456789012:role/teams/deploy');
    expect(() =>
      call(world, 'iam', 'SimulatePrincipalPolicy', {
        PolicySourceArn: 'arn:aws:iam::123456789012:role/deploy',
        ActionNames: ['ec2:DescribeInstances'],
      }),
    ).to.throw('cannot be found');
  });

  it('answer the quotas of the scenario, others as large, and do not know codes that there are none of', () => {
    const { world } = createSandbox({ ...DEFAULT_SCENARIO, quotas: { 'L-1216C47A': 32 } });
    const quota = (QuotaCode: string): number =>
      call<{ Quota: { Value: number } }>(world, 'servicequotas', 'GetServiceQuota', { ServiceCode: 'ec2', QuotaCode })
        .Quota.Value;
    expect([quota('L-1216C47A'), quota('L-DB2E81BA')]).to.deep.equal([32, 100_000]);
    expect(() => quota('L-0000')).to.throw('does not exist');
  });
});
