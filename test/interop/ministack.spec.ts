import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator, type Ran } from './emulator.js';

/** The value of a NoEcho parameter: our output must not hold it. */
const NO_ECHO = 'hunter2-hunter2';

/** A topic, then something that waits for a signal when it is told to, then another topic. */
const TEMPLATE = `
Parameters:
  Name: {Type: String, Default: one}
  Seconds: {Type: String, Default: '0'}
  Secret: {Type: String, NoEcho: true, Default: ${NO_ECHO}}
Conditions:
  Waits: !Not [!Equals [!Ref Seconds, '0']]
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Name}
  Handle:
    Type: AWS::CloudFormation::WaitConditionHandle
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    Condition: Waits
    DependsOn: Topic
    Properties: {Handle: !Ref Handle, Timeout: !Ref Seconds, Count: 1}
  Last:
    Type: AWS::SNS::Topic
    Condition: Waits
    DependsOn: Wait
    Properties: {DisplayName: !Ref Secret}
Outputs:
  Topic: {Value: !Ref Topic}
  Name: {Value: !Ref Name}
`;
const CHILD = `
Parameters: {Name: {Type: String}}
Resources:
  Topic: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref Name}}
Outputs:
  Topic: {Value: !Ref Topic}
`;
const PARENT = `
Parameters: {Name: {Type: String, Default: one}}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: 'https://s3.amazonaws.com/templates/child.yaml', Parameters: {Name: !Ref Name}}
Outputs:
  Topic: {Value: !GetAtt Child.Outputs.Topic}
`;

/**
 * Our commands against MiniStack, whose CloudFormation with its change sets others wrote anew: that a stack goes where it is asked
 * to, and back, is not our own sandbox agreeing with us. Its Auto Scaling launches nothing, so no swap is asked of it.
 */
