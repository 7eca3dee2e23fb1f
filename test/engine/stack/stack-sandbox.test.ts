import { expect } from 'chai';
import { commandLine } from '../../../src/text/commands/next-command.js';
import type { Deps } from '../../../src/engine/deps.js';
import { changeStack, stackGroups } from '../../../src/engine/stack/change-stack.js';
import { allChanges, type PlacedChange } from '../../../src/decide/stack/read-change-set.js';
import { Failure } from '../../../src/errors.js';
import { BREAKS, type Fault, type Scenario } from '../../../src/sandbox/scenario.js';
import { loadTemplate } from '../../../src/template/load.js';
import { STACK_TIMING, type StackChange } from '../../../src/engine/stack/stack-change.js';
import { StackAccount } from '../../support/stack-account.js';

const web = `
Parameters:
  Image: {Type: "AWS::EC2::Image::Id"}
  Size: {Type: Number, Default: 2}
  Secret: {Type: String, NoEcho: true}
Resources:
  Configuration:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties:
      ImageId: !Ref Image
      InstanceType: t3.micro
      UserData: !Base64
        Fn::Sub: "echo \${Secret}"
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      LaunchConfigurationName: !Ref Configuration
      MinSize: !Ref Size
      MaxSize: 4
      AvailabilityZones: !GetAZs ""
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Image}
Outputs:
  Group: {Value: !Ref Group}
`;

const nested = `
Parameters: {Image: {Type: String}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://templates.s3.amazonaws.com/inner.yml
      Parameters: {Image: !Ref Image, Secret: hunter2}
`;

class Account extends StackAccount {
  constructor(faults: readonly Fault[] = [], scenario: Partial<Scenario> = {}) {
    super({ objects: { 'templates/inner.yml': web }, faults, ...scenario });
  }

  stack(): {
    readonly StackStatus: string;
    readonly Parameters: readonly { readonly ParameterKey: string; readonly ParameterValue: string }[];
  } {
    const answer = this.sandbox.invoke('cloudformation', 'DescribeStacks', { StackName: 'web' }) as { Stacks: never[] };
    return answer.Stacks[0] as never;
  }

  changeSets(): unknown[] {
    const { Summaries } = this.sandbox.invoke('cloudformation', 'ListChangeSets', { StackName: 'web' }) as {
      Summaries: { ExecutionStatus: string }[];
    };
    return Summaries.filter(({ ExecutionStatus }) => ExecutionStatus === 'AVAILABLE');
  }

  /** Another run's change set, made a while ago, is executed; ours goes with it. */
  executeTheirs(): void {
    this.sandbox.invoke('cloudformation', 'ExecuteChangeSet', {
      ChangeSetName: 'theirs',
      StackName: 'web',
      ClientRequestToken: 'ha-updater-theirs',
    });
  }

  makeTheirs(): void {
    this.sandbox.invoke('cloudformation', 'CreateChangeSet', {
      ChangeSetName: 'theirs',
      StackName: 'web',
      UsePreviousTemplate: true,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: [
        { ParameterKey: 'Image', ParameterValue: 'ami-22222222' },
        { ParameterKey: 'Secret', UsePreviousValue: true },
      ],
    });
    this.sandbox.clock.advance(60_000);
  }

  told(): string[] {
    return this.emitted.flatMap((event) =>
      event.type === 'stack.event' ? [`${event.event.logicalId} ${event.event.status}`] : [],
    );
  }

  groupOf(): Promise<readonly string[]> {
    return stackGroups(this.deps, 'web');
  }

  /** Time goes on without this run until nothing moves the stack. */
  settle(): void {
    this.sandbox.clock.advance(600_000);
  }

  count(operation: string): number {
    return this.sandbox.calls.get(`cloudformation:${operation}`) ?? 0;
  }
}

const first = { Image: 'ami-11111111', Secret: 'hunter2' };

