import { expect } from 'chai';
import { checkJournal } from '../../../src/check/check-journal.js';
import type { Stamped } from '../../../src/model/event.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { SAMPLE_IMAGES } from '../../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage, type Happening } from '../../support/command-stage.js';
import { functionByHand, type FunctionByHand } from './takes-looks.js';

const OLD = 'ami-0123456789abcdef0';
const GOOD = 'ami-0123456789abcdef1';
/** Somebody raised it; the template says 2, and CloudFormation may write that. */
const LIVE = 3;

interface GroupRow {
  readonly AutoScalingGroupName: string;
  readonly DesiredCapacity: number;
  readonly SuspendedProcesses: readonly object[];
  readonly Tags: readonly { readonly Key: string }[];
  readonly Instances: readonly { readonly InstanceId: string }[];
}

describe('update-stack --on server whose command dies around the change of its stack', function () {
  this.timeout(60_000);
  let stage: CommandStage;
  let hand: FunctionByHand;
  const call = (service: string, operation: string, input: object): object =>
    stage.sandbox.invoke(service as never, operation, input);
  const group = (): GroupRow => {
    const { AutoScalingGroups: rows } = call('autoscaling', 'DescribeAutoScalingGroups', {}) as {
      readonly AutoScalingGroups: readonly GroupRow[];
    };
    return rows[0]!;
  };
  const images = (): readonly string[] => {
    const ids = group().Instances.map(({ InstanceId }) => InstanceId);
    const { Reservations: all } = call('ec2', 'DescribeInstances', { InstanceIds: ids }) as {
      readonly Reservations: readonly { readonly Instances: readonly { readonly ImageId: string }[] }[];
    };
    return [...new Set(all.flatMap(({ Instances }) => Instances.map(({ ImageId }) => ImageId)))];
  };
  const expectClean = (): void => {
    const { DesiredCapacity: desired, SuspendedProcesses: suspended, Tags: tags } = group();
    expect([desired, suspended]).to.deep.equal([LIVE, []]);
    expect(tags.map(({ Key: key }) => key).filter((key) => key.startsWith('ha-updater:'))).to.deep.equal([]);
  };
  const broken = (): readonly object[] => {
    const { events } = call('logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/rollouts' }) as {
      readonly events: readonly { readonly message: string }[];
    };
    const journal = events.map(({ message }, index) => ({ line: index + 1, stamped: JSON.parse(message) as Stamped }));
    return checkJournal(journal).flatMap(({ invariants }) => invariants.filter(({ verdict }) => verdict === 'broken'));
  };
  /** The command, which ends as it does, or as the happening says. */
  const update = async (happening: Happening = {}): Promise<number | undefined> => {
    const words = ['update-stack', 'web', `ImageId=${GOOD}`, '--on', 'server', '--server', 'rollouts', '--detach'];
    return (await stage.run([...words, '--poll', '60'], { elsewhere: true, ...happening })).code;
  };
  const dies = async (change: string, when: 'before' | 'after'): Promise<void> => {
    expect(await update({ killedAt: { change: new RegExp(`^${change}$`), when } })).to.equal(undefined);
  };

  beforeEach(async () => {
    stage = createCommandStage({ images: SAMPLE_IMAGES });
    hand = functionByHand(stage.sandbox, { logs: true });
    const { code, said } = await stage.run([
      ...['update-stack', 'web', '--template', 'templates/web-stack.yaml', `VpcId=${DEFAULT_VPC}`, `ImageId=${OLD}`],
      ...[`Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`, 'DbPassword=never-to-be-kept-18'],
    ]);
    expect(code, said).to.equal(0);
    const { AutoScalingGroupName } = group();
    call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: LIVE });
    stage.sandbox.clock.advance(600_000);
  });
  afterEach(() => expect(stage.sandbox.monitor.violations).to.deep.equal([]));

  for (const [change, when] of [
    ['ExecuteChangeSet', 'after'],
    ['UpdateAutoScalingGroup', 'before'],
    ['UpdateAutoScalingGroup', 'after'],
    ['ResumeProcesses', 'before'],
    ['ResumeProcesses', 'after'],
    ['DeleteTags', 'after'],
  ] as const)
    it(`is promoted with the size that was live: killed ${when} ${change}`, async () => {
      await dies(change, when);
      await hand.take(hand.newest());
      expect(hand.resultOf(hand.newest())).to.include({ outcome: 'swapped', exitCode: 0 });
      expect(images()).to.deep.equal([GOOD]);
      expectClean();
      expect(broken()).to.deep.equal([]);
    });

  it('gives the size back and replaces nothing where it died before the change was sent', async () => {
    await dies('ExecuteChangeSet', 'before');
    await hand.take(hand.newest());
    expect(hand.resultOf(hand.newest()).failure?.code).to.equal('stack.notStarted');
    expect(images()).to.deep.equal([OLD]);
    expectClean();
  });

  it('has started nothing where it died before that, and the same command goes on', async () => {
    await dies('SuspendProcesses', 'after');
    expect(hand.row.executions).to.deep.equal([]);
    expect(await update()).to.equal(0);
    await hand.take(hand.newest());
    expect(hand.resultOf(hand.newest())).to.include({ outcome: 'swapped', exitCode: 0 });
    expect(images()).to.deep.equal([GOOD]);
    expectClean();
  });
});
