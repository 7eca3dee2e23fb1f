import { expect } from 'chai';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { createStage, stateOf } from '../../support/stage.js';

const PROMOTED = [
  { name: 'web', size: [1, 3, 5], instances: Array.from({ length: 3 }, () => 'InService 2'), suspended: [], tags: [] },
];

/** The reads and the changes of a swap. */
export const OPERATIONS = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:UpdateAutoScalingGroup',
  'autoscaling:CreateOrUpdateTags',
  'autoscaling:TerminateInstanceInAutoScalingGroup',
  'elb:DescribeInstanceHealth',
  'elbv2:DescribeTargetHealth',
] as const;

type BrokenAnswer = Extract<Fault, { readonly kind: 'brokenAnswer' }>;

/** When an answer breaks, and how. */
export type Break = Required<Pick<BrokenAnswer, 'how' | 'effect'>>;

/** Swaps a group behind two balancers, whose calls travel as they do over a network, and expects a swap like any other. */
export async function expectSwapped(faults: readonly BrokenAnswer[]): Promise<void> {
  const stage = createStage({ faults }, [{ name: 'web', size: 3, min: 1, max: 5 }], { wire: true });
  stage.groups[0]?.changeImage('ami-new');
  const ending = await stage.run();
  const at = `${faults.map(({ calls }) => calls).join()}: ${ending.failure?.facts.what ?? ''}`;
  expect([ending.outcome, stateOf(stage)], at).to.deep.equal(['swapped', PROMOTED]);
  expect(stage.violations(), at).to.deep.equal([]);
  for (const { calls } of faults.filter((fault) => fault.calls !== '*'))
    expect(stage.sandbox.calls.get(calls), at).to.be.above(0);
}

/** The first three answers of an operation break. */
export function breaking(calls: string, { how, effect }: Break): BrokenAnswer {
  return { kind: 'brokenAnswer', calls, rate: 1, times: 3, how, effect };
}
