import { expect } from 'chai';
import { createGateway } from '../../../src/aws/gateway.js';
import type { Deps } from '../../../src/engine/deps.js';
import { createSizeKeeper } from '../../../src/engine/stack/keep-sizes.js';
import { changeStack } from '../../../src/engine/stack/change-stack.js';
import { runRollout } from '../../../src/engine/rollout/run-rollout.js';
import { STACK_TIMING, type StackChange, type StackOrder } from '../../../src/engine/stack/stack-change.js';
import { Failure } from '../../../src/errors.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { KeepSizePlan, Plan } from '../../../src/model/rollout/rollout-plan.js';
import { lookAt } from '../../../src/sandbox/invariants/look.js';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Fault } from '../../../src/sandbox/scenario.js';
import { loadTemplate } from '../../../src/template/load.js';
import { PLAN } from '../../support/groups.js';

/** Sizes as most templates have them: fixed, and smaller than what scaling has made of the group. */
const TEMPLATE = (policy = ''): string => `
Parameters:
  Ami: {Type: String}
  Max: {Type: Number, Default: 8}
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {ImageId: !Ref Ami, InstanceType: t3.micro}}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
${policy}
    Properties:
      LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}
      MinSize: 1
      MaxSize: !Ref Max
      DesiredCapacity: 2
      AvailabilityZones: !GetAZs ""
  Last:
    Type: AWS::SNS::Topic
    DependsOn: Group
    Properties: {DisplayName: !Ref Ami}
`;
const IGNORE = '    UpdatePolicy: {AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}';

interface LiveGroup {
  readonly AutoScalingGroupName: string;
  readonly MinSize: number;
  readonly MaxSize: number;
  readonly DesiredCapacity: number;
  readonly Instances: readonly { readonly InstanceId: string; readonly LifecycleState: string }[];
  readonly SuspendedProcesses: readonly { readonly ProcessName: string }[];
  readonly Tags: readonly { readonly Key: string }[];
}

/** A stack with a group that scaling made larger than its template says, and who watches it. */
class Account {
  readonly sandbox: Sandbox;
  readonly events: RunEvent[] = [];
  readonly #interrupt = new AbortController();
  #signal: string | undefined;
  #runs = 0;
  least = Infinity;

  constructor(faults: readonly Fault[] = [], policy = '') {
    this.sandbox = createSandbox({ ...DEFAULT_SCENARIO, faults });
    this.sandbox.invoke('cloudformation', 'CreateStack', {
      StackName: 'web',
      TemplateBody: TEMPLATE(policy),
      Parameters: [{ ParameterKey: 'Ami', ParameterValue: 'ami-00000001' }],
    });
    this.sandbox.clock.advance(600_000);
    this.autoscaling('SetDesiredCapacity', { DesiredCapacity: 6 });
    this.sandbox.clock.advance(600_000);
    expect(this.serving()).to.equal(6);
    const name = this.group().AutoScalingGroupName;
    this.sandbox.world.onChange(
      () => (this.least = Math.min(this.least, lookAt(this.sandbox.world, name)?.inService ?? 0)),
    );
  }

  group(): LiveGroup {
    const answer = this.sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {}) as {
      AutoScalingGroups: LiveGroup[];
    };
    const [group] = answer.AutoScalingGroups;
    if (group === undefined) throw new Error('there is no group');
    return group;
  }

  autoscaling(operation: string, input: object): void {
    this.sandbox.invoke('autoscaling', operation, {
      AutoScalingGroupName: this.group().AutoScalingGroupName,
      ...input,
    });
  }

  serving(): number {
    return this.group().Instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;
  }

  size(): string {
    const { MinSize, DesiredCapacity, MaxSize } = this.group();
    return `${MinSize}/${DesiredCapacity}/${MaxSize}`;
  }

  left(): string[] {
    const { Tags, SuspendedProcesses } = this.group();
    return [
      ...Tags.map(({ Key }) => Key).filter((key) => key.startsWith('ha-updater:')),
      ...SuspendedProcesses.map(({ ProcessName }) => ProcessName),
    ];
  }

  signalAfter(seconds: number): void {
    this.sandbox.clock.after(seconds * 1000, () => {
      this.#signal = 'SIGINT';
      this.#interrupt.abort();
    });
  }

  get deps(): Deps {
    const signal = (): string | undefined => this.#signal;
    const { region, credentials, requestHandler } = this.sandbox.clientConfig();
    return {
      gateway: createGateway({ region, credentials: () => Promise.resolve(credentials), requestHandler }),
      clock: this.sandbox.clock,
      emit: (event) => this.events.push(event),
      holderIsGone: () => false,
      interrupt: {
        get received() {
          return signal();
        },
        wake: this.#interrupt.signal,
      },
    };
  }

  plan(groups: readonly string[], more: Partial<Plan>): Plan {
    return { ...PLAN, stack: 'web', groups, ...more };
  }

  /** As update-stack changes the stack, up to the swap. `keep: false`: as it did before sizes were kept. */
  async change(
    parameters: Readonly<Record<string, string>>,
    order: Partial<StackOrder> & { readonly keep?: boolean; readonly policy?: string } = {},
  ): Promise<StackChange> {
    const { deps } = this;
    const { keep = true, policy = '', ...rest } = order;
    const run = `r${++this.#runs}`;
    const none = (): Promise<string> => Promise.reject(new Error('not expected'));
    const io = {
      readFile: () => Promise.resolve(TEMPLATE(policy)),
      fetchText: none,
      readObject: none,
      stackTemplate: none,
    };
    const keeper = createSizeKeeper(deps, 'web', (groups, keepSize: KeepSizePlan) =>
      this.plan(groups, { strategy: 'keep-size', keepSize, run }),
    );
    const whole: StackOrder = {
      stack: 'web',
      template: await loadTemplate('web.yml', 'web', io),
      given: Object.entries(parameters).map(([key, value]) => ({ key, value })),
      token: `ha-updater-${run}`,
      timing: STACK_TIMING,
      onInterrupt: 'cancel',
      ...rest,
    };
    const done = await changeStack(deps, whole, async (open) => {
      if (keep) await keeper.begin(open);
      return 'execute';
    }).catch(async (error: unknown) => {
      throw await keeper.endAfter(error);
    });
    await keeper.end();
    return done;
  }
}

