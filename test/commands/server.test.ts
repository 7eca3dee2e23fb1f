import { expect } from 'chai';
import { lambdaState } from '../../src/sandbox/world/lambda/state.js';
import { simulatedWorld, type SimulatedWorld } from './support/simulated-world.js';

interface StatusShown {
  readonly status: string;
  readonly function?: string;
  readonly version?: string;
  readonly running: readonly { readonly name: string; readonly version: string }[];
}

describe('server deploy, status and remove', function () {
  this.timeout(60_000);
  let world: SimulatedWorld;
  let bundle: string;
  before(async () => {
    world = await simulatedWorld('objects: {mine: "", theirs: ""}\nbucketOwners: {theirs: "210987654321"}\n');
    bundle = await world.file('function.zip', 'PK first');
  });
  after(() => world.stop());

  const deploy = (file: string, ...more: readonly string[]): ReturnType<SimulatedWorld['json']> =>
    world.json(['server', 'deploy', 'rollouts', '--bundle', file, '--s3-bucket', 'mine', ...more]);
  const status = async (): Promise<StatusShown> =>
    (await world.json(['server', 'status', 'rollouts'])).document as unknown as StatusShown;
  const start = (name: string): { readonly DurableExecutionArn: string } =>
    world.sandbox.invoke('lambda', 'Invoke', {
      FunctionName: 'rollouts:live',
      InvocationType: 'Event',
      DurableExecutionName: name,
      Payload: Buffer.from('{}'),
    }) as { readonly DurableExecutionArn: string };
  const row = () => lambdaState(world.sandbox.world).functions.get('rollouts');

  it('says all that is wrong before anything is sent', async () => {
    const wrong = await world.json(['server', 'deploy', 'a_b', 'CodeKey=x', '--bundle', bundle]);
    expect(wrong.code).to.equal(2);
    expect(wrong.document.failure?.what).to.match(/STACK must be.+--s3-bucket NAME.+CodeBucket and CodeKey/);
    const text = await world.file('not-a.zip', 'hello');
    const other = await deploy(text, '--stacks', 'web');
    expect(other.document.failure).to.include({ code: 'server.bundle' });
    const none = await deploy('/nonexistent.zip', '--stacks', 'web');
    expect(none.document.failure?.what).to.contain('/nonexistent.zip cannot be read');
    expect(world.calls('PutObject')).to.deep.equal([]);
  });

  it('refuse a bucket that is not there or not ours, and a stack that is none', async () => {
    const missing = await world.json([
      ...['server', 'deploy', 'rollouts', '--bundle', bundle, '--stacks', 'web'],
      ...['--s3-bucket', 'none'],
    ]);
    expect(missing.document.failure?.what).to.contain('There is no bucket none');
    const theirs = await world.json([
      ...['server', 'deploy', 'rollouts', '--bundle', bundle, '--stacks', 'web'],
      ...['--s3-bucket', 'theirs'],
    ]);
    expect(theirs.document.failure?.what).to.contain('--s3-bucket-owner');
    for (const words of [['status'], ['remove', '--force']]) {
      const { code, document } = await world.json(['server', words[0] ?? '', 'rollouts', ...words.slice(1)]);
      expect([code, document.failure?.code]).to.deep.equal([3, 'stack.missing']);
    }
  });

  it('create the function, durable, with a version that executions start on', async () => {
    const { code, document, stderr } = await deploy(bundle, '--stacks', 'web', 'RetentionPeriodInDays=30');
    expect(code, JSON.stringify(document.failure) + stderr).to.equal(0);
    expect(document).to.include({ command: 'server deploy', outcome: 'created' });
    expect(row()?.durable).to.deep.equal({ executionTimeout: 2_592_000, retentionDays: 30 });
    expect(row()?.code).to.match(/^mine\/ha-updater\/rollouts\/function-[0-9a-f]{40}\.zip$/);
    const shown = await status();
    expect(shown).to.include({ status: 'CREATE_COMPLETE', version: '1' });
    expect(shown.function).to.match(/:function:rollouts:live$/);
    expect(shown.running).to.deep.equal([]);
  });

  it('change nothing for the same bundle', async () => {
    const { code, document } = await deploy(bundle);
    expect([code, document.outcome]).to.deep.equal([0, 'nothing']);
    expect(row()?.versions.length).to.equal(1);
  });

  it('publish another bundle as another version, and let executions end on theirs', async () => {
    start('web-1');
    const { code, document } = await deploy(await world.file('second.zip', 'PK second'));
    expect(code, JSON.stringify(document.failure)).to.equal(0);
    expect(row()?.versions.map(({ number }) => number)).to.deep.equal(['1', '2']);
    start('web-2');
    const shown = await status();
    expect(shown.version).to.equal('2');
    expect(shown.running.map(({ name, version }) => `${name} on ${version}`)).to.deep.equal([
      'web-2 on 2',
      'web-1 on 1',
    ]);
    const { stdout } = await world.run(['server', 'status', 'rollouts']);
    expect(stdout).to.match(/2 executions running:\n {2}web-2, on version 2, since/);
  });

  it('publish another limit of time as another version, too', async () => {
    const { code, document } = await deploy(await world.file('second.zip', 'PK second'), 'ExecutionTimeout=3600');
    expect(code, JSON.stringify(document.failure)).to.equal(0);
    expect((await status()).version).to.equal('3');
    expect(row()?.durable).to.deep.equal({ executionTimeout: 3600, retentionDays: 30 });
  });

  it('refuse to remove it while an execution is running, and say which and how to stop it', async () => {
    const { code, document } = await world.json(['server', 'remove', 'rollouts', '--force']);
    expect(code).to.equal(3);
    expect(document.failure).to.include({ code: 'server.running' });
    expect(document.failure?.what).to.contain('2 executions of the function are running: web-2, web-1.');
    expect(document.failure?.next.join('\n')).to.match(
      /aws lambda stop-durable-execution --durable-execution-arn .+web-1/,
    );
    expect(world.calls('DeleteStack')).to.deep.equal([]);
  });

  it('refuse to remove it where Lambda does not answer what runs', async () => {
    const from = (world.sandbox.clock.now() - world.sandbox.world.startedAt) / 1000;
    const calls = 'lambda:ListDurableExecutionsByFunction';
    world.sandbox.world.disturb({
      kind: 'refuse',
      calls,
      code: 'AccessDeniedException',
      message: 'no',
      from,
      until: from + 60,
    });
    const { code, document } = await world.json(['server', 'remove', 'rollouts', '--force']);
    expect(code, JSON.stringify(document.failure)).to.equal(3);
    expect(document.failure?.what).to.contain(calls);
    expect(world.calls('DeleteStack')).to.deep.equal([]);
    world.sandbox.clock.advanceTo(world.sandbox.clock.now() + 120_000);
  });

  it('refuse to remove it unasked', async () => {
    const unasked = await world.run(['server', 'remove', 'rollouts']);
    expect([unasked.code, unasked.stderr.includes('--force')]).to.deep.equal([2, true]);
    for (const { arn } of row()?.executions ?? [])
      world.sandbox.invoke('lambda', 'StopDurableExecution', { DurableExecutionArn: arn });
    const declined = await world.run(['server', 'remove', 'rollouts'], {}, () => Promise.resolve(false));
    expect(declined.code).to.equal(3);
    expect(world.calls('DeleteStack')).to.deep.equal([]);
  });

  it('refuse to remove it when one is started while somebody is asked', async () => {
    const asked = await world.run(['server', 'remove', 'rollouts'], {}, () => {
      start('late');
      return Promise.resolve(true);
    });
    expect(asked.code).to.equal(3);
    expect(asked.stderr).to.contain('late');
    expect(world.calls('DeleteStack')).to.deep.equal([]);
    for (const { arn } of row()?.executions ?? [])
      world.sandbox.invoke('lambda', 'StopDurableExecution', { DurableExecutionArn: arn });
  });

  it('remove no stack that holds anything else', async () => {
    const other = await world.file('other.yaml', 'Resources: {Topic: {Type: "AWS::SNS::Topic"}}\n');
    expect((await world.json(['update-stack', 'other', '--template', other])).code).to.equal(0);
    const { code, document } = await world.json(['server', 'remove', 'other', '--force']);
    expect([code, document.failure?.code]).to.deep.equal([3, 'server.notOne']);
    expect(document.failure?.what).to.contain('Topic (AWS::SNS::Topic)');
    expect(world.calls('DeleteStack')).to.deep.equal([]);
  });

  it('put the function in the place of no other stack', async () => {
    const sent = world.calls('PutObject').length;
    const changed = world.calls('CreateChangeSet').length;
    const { code, document } = await world.json([
      ...['server', 'deploy', 'other', '--bundle', bundle, '--s3-bucket', 'mine', '--stacks', 'web'],
    ]);
    expect([code, document.failure?.code]).to.deep.equal([3, 'server.notOne']);
    expect(world.calls('PutObject').length).to.equal(sent);
    expect(world.calls('CreateChangeSet').length).to.equal(changed);
  });

  it('remove it once nothing runs', async () => {
    const { code, document } = await world.json(['server', 'remove', 'rollouts', '--force']);
    expect(code, JSON.stringify(document.failure)).to.equal(0);
    expect(document).to.include({ command: 'server remove', outcome: 'undone', stack: 'rollouts' });
    expect(row()).to.equal(undefined);
  });
});
