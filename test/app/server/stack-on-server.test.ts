import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import UpdateStack from '../../../commands/stack/update-stack.js';
import UpdateAsgs from '../../../commands/groups/update-asgs.js';
import { isOfGroups } from '../../../src/app/server/execution-input.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { simulatedWorld, type SimulatedWorld } from '../../commands/support/simulated-world.js';
import { functionByHand, type FunctionByHand } from './takes-looks.js';

const ON_SERVER = ['--on', 'server', '--server', 'rollouts'];
const SECRET = 'never-to-be-kept-18';
const GOOD = 'ami-0123456789abcdef1';
const GOOD2 = 'ami-0123456789abcdef2';
const BAD = 'ami-0bad0bad0bad0bad0';

describe('update-stack --on server', function () {
  this.timeout(120_000);
  let world: SimulatedWorld;
  let hand: FunctionByHand;
  beforeEach(async () => {
    world = await simulatedWorld();
    hand = functionByHand(world.sandbox, { logs: true });
    const { code, document } = await json(
      ...['--template', 'templates/web-stack.yaml', `VpcId=${DEFAULT_VPC}`, 'ImageId=ami-0123456789abcdef0'],
      ...[`Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`, `DbPassword=${SECRET}`, ...ON_SERVER],
    );
    // A new stack is proven from here: there is nothing to replace.
    expect([code, document.outcome], JSON.stringify(document)).to.deep.equal([0, 'created']);
    expect(hand.row.executions).to.deep.equal([]);
  });
  afterEach(async () => {
    expect(world.sandbox.monitor.violations).to.deep.equal([]);
    await world.stop();
  });
  const json = (...words: readonly string[]) => world.json(['update-stack', 'web', ...words]);
  const imageOf = (): string | undefined => {
    const { Stacks: stacks } = world.ask('DescribeStacks', { StackName: 'web' }) as {
      readonly Stacks: readonly {
        readonly Parameters: readonly { readonly ParameterKey: string; readonly ParameterValue: string }[];
      }[];
    };
    return stacks[0]?.Parameters.find(({ ParameterKey }) => ParameterKey === 'ImageId')?.ParameterValue;
  };
  /** The token of the newest change of the stack. */
  const tokenOf = (): string | undefined => {
    const { StackEvents: events } = world.ask('DescribeStackEvents', { StackName: 'web' }) as {
      readonly StackEvents: readonly { readonly ClientRequestToken?: string }[];
    };
    return events[0]?.ClientRequestToken;
  };
  const statusOf = (): string | undefined => {
    const { Stacks: stacks } = world.ask('DescribeStacks', { StackName: 'web' }) as {
      readonly Stacks: readonly { readonly StackStatus: string }[];
    };
    return stacks[0]?.StackStatus;
  };
  const inputWith = (token: string): string =>
    JSON.stringify({ command: 'update-asgs', options: { stack: 'web', waitForLock: '900', afterChange: token } });
  /** Sends a change as a command does that dies right after. */
  const change = (token: string, image: string): unknown =>
    world.ask('UpdateStack', {
      ...{ StackName: 'web', UsePreviousTemplate: true, ClientRequestToken: token },
      Parameters: [
        { ParameterKey: 'ImageId', ParameterValue: image },
        ...['VpcId', 'Subnets', 'DbPassword'].map((key) => ({ ParameterKey: key, UsePreviousValue: true })),
      ],
    });
  const executionOf = (name: string) => ({
    ...{ arn: `arn:aws:lambda:eu-west-1:1:function:rollouts:7/durable-execution/${name}/1`, name, version: '7' },
    ...{ functionArn: 'arn:aws:lambda:eu-west-1:1:function:rollouts:7', startedAt: 0, endsAt: 1e15 },
    ...{ failedCalls: 0, operations: [], tokens: 0 },
  });
  /** Notes of rollouts that are on the groups. */
  const notes = (): readonly string[] => {
    const { AutoScalingGroups: groups } = world.sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {}) as {
      readonly AutoScalingGroups: readonly { readonly Tags: readonly { readonly Key: string }[] }[];
    };
    return groups
      .flatMap(({ Tags: tags }) => tags.map(({ Key: key }) => key))
      .filter((key) => key.startsWith('ha-updater:'));
  };
  /** The function looks once it is started. */
  const looks = (): void => {
    let looked = false;
    world.sandbox.onCall(({ operation }) => {
      if (looked || operation !== 'FilterLogEvents') return;
      looked = true;
      void hand.take(hand.newest());
    });
  };

  it('changes the stack from here and its groups there, and no value gets into the execution', async () => {
    looks();
    const file = join(world.folder, 'events.jsonl');
    const junit = join(world.folder, 'junit.xml');
    const { code, document } = await json(
      ...[`ImageId=${GOOD}`, `DbPassword=${SECRET}2`, ...ON_SERVER, '--warmup', '30'],
      ...['--events-file', file, '--junit', junit],
    );
    expect([code, document.outcome, document.command], JSON.stringify(document)).to.deep.equal([
      ...[0, 'updated', 'update-stack'],
    ]);
    expect(imageOf()).to.equal(GOOD);
    const [execution, ...others] = hand.row.executions;
    expect(others).to.deep.equal([]);
    expect(JSON.parse(execution?.input ?? '')).to.deep.equal({
      command: 'update-asgs',
      options: { stack: 'web', warmup: '30', waitForLock: '900', afterChange: tokenOf() },
    });
    const { events } = world.sandbox.invoke('logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/rollouts' }) as {
      readonly events: readonly object[];
    };
    expect(events.length).to.be.greaterThan(10);
    expect(JSON.stringify([execution, events, document])).to.not.contain(SECRET);
    expect(world.said()).to.not.contain(SECRET);
    const journal = await readFile(file, 'utf8');
    // Two runs, one after the other: the file is that of the last one.
    expect(journal.match(/"type":"run\.started"[^\n]*"byLooks":true/g)).to.have.length(1);
    expect(journal.match(/"type":"run\.finished"/g)).to.have.length(1);
    expect(journal).to.not.contain(SECRET);
    expect((await world.run(['check', file])).code).to.equal(0);
    expect(await readFile(junit, 'utf8')).to.contain('<testcase');
  });

  it('ends as the groups end: rolled back is exit code 4', async () => {
    looks();
    const { code, document } = await json(`ImageId=${BAD}`, ...ON_SERVER, '--healthy-timeout', '120');
    expect([code, document.outcome, document.command], JSON.stringify(document)).to.deep.equal([
      ...[4, 'swapRolledBack', 'update-stack'],
    ]);
  });

  it('starts nothing where the stack could not be changed', async () => {
    const { code } = await json('ImageId=ami-0123456789abcdef1', 'NoSuchKey=1', ...ON_SERVER);
    expect(code).to.be.oneOf([2, 3]);
    expect(hand.row.executions).to.deep.equal([]);
  });

  it('refuses what the groups need a process for before the stack is changed', async () => {
    for (const [words, what] of [
      [['--check-command', 'curl it'], /--check-command runs a command.* --on here does it in this process/],
      [['--revert-on-failure'], /--revert-on-failure needs this process/],
      [['--history', 's3://runs'], /--history needs a process/],
      [['--detach', '--report', '/tmp/r.html'], /--report needs a command that follows/],
    ] as const) {
      const { code, document } = await json(`ImageId=${GOOD}`, ...ON_SERVER, ...words);
      expect([code, document.outcome], what.source).to.deep.equal([2, 'usage']);
      expect(document.failure?.what).to.match(what);
    }
    const nobody = await json(`ImageId=${GOOD}`, '--on', 'server', '--server', 'nobody');
    expect([nobody.code, nobody.document.failure?.code]).to.deep.equal([3, 'server.missing']);
    expect(imageOf()).to.equal('ami-0123456789abcdef0');
  });

  it('changes nothing where no execution could be started', async () => {
    const from = (world.sandbox.clock.now() - world.sandbox.world.startedAt) / 1000;
    const refusal = {
      kind: 'refuse',
      calls: 'lambda:Invoke',
      code: 'AccessDeniedException',
      message: 'not authorized',
    };
    world.sandbox.world.disturb({ ...refusal, from, until: 1e9 } as never);
    const { code, document } = await json(`ImageId=${GOOD}`, ...ON_SERVER);
    expect([code, document.failure?.code], JSON.stringify(document)).to.deep.equal([3, 'server.notStarted']);
    expect(imageOf()).to.equal('ami-0123456789abcdef0');
    expect(notes()).to.deep.equal([]);
  });

  it('needs nobody from the moment of the change on: the execution waits for its end, and goes on', async () => {
    const { code } = await json(`ImageId=${GOOD}`, ...ON_SERVER, '--detach');
    expect(code).to.equal(0);
    const first = hand.newest();
    // Looks that begin before the stack has settled: another change, of which only the token is known here.
    const started = { ...first, name: 'web-waits', operations: [], input: inputWith('by-hand') };
    hand.row.executions.push(started);
    await hand.take(started, 2);
    expect(started.ended).to.equal(undefined);
    change('by-hand', GOOD2);
    expect(statusOf()).to.equal('UPDATE_IN_PROGRESS');
    await hand.take(started);
    expect(hand.resultOf(started)).to.include({ outcome: 'swapped', exitCode: 0 });
    expect(statusOf()).to.equal('UPDATE_COMPLETE');
  });

  it('leaves the groups as they are where the change fails, or never comes', async () => {
    const waits = (token: string) => {
      hand.row.executions.push({ ...executionOf(token), input: inputWith(token) });
      return hand.newest();
    };
    const never = waits('never-sent');
    await hand.take(never);
    expect(hand.resultOf(never).failure?.code).to.equal('stack.notStarted');
    const failing = waits('fails');
    await hand.take(failing, 1);
    change('fails', GOOD);
    world.ask('CancelUpdateStack', { StackName: 'web' });
    await hand.take(failing);
    expect(hand.resultOf(failing)).to.include({ outcome: 'stackFailed' });
    expect(hand.resultOf(failing).failure?.what).to.contain('UPDATE_ROLLBACK_COMPLETE');
    expect(notes()).to.deep.equal([]);
  });

  it('leaves the rollout alone with --detach once the stack has changed', async () => {
    const { code, document } = await json(`ImageId=${GOOD}`, ...ON_SERVER, '--detach');
    expect([code, document.outcome], JSON.stringify(document)).to.deep.equal([0, 'started']);
    await hand.take(hand.newest());
    expect(hand.resultOf(hand.newest())).to.include({ outcome: 'swapped', exitCode: 0 });
  });

  it('gives its groups every flag that update-asgs has too', () => {
    const both = Object.keys(UpdateStack.flags).filter((name) => Object.hasOwn(UpdateAsgs.flags, name));
    // Limits of the stack's change.
    const ofStack = ['first-event-timeout', 'warmup-seconds'];
    expect(both.filter((name) => !isOfGroups(name) && !ofStack.includes(name))).to.deep.equal([]);
    const alone = Object.keys(UpdateStack.flags).filter((name) => !Object.hasOwn(UpdateAsgs.flags, name));
    expect(alone.filter(isOfGroups)).to.deep.equal([]);
  });
});
