import { expect } from 'chai';
import { cancel } from '../../../src/app/groups/cancel.js';
import { libraryContext } from '../../../src/library/library-context.js';
import type { ExecutionRow } from '../../../src/sandbox/world/lambda/state.js';
import { simulatedWorld, type SimulatedWorld } from '../../commands/support/simulated-world.js';
import { lifeOf } from '../../support/command-stage.js';
import { functionByHand, type FunctionByHand } from './takes-looks.js';
import { standardGroup } from '../../support/sandbox.js';

const ON_SERVER = ['--on', 'server', '--server', 'rollouts'];
const SERVER = ['--server', 'rollouts'];

describe('a rollout on a server that has not looked yet', function () {
  this.timeout(60_000);
  let world: SimulatedWorld;
  let hand: FunctionByHand;
  beforeEach(async () => {
    world = await simulatedWorld();
    for (const name of ['web', 'api'])
      standardGroup(world.sandbox.world, { name, size: 2, max: 4 }).changeImage('ami-new');
    hand = functionByHand(world.sandbox);
  });
  afterEach(async () => {
    expect(world.sandbox.monitor.violations).to.deep.equal([]);
    await world.stop();
  });
  const json = (...words: readonly string[]) => world.json(words);
  const newest = (): ExecutionRow => hand.newest();
  const start = async (...words: readonly string[]): Promise<ExecutionRow> => {
    const { code, document } = await json(...words, ...ON_SERVER, '--detach');
    expect(code, JSON.stringify(document)).to.equal(0);
    return newest();
  };
  const take: FunctionByHand['take'] = (execution, most) => hand.take(execution, most);
  const later = (seconds: number, what: () => void): void =>
    void world.sandbox.clock.at(world.sandbox.clock.now() + seconds * 1000, what);
  const tagsOf = (name: string): readonly string[] => {
    const { AutoScalingGroups: groups } = world.sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {
      AutoScalingGroupNames: [name],
    }) as { readonly AutoScalingGroups: readonly { readonly Tags: readonly { readonly Key: string }[] }[] };
    return (groups[0]?.Tags ?? []).map(({ Key }) => Key).filter((key) => key.startsWith('ha-updater:'));
  };
  const changes = (): readonly string[] => world.calls('UpdateAutoScalingGroup').map(({ operation }) => operation);
  const resultOf = (execution: ExecutionRow) => hand.resultOf(execution);
  const whyOf = (one: ExecutionRow) => resultOf(one).failure?.reasons.map(({ code }) => code);

  it('begins nothing once cancel has asked it to, and the note goes', async () => {
    const execution = await start('update-asgs', '--asg', 'web');
    later(20, () => void take(execution));
    const { code, document } = await json('cancel', '--asg', 'web', ...SERVER);
    expect([code, document.outcome], JSON.stringify(document)).to.deep.equal([0, 'cancelled']);
    expect(resultOf(execution)).to.include({ outcome: 'refused' });
    expect(whyOf(execution)).to.deep.equal(['run.interrupted']);
    expect(tagsOf('web')).to.deep.equal([]);
    expect(changes()).to.deep.equal([]);
  });

  it('is taken back where its record was written at that very moment', async () => {
    const execution = await start('update-asgs', '--asg', 'web');
    // The first look intends the record; the second one writes it, as late as the note of cancel.
    await take(execution, 1);
    let looked: Promise<void> | undefined;
    world.sandbox.onCall(({ operation, input }) => {
      if (looked === undefined && operation === 'CreateOrUpdateTags' && JSON.stringify(input).includes('wish'))
        looked = take(execution);
    });
    const { code, document } = await json('cancel', '--asg', 'web', ...SERVER);
    await looked;
    expect([code, document.outcome], JSON.stringify(document)).to.deep.equal([0, 'cancelled']);
    expect(changes()).to.deep.equal([]);
    expect(tagsOf('web')).to.deep.equal([]);
  });

  it('is not found without the name of the function, and cancel says how to', async () => {
    const execution = await start('update-asgs', '--asg', 'web');
    const { code, document } = await json('cancel', '--asg', 'web');
    expect([code, document.failure?.code]).to.deep.equal([3, 'cancel.nothing']);
    expect(document.failure?.what).to.contain(
      'one that was started on a server seconds ago is found with --server NAME',
    );
    expect(execution.ended).to.equal(undefined);
    expect(tagsOf('web')).to.deep.equal([]);
  });

  it('is left alone where it is about other groups, and cancel says that none is running', async () => {
    await start('update-asgs', '--asg', 'api');
    const { code, document } = await json('cancel', '--asg', 'web', ...SERVER);
    expect([code, document.failure?.code]).to.deep.equal([3, 'cancel.nothing']);
    expect(document.failure?.what).to.contain('no execution for them is running on function rollouts');
    expect([...tagsOf('web'), ...tagsOf('api')]).to.deep.equal([]);
    const well = await json('cancel', '--asg', 'web', ...SERVER, '--if-running');
    expect([well.code, well.document.outcome]).to.deep.equal([0, 'nothing']);
  });

  it('obeys as late as it looks: cancel ends within limits, and the request stays', async () => {
    const execution = await start('update-asgs', '--asg', 'web');
    const { code, document } = await json('cancel', '--asg', 'web', ...SERVER);
    expect([code, document.failure?.code], JSON.stringify(document)).to.deep.equal([5, 'cancel.notBack']);
    expect(document.failure?.next.join('\n')).to.match(/server status rollouts[^\n]*\n.*cancel --asg web --server/);
    await take(execution);
    expect(whyOf(execution)).to.deep.equal(['run.interrupted']);
    expect(changes()).to.deep.equal([]);
  });

  it('keeps rollback from ending well, which finds nothing', async () => {
    await start('update-asgs', '--asg', 'web');
    const { code, document } = await json('rollback', '--asg', 'web', ...SERVER);
    expect([code, document.failure?.code], JSON.stringify(document)).to.deep.equal([3, 'rollback.starting']);
    expect(document.failure?.next.join('\n')).to.contain('ha-updater cancel --asg web --server rollouts');
    newest().stoppedAt = world.sandbox.clock.now();
    const none = await json('rollback', '--asg', 'web', ...SERVER);
    expect([none.code, none.document.outcome]).to.deep.equal([0, 'nothing']);
  });

  it('may be there where Lambda may not be asked: cancel says so, and never that there is nothing', async () => {
    await start('update-asgs', '--asg', 'web');
    const from = (world.sandbox.clock.now() - world.sandbox.world.startedAt) / 1000;
    const calls = 'lambda:ListDurableExecutionsByFunction';
    world.sandbox.world.disturb({
      ...{ kind: 'refuse', calls, code: 'AccessDeniedException', message: 'not authorized', from, until: 1e9 },
    } as never);
    const { code, document } = await json('cancel', '--asg', 'web', ...SERVER);
    expect([code, document.failure?.code], JSON.stringify(document)).to.deep.equal([3, 'cancel.unasked']);
  });

  it('is called off by whoever follows it, whatever another run has left on its groups', async () => {
    const dead = await start('update-asgs', '--asg', 'web', '--asg', 'api');
    for (let looks = 0; looks < 5 && tagsOf('web').length === 0; looks++) await take(dead, 1);
    dead.stoppedAt = world.sandbox.clock.now();
    expect(tagsOf('web')).to.include('ha-updater:rollout');
    const execution = await start('update-asgs', '--asg', 'web', '--asg', 'api');
    const { simulated } = lifeOf(world.sandbox, {});
    const context = libraryContext({ command: 'cancel' }, { env: { AWS_REGION: 'eu-west-1' }, simulated });
    const asked = { asgs: ['web', 'api'], followed: execution.name };
    expect(await cancel(asked, context)).to.include({ outcome: 'cancelled', exitCode: 0 });
    await take(execution);
    expect(resultOf(execution).outcome).to.be.oneOf(['refused', 'swapRolledBack']);
    expect(changes()).to.deep.equal([]);
    expect([...tagsOf('web'), ...tagsOf('api')]).to.not.include('ha-updater:verdict');
  });
});
