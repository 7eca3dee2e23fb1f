import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

const TEMPLATE = `
Parameters:
  Name: {Type: String, AllowedPattern: '[a-z-]*', Default: web}
  Count: {Type: Number, Default: 2, MaxValue: 9}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
  Zip: {Type: String, Default: '00000'}
  Password: {Type: String, NoEcho: true, MinLength: 8}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Sub '\${Name}-\${Count}-\${Zip}', Tags: [{Key: zones, Value: !Join ['|', !Ref Zones]}, {Key: secret, Value: !Ref Password}]}
`;
const SECRET = 'never-to-be-seen-17';

describe('parameters of update-stack', function () {
  this.timeout(30_000);
  let world: SimulatedWorld;
  let template: string;
  before(async () => {
    world = await simulatedWorld();
    template = await world.file('web.yaml', TEMPLATE);
  });
  after(() => world.stop());

  const update = (args: readonly string[], env: Record<string, string> = {}) =>
    world.json(['update-stack', 'web', '--template', template, ...args], env);
  const values = async (): Promise<Record<string, string | undefined>> => {
    const { document } = await world.json(['status', 'web']);
    const { stack } = document as unknown as StatusDocument;
    return Object.fromEntries(stack.parameters.map(({ key, value }) => [key, value]));
  };

  it('are checked all together before anything is sent', async () => {
    const file = await world.file('bad.yaml', `Nam: x\nCount: 12\n`);
    const { code, document, stderr } = await update([
      '--parameters-file',
      file,
      'Name=UPPER',
      'Password=short',
      '--use-default',
      'Nope',
    ]);
    expect(code, stderr).to.equal(2);
    expect(document.failure?.reasons.map((reason) => `${reason.code} ${reason.text}`)).to.deep.equal([
      'parameters.unknown The template declares no parameter Nam.',
      'parameters.unknown The template declares no parameter Nope.',
      'parameters.limit Name="UPPER" does not match [a-z-]*.',
      'parameters.limit Count="12" is more than 9.',
      'parameters.limit The value of Password has fewer than 8 characters.',
    ]);
    expect((await world.run(['status', 'web'])).code).to.equal(3);
  });

  it('that cannot be read stop the command before it connects', async () => {
    const file = await world.file(
      'broken.json',
      '[{"ParameterKey": "Name"},\n {"ParameterKey": "Zip", "ParameterValue": {}}]',
    );
    const { code, document } = await update([
      '--parameters-file',
      file,
      '--parameters-file',
      join(world.folder, 'none'),
      'Password=@env:NOPE',
    ]);
    expect(code).to.equal(2);
    expect(document.failure?.reasons.map((reason) => reason.text.replace(world.folder, '.'))).to.deep.equal([
      './broken.json:1:2: Name has no ParameterValue.',
      './broken.json:2:26: Zip is no single value and no list of them.',
      'There is no file ./none.',
      'Password is to come from the environment, where NOPE is not set.',
    ]);
  });

  it('come from files, variables and the command line, commas and empty values kept', async () => {
    const base = await world.file('base.yaml', 'Name: base\nZip: 012345\nZones: [a, b, c]\n');
    const cli = await world.file(
      'cli.json',
      '[{"ParameterKey": "Name", "ParameterValue": "cli"}, {"ParameterKey": "Count", "ParameterValue": "3"}]',
    );
    const { code, stderr } = await update(
      ['--parameters-file', base, '--parameters-file', cli, 'Name=', 'Password=@env:PASSWORD'],
      { PASSWORD: SECRET },
    );
    expect(code, stderr).to.equal(0);
    expect(await values()).to.deep.equal({ Name: '', Zip: '012345', Zones: 'a,b,c', Count: '3', Password: undefined });
    expect(stderr).to.match(/Replaced by a later file or the command line: Name\./);
  });

  it('stay when they are absent, and take the default when told to', async () => {
    const { code, stderr } = await update(['Name=again', '--use-default', 'Count', '--use-default', 'Zip']);
    expect(code, stderr).to.equal(0);
    expect(await values()).to.include({ Name: 'again', Zones: 'a,b,c', Count: '2', Zip: '00000' });
    // What was set on purpose is no news at every run.
    expect(stderr).not.to.include("although the template's default is");
    const changed = await world.file('changed.yaml', TEMPLATE.replace("'a,b'", "'x,y'"));
    const other = await world.json(['plan', 'web', '--template', changed]);
    expect(other.stderr)
      .to.include('Zones keeps "a,b,c", although the template\'s default is "x,y" now, no longer "a,b".')
      .and.include('--use-default Zones');
  });

  it('in lines may hold the asterisks that AWS shows for a secret, which stays as it is', async () => {
    const file = await world.file('lines.env', `# from describe-stacks\n\nName=lines\nPassword=****\n`);
    const { code, stderr } = await update(['--parameters-file', file]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include('Password keeps the one that the stack has.');
    const sent = world.calls('CreateChangeSet').at(-1)?.input as { readonly Parameters?: unknown };
    expect(sent.Parameters).to.deep.include({ ParameterKey: 'Password', UsePreviousValue: true });
  });

  it('are what CloudFormation makes of unquoted values in the template', async () => {
    const text =
      'Description: "one\ntwo"\nParameters:\n  Flag: {Type: String, Default: Yes, AllowedValues: [Yes, No]}\n' +
      "  Name: {Type: String, Default: a, AllowedPattern: '\\A[a-z]+\\Z'}\nConditions: {On: !Equals [!Ref Flag, yes]}\n" +
      'Resources: {T: {Type: "AWS::SNS::Topic", Condition: On}, U: {Type: "AWS::SNS::Topic", Properties: {DisplayName: !Ref Name}}}\n';
    const path = await world.file('unquoted.yaml', text);
    const unquoted = (...args: readonly string[]) =>
      world.json(['update-stack', 'unquoted', '--template', path, ...args]);
    const letters = await unquoted('Flag=Yes');
    expect(letters.document.failure?.what).to.include('Flag="Yes" is not one of "true", "false".');
    const { code, stderr } = await unquoted('Flag=true', 'Name=abc');
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include('Yes is "true", No is "false"');
  });

  it('come in the form of CodePipeline, from a file alone, and may be too many', async () => {
    const pipeline = await world.file('pipeline.json', '{"Parameters": {"Name": "pipe", "Elsewhere": "x"}}');
    expect((await update(['--parameters-file', pipeline])).code).to.equal(2);
    const { code, stderr } = await update([
      '--parameters-file',
      pipeline,
      '--ignore-unknown-parameters',
      `Password=@file:${await world.file('secret', `${SECRET}\n`)}`,
    ]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include('The template declares no parameter Elsewhere. It is left out.');
    expect(await values()).to.include({ Name: 'pipe', Zones: 'a,b,c' });
  });

  it('never show a secret anywhere', async () => {
    await update([`Password=${SECRET}`, 'Count=4'], { DEBUG: '1' });
    await update([`Password=${SECRET}`, 'Count=44']);
    await world.run(['update-stack', 'web', `Password=${SECRET}`, 'Count=5', '--output', 'jsonl']);
    await world.run(['status', 'web', '--events']);
    expect(world.said()).not.to.include(SECRET);
    expect(world.said()).to.include('Password');
  });
});
