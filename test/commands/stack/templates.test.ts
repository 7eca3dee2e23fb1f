import { expect } from 'chai';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

const topic = (filler: number): string => `Parameters:
  Name: {Type: String, MaxLength: 8}
Resources:
  Topic: {Type: "AWS::SNS::Topic", Properties: {TopicName: !Ref Name}}
# ${'x'.repeat(filler)}
`;

interface Sent {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly TemplateURL?: string;
  readonly TemplateBody?: string;
  readonly Capabilities?: readonly string[];
}

describe('templates of update-stack', function () {
  this.timeout(30_000);
  let world: SimulatedWorld;
  let long: string;
  before(async () => {
    world = await simulatedWorld(
      'objects: {mine: "", theirs: "", "elsewhere/one": ""}\nbucketOwners: {theirs: "210987654321"}\n',
    );
    long = await world.file('long.yaml', topic(60_000));
  });
  after(() => world.stop());
  const calls = (operation: string): readonly Sent[] => world.calls(operation).map(({ input }) => input);

  it('of more than 51,200 bytes need a bucket', async () => {
    const { code, document } = await world.json(['update-stack', 'web', '--template', long, 'Name=a']);
    expect(code).to.equal(2);
    expect(document.failure?.code).to.equal('template.needsS3');
    expect(document.failure?.next[0]).to.include('--s3-bucket BUCKET');
    const missing = await world.json(['update-stack', 'web', '--template', long, '--s3-bucket', 'none', 'Name=a']);
    expect(missing.document.failure?.what).to.include('There is no bucket none');
  });

  it('are not stored while the parameters are wrong', async () => {
    const { code, document } = await world.json([
      'update-stack',
      'web',
      '--template',
      long,
      '--s3-bucket',
      'mine',
      'Name=far-too-long',
      'Nope=1',
    ]);
    expect(code).to.equal(2);
    expect(document.failure?.reasons.map((reason) => reason.code)).to.deep.equal([
      'parameters.unknown',
      'parameters.limit',
    ]);
    expect(calls('PutObject').filter(({ Bucket }) => Bucket === 'mine')).to.deep.equal([]);
  });

  it('go through the bucket that was named', async () => {
    const { code, stderr } = await world.json([
      'update-stack',
      'web',
      '--template',
      long,
      '--s3-bucket',
      'mine',
      '--s3-prefix',
      '/deep/er/',
      'Name=a',
    ]);
    expect(code, stderr).to.equal(0);
    const [put] = calls('PutObject').filter(({ Bucket }) => Bucket === 'mine');
    expect(put?.Key).to.match(/^deep\/er\/web\/[0-9a-f]{40}\.yaml$/);
    const url = `https://mine.s3.eu-west-1.amazonaws.com/${put?.Key ?? ''}`;
    expect(stderr).to.include(`is stored as ${url}.`);
    expect(calls('CreateChangeSet').map(({ TemplateURL }) => TemplateURL)).to.deep.equal([url]);
  });

  it('go through the bucket of CDK’s bootstrap when there is one', async () => {
    const bootstrapped = await simulatedWorld('objects: {cdk-hnb659fds-assets-123456789012-eu-west-1: ""}\n');
    const { code, stderr } = await bootstrapped.json(['update-stack', 'web', '--template', long, 'Name=a']);
    await bootstrapped.stop();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include(
      'https://cdk-hnb659fds-assets-123456789012-eu-west-1.s3.eu-west-1.amazonaws.com/ha-updater/web/',
    );
  });

  it('are given to nobody else, who may have made a bucket of that name, unless told so', async () => {
    const into = ['update-stack', 'mistaken', '--template', long, '--s3-bucket', 'theirs', 'Name=a'];
    const { code, document } = await world.json(into);
    expect(code).to.equal(2);
    expect(document.failure?.what)
      .to.include('does not belong to account 123456789012')
      .and.to.include('--s3-bucket-owner');
    expect((await world.json([...into, '--s3-bucket-owner', '210987654321'])).code).to.equal(0);
    const short = ['update-stack', 'mistaken', 'Name=a'];
    expect((await world.json([...short, '--s3-bucket-owner', '210987654321'])).code).to.equal(2);
    expect((await world.json([...short, '--s3-bucket', 'theirs', '--s3-bucket-owner', 'me'])).code).to.equal(2);
  });

  it('of more than 1 MB are an error', async () => {
    const { code, stderr } = await world.json([
      'update-stack',
      'web',
      '--template',
      await world.file('huge.yaml', topic(1_050_000)),
      '--s3-bucket',
      'mine',
      'Name=a',
    ]);
    expect(code).to.equal(2);
    expect(stderr).to.include('more than 1048576 bytes');
  });

  for (const [name, text] of [
    [
      'SAM',
      'Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\nResources:\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: index.main, Runtime: nodejs20.x, InlineCode: a}}\n',
    ],
    [
      'Include',
      'Resources:\n  Topic: {Type: "AWS::SNS::Topic", Properties: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://elsewhere/one}}}}\n',
    ],
  ] as const) {
    it(`with the transform of ${name} pass through, with their capability`, async () => {
      const path = await world.file(`${name}.yaml`, text);
      const { stderr } = await world.json(['update-stack', name, '--template', path]);
      const [asked] = calls('CreateChangeSet').slice(-1);
      expect(asked?.TemplateBody, stderr).to.equal(text);
      expect(asked?.Capabilities).to.include('CAPABILITY_AUTO_EXPAND');
    });
  }
});
