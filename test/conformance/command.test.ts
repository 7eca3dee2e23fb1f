import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandStage, type CommandStage } from '../support/command-stage.js';
import { killEverywhere } from './killed.js';
import { leftIn } from './left.js';

const ACCOUNT = ['--accounts', '123456789012', '--yes'];
const ONE = ['conformance', ...ACCOUNT, '--story', 'refusals'];

describe('ha-updater conformance', () => {
  it('plays all stories, tells each, writes what it compared and leaves nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    try {
      const stage = createCommandStage();
      const ran = await stage.run(['conformance', ...ACCOUNT, '--report', join(folder, 'report.json')]);
      expect(ran.code, ran.said).to.equal(0);
      expect(ran.said).to.contain('15 stories: 15 as expected, 0 differ, 0 not shown.');
      expect(ran.said).to.match(/Estimated cost: at most 0\.\d\d US dollars/);
      const json = readFileSync(join(folder, 'report.json'), 'utf8');
      const text = readFileSync(join(folder, 'report.json.txt'), 'utf8');
      expect(json + text).not.to.contain('123456789012');
      expect(JSON.parse(json)).to.include({ outcome: 'shown', instanceType: 't4g.nano' });
      expect(text).to.contain('agrees  the desired capacity after EnterStandby with a decrement: 1');
      expect(leftIn(stage.sandbox)).to.deep.equal([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lists its stories without asking AWS', async () => {
    const stage = createCommandStage();
    const ran = await stage.run(['conformance', '--list']);
    expect([ran.code, stage.sandbox.calls.size]).to.deep.equal([0, 0]);
    expect(ran.said).to.match(/^standby-hooks$/m);
  });

  const isRefused = async (stage: CommandStage, words: readonly string[], code: number, says: string) => {
    const ran = await stage.run(['conformance', ...words]);
    expect(ran.code, ran.said).to.equal(code);
    expect(ran.said.replaceAll(/\s+/g, ' ')).to.contain(says);
    expect([...stage.sandbox.calls.keys()].filter((call) => /:(Create|Delete)/.test(call))).to.deep.equal([]);
  };

  it('makes nothing in an account that was not named', async () => {
    const stage = createCommandStage();
    // rule: no stack in an account of somebody else's
    await isRefused(stage, ['--accounts', '210987654321', '--yes'], 3, 'which --accounts does not name');
    await isRefused(stage, ['--yes'], 2, 'Name the account');
    await isRefused(stage, ['--accounts', '210987654321', '--clean', '--yes'], 3, 'which --accounts does not name');
  });

  it('makes nothing without a yes', async () => {
    await isRefused(createCommandStage(), ['--accounts', '123456789012'], 2, 'give --yes');
  });

  it('tells all that is wrong with its flags at once', async () => {
    const words = ['--accounts', '12', '--story', 'standby-size', '--subnets', 'a', '--deadline', '5', '--yes'];
    const stage = createCommandStage();
    await isRefused(stage, words, 2, 'Did you mean standby-sizes?');
    await isRefused(stage, words, 2, '--deadline takes 600 to 14400 seconds.');
    await isRefused(stage, words, 2, 'numbers of 12 digits');
  });

  it('exits with 8 when AWS answers otherwise', async () => {
    // A service that refuses with another code.
    const stage = createCommandStage({
      faults: [{ kind: 'refuse', calls: 'autoscaling:PutScalingPolicy', code: 'Other', message: 'Other words.' }],
    });
    const ran = await stage.run(ONE);
    expect([ran.code, ran.document?.outcome], ran.said).to.deep.equal([8, 'differs']);
    expect(ran.said).to.contain('AWS said: refused with Other: Other words.');
    expect(leftIn(stage.sandbox)).to.deep.equal([]);
  });

  it('exits with 5 when a story could not be told', async () => {
    const refuse = {
      kind: 'refuse',
      calls: 'autoscaling:PutLifecycleHook',
      code: 'AccessDenied',
      message: 'No.',
    } as const;
    const stage = createCommandStage({ faults: [refuse] });
    const ran = await stage.run(['conformance', ...ACCOUNT, '--story', 'standby-hooks']);
    expect([ran.code, ran.document?.outcome], ran.said).to.deep.equal([5, 'stopped']);
    expect(ran.said).to.contain('not shown: autoscaling:PutLifecycleHook failed with AccessDenied: No.');
  });

  it('cleans up after a signal, wherever it comes', async () => {
    for (let minutes = 0.2; minutes < 20; minutes += 2.3) {
      const stage = createCommandStage();
      const ran = await stage.run(['conformance', ...ACCOUNT], { signalAfterMs: minutes * 60_000 });
      expect(ran.code, ran.said).to.equal(5);
      expect(ran.said).to.contain('SIGINT came');
      expect(leftIn(stage.sandbox), `after ${minutes} minutes`).to.deep.equal([]);
    }
  });

  it('cleans up when its deadline is over', async () => {
    const stage = createCommandStage();
    const ran = await stage.run(['conformance', ...ACCOUNT, '--deadline', '600']);
    expect(ran.code, ran.said).to.equal(5);
    expect(ran.said).to.contain('the deadline was over');
    expect(leftIn(stage.sandbox)).to.deep.equal([]);
    // Its end was bounded: ten minutes, and what a deletion takes.
    const { clock, world } = stage.sandbox;
    expect((clock.now() - world.startedAt) / 60_000).to.be.below(20);
  });

  it('cleans up when its stack cannot be made', async () => {
    const fault = { kind: 'stackFails', logicalId: 'Listener', reason: 'A cable.' } as const;
    const stage = createCommandStage({ faults: [fault] });
    const ran = await stage.run(ONE);
    expect(ran.code, ran.said).to.equal(5);
    expect(ran.said).to.contain('Listener: A cable.');
    expect(leftIn(stage.sandbox)).to.deep.equal([]);
  });

  it('says how to clean up when the stack cannot be deleted, and does it then', async () => {
    const stage = createCommandStage({
      faults: [{ kind: 'stackFails', logicalId: 'Targets', reason: 'In use.', during: 'delete', times: 4 }],
    });
    const ran = await stage.run(ONE);
    expect([ran.code, ran.document?.failure?.code], ran.said).to.deep.equal([5, 'conformance.notCleaned']);
    expect(ran.said).to.contain('ha-updater conformance --clean --accounts 123456789012 --region eu-west-1');
    expect(leftIn(stage.sandbox)).not.to.deep.equal([]);
    const cleaned = await stage.run(['conformance', ...ACCOUNT, '--clean']);
    expect(cleaned.code, cleaned.said).to.equal(0);
    expect(leftIn(stage.sandbox)).to.deep.equal([]);
    const again = await stage.run(['conformance', ...ACCOUNT, '--clean']);
    expect([again.code, again.document?.outcome]).to.deep.equal([0, 'nothing']);
  });

  // An update may be in progress then. Those of the other stories are in `killed.story.ts`.
  it('is cleaned up when it was killed at any of its changes', () => killEverywhere('change-sets', 'after'));

  it('leaves stacks of others alone, whatever they are called', async () => {
    const stage = createCommandStage();
    const template = JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });
    for (const [name, tags] of [
      ['ha-updater-conformance-like', []],
      ['mine', [{ Key: 'ha-updater:conformance', Value: 'x' }]],
    ] as const)
      stage.sandbox.invoke('cloudformation', 'CreateStack', { StackName: name, TemplateBody: template, Tags: tags });
    stage.sandbox.clock.advance(60_000);
    const ran = await stage.run(['conformance', ...ACCOUNT, '--clean']);
    expect([ran.code, ran.document?.outcome], ran.said).to.deep.equal([0, 'nothing']);
  });
});
