import { expect } from 'chai';
import type { Fault } from '../../../src/sandbox/scenario.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { createStage, type Ending } from '../../support/stage.js';

/** A change to an image whose instances pass their health checks and answer with errors. */
async function runs(
  anomaly: 'refuse' | 'warn' | undefined,
  { faults = [], balancers }: { readonly faults?: readonly Fault[]; readonly balancers?: readonly 'classic'[] } = {},
): Promise<Ending> {
  const stage = createStage({ faults, images: { 'ami-odd': { behaviour: 'healthy', anomalous: true } } }, [
    { name: 'web', size: 3, min: 1, max: 6, drain: 5, ...(balancers !== undefined && { balancers }) },
  ]);
  stage.groups[0]?.changeImage('ami-odd');
  const gates: Plan['gates'] = { words: [], bakeMs: 60_000, ...(anomaly !== undefined && { anomaly }) };
  const ending = await stage.run({ gates });
  expect(stage.violations()).to.deep.equal([]);
  return ending;
}

const warned = ({ events }: Ending): readonly string[] =>
  events.flatMap((event) =>
    event.type === 'warning' && event.reason.code === 'group.anomaly' ? [event.reason.text] : [],
  );

describe('--anomaly', () => {
  it('rolls back with an anomalous new target, and names it', async () => {
    const { outcome, failure } = await runs('refuse');
    expect(outcome).to.equal('swapRolledBack');
    expect(failure?.facts.what).to.match(/rolled back: web calls i-\w+.* anomalous\.$/);
  });

  it('tells it alone with warn, and nothing without the flag', async () => {
    const told = await runs('warn');
    expect(told.outcome).to.equal('swapped');
    expect(warned(told).length).to.be.greaterThan(0);
    expect(warned(told)[0]).to.match(/calls i-\w+.* anomalous$/);
    const silent = await runs(undefined);
    expect([silent.outcome, warned(silent)]).to.deep.equal(['swapped', []]);
  });

  for (const code of ['AccessDenied', 'ValidationError'])
    it(`is told once to be of no effect where AWS answers ${code}`, async () => {
      // The call without it is refused no more.
      const refusal = { kind: 'refuse', calls: 'elbv2:DescribeTargetHealth', code, message: 'no', times: 1 } as const;
      const ending = await runs('refuse', { faults: [refusal] });
      expect(ending.outcome).to.equal('swapped');
      expect(warned(ending)).to.have.lengthOf(1);
      expect(warned(ending)[0]).to.match(/does not tell anomalies \(web: \S*DescribeTargetHealth: /);
    });

  it('is told to be of no effect where no target group judges', async () => {
    const ending = await runs('refuse', { balancers: ['classic'] });
    expect(ending.outcome).to.equal('swapped');
    expect(warned(ending)).to.deep.equal(['no target group judges it, so nothing tells anomalies']);
  });
});