describe('our commands against MiniStack', function () {
  this.timeout(120_000);

  let emulator: Emulator | undefined;
  let aws: CloudFormation;
  const folder = mkdtempSync(join(tmpdir(), 'ha-updater-ministack-'));
  const path = (name: string): string => join(folder, name);
  before(async () => {
    emulator = await startEmulator(
      'ministack',
      '/_ministack/health',
      () => [],
      (port) => ({ BIND_HOST: '127.0.0.1', GATEWAY_PORT: port }),
    );
    aws = new CloudFormation({
      endpoint: emulator.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDINTEROP', secretAccessKey: 'secret' },
    });
    for (const [name, text] of Object.entries({ web: TEMPLATE, child: CHILD, parent: PARENT }))
      writeFileSync(path(`${name}.yaml`), text);
    await fetch(`${emulator.url}/templates`, { method: 'PUT' });
    await fetch(`${emulator.url}/templates/child.yaml`, { method: 'PUT', body: CHILD });
  });
  after(() => {
    emulator?.stop();
    rmSync(folder, { recursive: true });
  });

  const running = (): Emulator => {
    if (emulator === undefined) throw new Error('MiniStack does not run.');
    return emulator;
  };
  const ended = async (exitCode: number, ...args: readonly string[]): Promise<Ran> => {
    const ran = await running().run(...args);
    expect(ran.exitCode, ran.stdout + ran.stderr).to.equal(exitCode);
    expect(ran.stdout + ran.stderr).to.not.contain(NO_ECHO);
    return ran;
  };
  const stackOf = async (name: string): Promise<{ status: string; values: Record<string, string> }> => {
    const { Stacks: [stack] = [] } = await aws.describeStacks({ StackName: name });
    return {
      status: stack?.StackStatus ?? '',
      values: Object.fromEntries((stack?.Parameters ?? []).map((one) => [one.ParameterKey, one.ParameterValue])),
    };
  };
  const QUICK = ['--poll', '1'];

  it('judges a template, and plans a stack without making it', async () => {
    await ended(0, 'validate', path('web.yaml'));
    const { stdout } = await ended(0, 'plan', 'web', '--template', path('web.yaml'));
    expect(stdout).to.contain('Stack web would be created').and.to.contain('+ Topic (AWS::SNS::Topic)');
    const { Stacks: stacks = [] } = await aws.describeStacks({});
    // A change set to look at is removed with the stack that was made for it alone.
    expect(stacks.map(({ StackName: name }) => name)).to.not.include('web');
  });

  it('creates it and writes its outputs', async () => {
    const outputs = path('outputs.json');
    const ran = await ended(0, 'update-stack', 'web', '--template', path('web.yaml'), '--outputs', outputs, ...QUICK);
    expect(ran.stdout).to.contain('CREATE_COMPLETE AWS::SNS::Topic Topic');
    const written = JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, string>;
    expect(written).to.include({ Name: 'one' });
    expect(written['Topic']).to.match(/^arn:aws:sns:/);
    expect((await stackOf('web')).status).to.equal('CREATE_COMPLETE');
  });

  it('changes one parameter and keeps the others', async () => {
    await ended(0, 'update-stack', 'web', 'Name=two', ...QUICK);
    expect(await stackOf('web')).to.deep.include({ status: 'UPDATE_COMPLETE' });
    expect((await stackOf('web')).values).to.include({ Name: 'two', Seconds: '0' });
    await ended(0, 'diagnose', 'web');
  });

  it('changes nothing when the stack is as asked for', async () => {
    const { stdout } = await ended(0, 'update-stack', 'web', 'Name=two', '--expect-no-changes', ...QUICK);
    expect(stdout).to.contain('No updates are to be performed');
    const { Summaries: left = [] } = await aws.listChangeSets({ StackName: 'web' });
    expect(left.filter(({ Status: status }) => status === 'FAILED')).to.deep.equal([]);
  });

  it('says why an update failed, when it does and afterwards', async () => {
    const why = 'WaitCondition timed out. Received 0 conditions when expecting 1';
    const { stdout, stderr } = await ended(7, 'update-stack', 'web', 'Name=bad', 'Seconds=2', ...QUICK);
    expect(stdout + stderr)
      .to.contain(why)
      .and.to.contain('stack web is now UPDATE_ROLLBACK_COMPLETE');
    expect((await ended(0, 'diagnose', 'web')).stdout).to.contain(why);
    const { status, values } = await stackOf('web');
    expect([status, values['Name'], values['Seconds']]).to.deep.equal(['UPDATE_ROLLBACK_COMPLETE', 'two', '0']);
  });

  it('cancels an update that somebody else waits for', async () => {
    const update = running().run('update-stack', 'web', 'Name=three', 'Seconds=60', ...QUICK);
    const handle = await inProgress('Wait');
    const cancel = running().start('cancel', 'web', ...QUICK);
    await cancel.sees('Cancels the update');
    const events = async (): Promise<number> =>
      (await aws.describeStackEvents({ StackName: 'web' })).StackEvents?.length ?? 0;
    const before = await events();
    // Longer than CloudFormation may take to begin an operation. What is being worked on comes to its end first.
    await new Promise((resolve) => setTimeout(resolve, 27_000));
    expect(await events(), 'nothing is seen of a cancellation at first').to.equal(before);
    const signal = await fetch(handle.replace('localhost', '127.0.0.1'), {
      method: 'PUT',
      // As bytes: a signal has no content type, as for an address that S3 signed.
      body: Buffer.from(JSON.stringify({ Status: 'SUCCESS', UniqueId: '1', Data: '', Reason: '' })),
    });
    expect(signal.status, `${handle}: ${await signal.text()}`).to.equal(200);
    const [updated, back] = await Promise.all([update, cancel.ended]);
    expect(back.exitCode, back.stdout + back.stderr).to.equal(0);
    expect(updated.exitCode, updated.stdout + updated.stderr).to.equal(7);
    const { status, values } = await stackOf('web');
    expect([status, values['Name']]).to.deep.equal(['UPDATE_ROLLBACK_COMPLETE', 'two']);
  });

  it('follows a nested stack, and reads its template', async () => {
    expect((await ended(0, 'validate', path('parent.yaml'))).stdout).to.contain('templates/child.yaml');
    const ran = await ended(0, 'update-stack', 'nested', '--template', path('parent.yaml'), ...QUICK);
    expect(ran.stdout).to.match(/CREATE_COMPLETE AWS::SNS::Topic Topic in nested-Child-/);
    await ended(0, 'update-stack', 'nested', 'Name=two', ...QUICK);
    const { stdout } = await ended(0, 'status', 'nested');
    expect(stdout)
      .to.contain('Stack nested: UPDATE_COMPLETE')
      .and.to.match(/Topic +arn:aws:sns:/);
  });

  /** Waits until the resource is being made. Answers the address to which its signal is sent. */
  const inProgress = async (resource: string): Promise<string> => {
    const events = async (): Promise<boolean> =>
      (await aws.describeStackEvents({ StackName: 'web' })).StackEvents?.some(
        ({ LogicalResourceId: id, ResourceStatus: status, Timestamp: at }) =>
          id === resource && status?.endsWith('_IN_PROGRESS') && (at?.getTime() ?? 0) > began,
      ) ?? false;
    const began = Date.now() - 1_000;
    await until(events);
    const { StackResources: [handle] = [] } = await aws.describeStackResources({
      StackName: 'web',
      LogicalResourceId: 'Handle',
    });
    return handle?.PhysicalResourceId ?? '';
  };
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('It did not come about within 40 s.');
}