async function failureOf(change: Promise<unknown>): Promise<Failure> {
  const error = await change.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof Failure)) throw new Error(`no failure, but ${String(error)}`);
  return error;
}

const LAST_FAILS: Fault = { kind: 'stackFails', stack: 'web', logicalId: 'Last', reason: 'It fails', after: 1 };

describe('the size of a group while its stack changes', () => {
  it('falls to that of the template when nobody keeps it', async () => {
    const account = new Account();
    await account.change({ Ami: 'ami-00000002' }, { keep: false });
    account.sandbox.clock.advance(600_000);
    expect(account.size()).to.equal('1/2/8');
    expect(account.least).to.equal(2);
  });

  it('is kept: all that serve stay in service, and nothing of ours is left', async () => {
    const account = new Account();
    await account.change({ Ami: 'ami-00000002' });
    account.sandbox.clock.advance(600_000);
    expect(account.size()).to.equal('1/6/8');
    expect(account.least).to.equal(6);
    expect(account.left()).to.deep.equal([]);
  });

  for (const policy of ['', IGNORE])
    it(`is kept when the stack rolls back${policy === '' ? '' : ', where the policy leaves unchanged sizes alone'}`, async () => {
      const account = new Account([LAST_FAILS], policy);
      const failure = await failureOf(account.change({ Ami: 'ami-00000002' }, { policy }));
      account.sandbox.clock.advance(600_000);
      expect(failure.outcome).to.equal('stackFailed');
      expect(failure.facts.serves).to.equal('The stack action failed; the groups have the sizes that they had.');
      expect(account.size()).to.equal('1/6/8');
      expect(account.least).to.equal(6);
      expect(account.left()).to.deep.equal([]);
    });

  it('is kept when a signal cancels the update', async () => {
    const account = new Account();
    account.signalAfter(20);
    await failureOf(account.change({ Ami: 'ami-00000002' }));
    account.sandbox.clock.advance(600_000);
    expect(account.size()).to.equal('1/6/8');
    expect(account.least).to.equal(6);
    expect(account.left()).to.deep.equal([]);
  });

  it('stays noted when a signal leaves the stack to CloudFormation, and resume gives it back', async () => {
    const account = new Account();
    account.signalAfter(8);
    const failure = await failureOf(account.change({ Ami: 'ami-00000002' }, { onInterrupt: 'leave' }));
    expect(failure.facts.left).to.contain('is still kept');
    expect(failure.facts.next.join('\n')).to.contain('ha-updater resume web');
    account.sandbox.clock.advance(1_200_000);
    expect(account.least).to.equal(6);
    const { deps } = account;
    const later: Deps = { ...deps, interrupt: { received: undefined, wake: new AbortController().signal } };
    const name = account.group().AutoScalingGroupName;
    const results = await runRollout(later, account.plan([name], { run: 'later', adoptOnly: true, goOn: true }));
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(['sizeKept']);
    account.sandbox.clock.advance(600_000);
    expect(account.size()).to.equal('1/6/8');
    expect(account.least).to.equal(6);
    expect(account.left()).to.deep.equal([]);
  });

  it('is not kept where the change sets a MaxSize that it does not fit: nothing is changed', async () => {
    const account = new Account();
    const failure = await failureOf(account.change({ Ami: 'ami-00000002', Max: '4' }));
    expect(failure.outcome).to.equal('refused');
    expect(failure.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.sizeDoesNotFit']);
    expect(account.size()).to.equal('1/6/8');
    expect(account.left()).to.deep.equal([]);
  });

  it('takes a MaxSize that the change raises', async () => {
    const account = new Account();
    await account.change({ Ami: 'ami-00000002', Max: '12' });
    expect(account.size()).to.equal('1/6/12');
  });

  it('leaves suspended what the owner had suspended', async () => {
    const account = new Account();
    account.autoscaling('SuspendProcesses', { ScalingProcesses: ['AZRebalance', 'AlarmNotification'] });
    await account.change({ Ami: 'ami-00000002' });
    expect(account.left().sort()).to.deep.equal(['AZRebalance', 'AlarmNotification']);
    expect(account.size()).to.equal('1/6/8');
  });
});
