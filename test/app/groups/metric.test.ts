import { expect } from 'chai';
import type { Scenario } from '../../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';
import { standardGroup } from '../../support/sandbox.js';

const ERRORS = 'AWS/ApplicationELB/HTTPCode_Target_5XX_Count';
const METRIC = `FILL(m:${ERRORS}{LoadBalancer=app/x/123,stat=Sum}, 0) < 5`;

/** `--metric`, as it is typed. */
describe('a metric on the command line', function () {
  this.timeout(30_000);

  function stageWith(scenario: Partial<Scenario> = {}): CommandStage {
    const stage = createCommandStage({ metrics: { [ERRORS]: { value: 0 } }, ...scenario });
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
    return stage;
  }
  const update = (stage: CommandStage, ...words: readonly string[]): Promise<Ended> =>
    stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', ...words]);
  /** Nothing but reads. */
  const changed = (stage: CommandStage): readonly string[] =>
    [...stage.sandbox.calls.keys()].filter((call) => !/:(Describe|Get|List)/.test(call));

  it('lets a rollout through where it holds', async () => {
    const { code, said } = await update(stageWith(), '--bake', '300', '--metric', METRIC, '--output', 'lines');
    expect(code).to.equal(0);
    expect(said).to.match(/The metric FILL\(.*\) < 5 is asked at the verdict\./);
    expect(said).to.match(/The metric .* at the verdict goes on: it holds: 0 at \S+/);
  });

  it('rolls back where it does not, with exit 4 and the value', async () => {
    const stage = stageWith({ metrics: { [ERRORS]: { value: 9 } } });
    const { code, document } = await update(stage, '--bake', '300', '--metric', METRIC);
    expect([code, document?.failure?.code]).to.deep.equal([4, 'swap.rolledBack']);
    expect(document?.failure?.what).to.match(/fails the verdict: it does not hold: 9 at/);
  });

  it('that CloudWatch cannot read is told before anything is changed', async () => {
    const stage = stageWith();
    const { code, document } = await update(stage, '--metric', `FOO(m:${ERRORS}{stat=Sum}) < 5`);
    expect([code, document?.failure?.code]).to.deep.equal([3, 'metric.invalid']);
    expect(document?.failure?.what).to.match(/Error in expression 'result': Unknown function FOO \(Validation\w+\)/);
    expect(changed(stage)).to.deep.equal([]);
  });

  it('that the role may not read is told before anything is changed, but holds up no way back', async () => {
    const faults = [
      { kind: 'refuse', calls: 'cloudwatch:GetMetricData', code: 'AccessDeniedException', message: 'not you' },
    ] as const;
    const stage = stageWith({ faults });
    const { code, document } = await update(stage, '--metric', METRIC);
    expect([code, document?.failure?.code]).to.deep.equal([3, 'metric.denied']);
    expect(document?.failure?.reasons.map(({ remedy }) => remedy).join()).to.include('cloudwatch:GetMetricData');
    expect(changed(stage)).to.deep.equal([]);
    expect((await stage.run(['rollback', '--asg', 'web', '--metric', METRIC])).code).to.equal(0);
    expect((await stage.run(['resume', '--asg', 'web', '--metric', METRIC])).code).to.equal(3);
  });

  for (const [why, ...words] of [
    ['must end with', '--metric', 'm:A/b{stat=Sum}'],
    ['which statistic', '--metric', 'm:A/b < 1'],
    ['is for --gate-command and --metric', '--gate-timeout', '60'],
    ['must be at least 720 seconds', '--metric', 'm:A/b{stat=Sum,period=300} < 1', '--gate-timeout', '600'],
  ] as const)
    it(`is refused with exit 2: ${words.join(' ')}`, async () => {
      const { code, document, said } = await update(stageWith(), ...words);
      expect(code).to.equal(2);
      expect(document?.failure?.what ?? said).to.include(why);
    });

  it('is shown by plan, with the gate command and where both are asked', async () => {
    const gates = ['--canary', '1', '--keep-old', '1h', '--gate-command', './gate.sh', '--metric', METRIC];
    const { said, document } = await stageWith().run(['plan', '--asg', 'web', ...gates]);
    expect(document?.plan?.gates ?? said.split('\n')).to.include.members([
      'gate command asked at: canary, verdict, kept, end: ./gate.sh',
      `metric asked at: canary, verdict, kept, end: ${METRIC}`,
    ]);
  });
});