async function created(faults: readonly Fault[] = [], scenario: Partial<Scenario> = {}): Promise<Account> {
  const account = new Account(faults, scenario);
  await account.change(first, web);
  account.emitted.length = 0;
  return account;
}

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  try {
    await run;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a stack of the sandbox, through the SDK', () => {
  it('is created, followed and its group found', async () => {
    const account = new Account();
    const change = await account.change(first, web);
    expect(change.action).to.equal('created');
    expect(change.stackId).to.match(/^arn:aws:cloudformation:eu-west-1:123456789012:stack\/web\//);
    expect(account.told()[0]).to.equal('web CREATE_IN_PROGRESS');
    expect(account.told().at(-1)).to.equal('web CREATE_COMPLETE');
    expect(account.told()).to.include('Group CREATE_COMPLETE');
    expect(await account.groupOf()).to.have.length(1);
  });

  it('is updated with one parameter; the others keep their values, the secret too', async () => {
    const account = await created();
    expect((await account.change({ Image: 'ami-22222222' })).action).to.equal('updated');
    expect(account.stack().StackStatus).to.equal('UPDATE_COMPLETE');
    const values = Object.fromEntries(
      account.stack().Parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
    );
    expect(values).to.deep.equal({ Image: 'ami-22222222', Size: '2', Secret: '****' });
    const { LaunchConfigurations: configurations } = account.sandbox.invoke(
      'autoscaling',
      'DescribeLaunchConfigurations',
      {},
    ) as { LaunchConfigurations: { UserData: string; ImageId: string }[] };
    expect(
      configurations.map(({ UserData, ImageId }) => [Buffer.from(UserData, 'base64').toString(), ImageId]),
    ).to.deep.equal([['echo hunter2', 'ami-22222222']]);
  });

  it('shows no secret in any event', async () => {
    const account = new Account();
    await account.change(first, web);
    expect(JSON.stringify(account.emitted)).not.to.include('hunter2');
  });

  it('with nothing to change is left alone, without a change set', async () => {
    const account = await created();
    expect((await account.change({})).action).to.equal('unchanged');
    expect(account.changeSets()).to.deep.equal([]);
    expect(account.count('ExecuteChangeSet')).to.equal(1);
  });

  it('that is not there is looked at, and then is not there again', async () => {
    const account = new Account();
    expect((await account.change(first, web, {}, () => Promise.resolve('drop'))).action).to.equal('dropped');
    expect(await account.deps.gateway.describeStack('web')).to.equal(undefined);
    expect((await account.change(first, web)).action).to.equal('created');
  });

  it('shows in its change set what a parameter causes, down nested stacks', async () => {
    const account = new Account();
    await account.change({ Image: 'ami-11111111' }, nested);
    let seen: readonly PlacedChange[] = [];
    await account.change({ Image: 'ami-22222222' }, undefined, {}, ({ review }) => {
      seen = allChanges(review?.changes!);
      return Promise.resolve('drop');
    });
    expect(seen.map(({ change }) => `${change.action} ${change.logicalId} ${change.replacement}`)).to.deep.equal([
      'Modify Inner False',
      'Modify Configuration True',
      'Modify Group False',
      'Modify Topic False',
    ]);
    expect(account.changeSets()).to.deep.equal([]);
  });

  it('that rolls back fails with its root cause, and its parameters are as before', async () => {
    const account = await created([
      { kind: 'stackFails', logicalId: 'Group', reason: 'The image is too old', from: 300 },
    ]);
    account.settle();
    const failure = await failureOf(account.change({ Image: 'ami-22222222' }));
    expect(failure.exitCode).to.equal(7);
    expect(failure.message).to.match(
      /^Group \(AWS::AutoScaling::AutoScalingGroup in web\) UPDATE_FAILED: The image is too old/,
    );
    expect(account.stack().StackStatus).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expect(account.told().at(-1)).to.equal('web UPDATE_ROLLBACK_COMPLETE');
  });

  it('that fails to be created is refused the next time, with the command that helps', async () => {
    const account = new Account([{ kind: 'stackFails', logicalId: 'Topic', reason: 'No permission' }]);
    const failure = await failureOf(account.change(first, web));
    expect([failure.exitCode, account.stack().StackStatus]).to.deep.equal([7, 'ROLLBACK_COMPLETE']);
    const again = await failureOf(account.change(first, web));
    expect([again.exitCode, again.facts.next.map(commandLine).at(-1)]).to.deep.equal([
      3,
      'aws cloudformation delete-stack --stack-name web',
    ]);
  });

  it('with a nested stack is followed down to the resource that failed', async () => {
    const account = new Account([{ kind: 'stackFails', logicalId: 'Group', reason: 'No such zone' }]);
    const failure = await failureOf(account.change({ Image: 'ami-11111111' }, nested, { capabilities: [] }));
    expect(failure.exitCode).to.equal(7);
    expect(failure.message).to.match(
      /^Group \(AWS::AutoScaling::AutoScalingGroup in web-Inner.*\) CREATE_FAILED: No such zone/,
    );
    expect(failure.facts.reasons).to.have.length(1);
  });

  it('with a nested stack shows its events and finds its groups', async () => {
    const account = new Account();
    await account.change({ Image: 'ami-11111111' }, nested);
    expect(account.told()).to.include('Inner CREATE_COMPLETE').and.to.include('Group CREATE_COMPLETE');
    expect(new Set(account.emitted.flatMap((e) => (e.type === 'stack.event' ? [e.event.id] : []))).size).to.equal(
      account.told().length,
    );
    expect(await account.groupOf()).to.have.length(1);
  });

  it('is cancelled by a signal and rolls back', async () => {
    const account = await created();
    account.signalAfter(4);
    const failure = await failureOf(account.change({ Image: 'ami-22222222' }));
    expect([failure.exitCode, account.stack().StackStatus]).to.deep.equal([7, 'UPDATE_ROLLBACK_COMPLETE']);
    expect(account.count('CancelUpdateStack')).to.equal(1);
    expect(account.told().at(-1)).to.equal('web UPDATE_ROLLBACK_COMPLETE');
  });

  it('in progress is left alone', async () => {
    const account = await created();
    const change = account.change({ Image: 'ami-22222222' }, undefined, { onInterrupt: 'leave' });
    account.signalAfter(4);
    const left = await failureOf(change);
    expect(left.exitCode).to.equal(5);
    const other = await failureOf(changeStackAgain(account));
    expect([other.exitCode, other.facts.code]).to.deep.equal([3, 'stack.busy']);
    account.settle();
    expect(account.stack().StackStatus).to.equal('UPDATE_COMPLETE');
  });

  for (const moment of ['DescribeChangeSet', 'ExecuteChangeSet'] as const)
    it(`that somebody else changes just before our ${moment} is held by them, by name`, async () => {
      const account = await created();
      account.makeTheirs();
      let first = true;
      account.sandbox.onCall(({ operation }) => {
        // Theirs is made and executed while ours is there.
        if (operation !== (moment === 'ExecuteChangeSet' ? 'DescribeChangeSet' : 'CreateChangeSet') || !first) return;
        first = false;
        account.sandbox.clock.after(moment === 'ExecuteChangeSet' ? 0 : 500, () => {
          account.executeTheirs();
        });
      });
      const failure = await failureOf(account.change({ Image: 'ami-33333333' }));
      expect([failure.exitCode, failure.facts.code]).to.deep.equal([6, 'stack.overtaken']);
      expect(failure.message).to.match(
        /^Somebody else changed stack web while this run was about to: run theirs of ha-updater since \S+Z; the stack is UPDATE_\w+ now\./,
      );
      expect(failure.facts.serves).to.equal('This run changed nothing.');
      account.settle();
      expect(account.stack().Parameters.find(({ ParameterKey }) => ParameterKey === 'Image')).to.deep.include({
        ParameterValue: 'ami-22222222',
      });
    });

  for (const how of BREAKS)
    for (const effect of ['before', 'after'] as const)
      for (const operation of ['ExecuteChangeSet', 'CreateChangeSet', 'DescribeChangeSet', 'DescribeStacks'])
        it(`is updated when an answer to ${operation} breaks (${how}, ${effect} the effect)`, async () => {
          const broken = { calls: `cloudformation:${operation}`, rate: 1, times: 2, how, effect, from: 120 };
          const account = await created([{ kind: 'brokenAnswer', ...broken }]);
          account.settle();
          expect((await account.change({ Image: 'ami-22222222' })).action).to.equal('updated');
          expect(account.stack().StackStatus).to.equal('UPDATE_COMPLETE');
          expect(account.changeSets()).to.deep.equal([]);
          expect(account.emitted.filter(({ type }) => type === 'call.retried')).to.have.length(2);
        });

  /** CloudFormation does not answer for so long, from so many seconds after the change began to be prepared. */
  const outage = async (after: number, lastsMs: number, how: 'serverError' | 'html'): Promise<Account> => {
    const from = 600 + after;
    const until = from + lastsMs / 1000;
    const account = await created([
      how === 'html'
        ? { kind: 'brokenAnswer', calls: 'cloudformation:*', rate: 1, how, effect: 'before', from, until }
        : { kind: 'serverError', calls: 'cloudformation:*', rate: 1, from, until },
    ]);
    account.sandbox.clock.advanceTo(account.sandbox.world.startedAt + 600_000);
    return account;
  };

  for (const how of ['serverError', 'html'] as const)
    for (const [when, after] of [
      ['before it begins', 1],
      ['in the middle', 15],
    ] as const) {
      it(`is waited for as long as groups are while CloudFormation does not answer (${how}, ${when})`, async () => {
        const account = await outage(after, 14 * 60_000, how);
        expect((await account.change({ Image: 'ami-22222222' })).action).to.equal('updated');
        expect(account.stack().StackStatus).to.equal('UPDATE_COMPLETE');
        expect(account.sandbox.clock.now() - account.sandbox.world.startedAt).to.be.above((600 + 14 * 60) * 1000);
      });
    }

  it('is left to itself when CloudFormation does not answer for longer', async () => {
    const account = await outage(15, 3_600_000, 'html');
    const failure = await failureOf(account.change({ Image: 'ami-22222222' }));
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([5, 'stack.blind']);
    expect(account.sandbox.clock.now() - account.sandbox.world.startedAt).to.be.within(1_500_000, 1_560_000);
  });

  it('is not called updated when no answer to its execution can be read', async () => {
    for (const effect of ['before', 'after'] as const) {
      const broken = { calls: 'cloudformation:ExecuteChangeSet', rate: 1, how: 'html', effect, from: 120 } as const;
      const account = await created([{ kind: 'brokenAnswer', ...broken }]);
      account.settle();
      const ending = account.change({ Image: 'ami-22222222' });
      if (effect === 'after') {
        // What answers is not the service, but the stack's own events say that the change is on its way.
        expect((await ending).action).to.equal('updated');
        continue;
      }
      const failure = await failureOf(ending);
      expect([failure.exitCode, failure.facts.code]).to.deep.equal([5, 'stack.unclear']);
      expect(failure.message).to.contain('is not the service, or its answer did not arrive whole');
    }
  });

  for (const fault of [
    { kind: 'lostReply', calls: 'cloudformation:ExecuteChangeSet', rate: 0.7 },
    { kind: 'lostReply', calls: 'cloudformation:CreateChangeSet', rate: 0.7 },
    { kind: 'lostReply', calls: 'cloudformation:*', rate: 0.3 },
    { kind: 'throttle', calls: 'cloudformation:*', rate: 0.4 },
    { kind: 'throttle', calls: 'cloudformation:*', rate: 0.4, code: 'RateExceeded' },
    { kind: 'serverError', calls: 'cloudformation:*', rate: 0.3 },
    { kind: 'staleReads', service: 'cloudformation', seconds: 8 },
  ] as const) {
    it(`is updated all the same with ${JSON.stringify(fault)}, for five seeds`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const account = await created([{ ...fault, from: 120 }], { seed });
        account.settle();
        expect((await account.change({ Image: 'ami-22222222' })).action, `seed ${seed}`).to.equal('updated');
        expect(account.stack().StackStatus, `seed ${seed}`).to.equal('UPDATE_COMPLETE');
        const told = account.told();
        expect(told[0], `seed ${seed}`).to.equal('web UPDATE_IN_PROGRESS');
        expect(told.at(-1), `seed ${seed}`).to.equal('web UPDATE_COMPLETE');
      }
    });

    it(`rolls back all the same with ${JSON.stringify(fault)}, for five seeds`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const account = await created(
          [
            { ...fault, from: 120 },
            { kind: 'stackFails', logicalId: 'Group', reason: 'Bad', from: 120 },
          ],
          { seed },
        );
        account.settle();
        const failure = await failureOf(account.change({ Image: 'ami-22222222' }));
        expect(failure.exitCode, `seed ${seed}: ${failure.message}`).to.equal(7);
        expect(failure.message, `seed ${seed}`).to.match(/^Group .*: Bad;/);
      }
    });
  }

  const wrong: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined, number])[] = [
    ['an unknown parameter', { Imag: 'ami-2' }, undefined, 2],
    ['an unfit number', { Size: 'two' }, undefined, 2],
    ['a template without resources', {}, 'Parameters: {A: {Type: String}}', 3],
    ['a template that is none', {}, 'a: [', 2],
    [
      'a reference to nothing',
      {},
      'Resources: {T: {Type: "AWS::SNS::Topic", Properties: {DisplayName: !Ref Nothing}}}',
      3,
    ],
  ];
  for (const [what, parameters, text, code] of wrong) {
    it(`with ${what} is left as it was, exit ${code}`, async () => {
      const account = await created();
      const failure = await failureOf(account.change(parameters, text));
      expect(failure.exitCode).to.equal(code);
      expect(account.count('UpdateStack')).to.equal(0);
      expect(account.stack().StackStatus).to.equal('CREATE_COMPLETE');
    });
  }
});

/** A second run of somebody who got no signal. */
function changeStackAgain(account: Account): Promise<StackChange> {
  const { deps } = account;
  const untouched: Deps = { ...deps, interrupt: { received: undefined, wake: new AbortController().signal } };
  return loadTemplate(undefined, 'web', {
    readFile: fail,
    fetchText: fail,
    readObject: fail,
    stackTemplate: (stack) => deps.gateway.stackTemplate(stack),
  }).then((template) =>
    changeStack(untouched, {
      stack: 'web',
      template,
      given: [],
      token: 'ha-updater-other',
      timing: STACK_TIMING,
      onInterrupt: 'leave',
    }),
  );
}

function fail(): Promise<string> {
  return Promise.reject(new Error('not expected'));
}
