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
      options: { stack: 'web', warmup: '30' },
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

  it('says that the groups do not follow yet where no execution could be started, and how they do', async () => {
    const from = (world.sandbox.clock.now() - world.sandbox.world.startedAt) / 1000;
    const refusal = {
      kind: 'refuse',
      calls: 'lambda:Invoke',
      code: 'AccessDeniedException',
      message: 'not authorized',
    };
    world.sandbox.world.disturb({ ...refusal, from, until: 1e9 } as never);
    const { code, document } = await json(`ImageId=${GOOD}`, ...ON_SERVER);
    expect(code, JSON.stringify(document)).to.not.equal(0);
    expect(document.failure?.left).to.equal('The stack is updated; its groups do not follow it yet.');
    expect(document.failure?.next.join('\n')).to.match(
      /update-asgs web --on server[^\n]*\n.*update-asgs web --on here/,
    );
    expect(imageOf()).to.equal(GOOD);
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
