import { expect } from 'chai';
import type { ValidateDocument } from '../../../src/index.js';
import { CALM, commandWorld, type CommandWorld } from '../support/world.js';

const group = (policy: string): string => `Parameters: {ImageId: {Type: String}}
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties: {LaunchTemplateData: {ImageId: !Ref ImageId, InstanceType: t3.micro}}
  Web:
    Type: AWS::AutoScaling::AutoScalingGroup
${policy}    Properties:
      LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}
      AvailabilityZones: !GetAZs ""
      MinSize: 1
      MaxSize: 2
`;
const ROLLING = '    UpdatePolicy: {AutoScalingRollingUpdate: {MaxBatchSize: 1}}\n';
const nesting = (url: string): string => `Parameters: {ImageId: {Type: String}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ${url}, Parameters: {ImageId: !Ref ImageId}}
`;
const CALM_URL = 'https://templates.s3.eu-west-1.amazonaws.com/calm.yaml';
const ROLLING_URL = '!Sub "https://templates.s3.${AWS::Region}.amazonaws.com/rolling.yaml"';

describe('an update policy in a nested template', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  let calm: string;
  let rolling: string;
  before(async () => {
    world = await commandWorld(
      `objects:\n  templates/calm.yaml: ${JSON.stringify(group(''))}\n  templates/rolling.yaml: ${JSON.stringify(group(ROLLING))}\n`,
    );
    calm = await world.file('calm.yaml', nesting(CALM_URL));
    rolling = await world.file('rolling.yaml', nesting(ROLLING_URL));
    const { code, stderr } = await world.json(['update-stack', 'web', '--template', calm, 'ImageId=ami-1', ...CALM]);
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());
  const executed = async (): Promise<number> =>
    (await world.ask<readonly { readonly operation: string }[]>('changes')).filter(
      ({ operation }) => operation === 'ExecuteChangeSet',
    ).length;

  for (const command of ['plan', 'update-stack']) {
    it(`is refused by ${command} like one in the template itself`, async () => {
      const before = await executed();
      const nested = await world.json([command, 'web', '--template', rolling, 'ImageId=ami-2', ...CALM]);
      expect(nested.code, nested.stderr).to.equal(3);
      expect(nested.document.failure?.code).to.equal('template.faults');
      expect(nested.document.failure?.reasons.map(({ code, text }) => `${code} ${text.split(': ')[0]}`)).to.deep.equal([
        'template.rollingUpdate https://templates.s3.eu-west-1.amazonaws.com/rolling.yaml:8:20 ' +
          'Resources/Web/UpdatePolicy/AutoScalingRollingUpdate',
      ]);
      expect(await executed()).to.equal(before);
    });
  }

  it('is refused when it is the one that the stack has', async () => {
    const { code, stderr } = await world.json([
      'update-stack',
      'own',
      '--template',
      rolling,
      'ImageId=ami-1',
      '--swap',
      'never',
      ...CALM,
    ]);
    expect(code, stderr).to.equal(0);
    const again = await world.json(['update-stack', 'own', 'ImageId=ami-2', ...CALM]);
    expect(again.code, again.stderr).to.equal(3);
    expect(again.document.failure?.reasons.map((reason) => reason.code)).to.deep.equal(['template.rollingUpdate']);
  });

  it('is refused when a change set brings it, whoever made that', async () => {
    for (const [name, template] of [
      ['flat', group(ROLLING)],
      ['deep', nesting(ROLLING_URL)],
    ] as const) {
      const first = await world.file(`${name}-first.yaml`, name === 'flat' ? group('') : nesting(CALM_URL));
      const second = await world.file(`${name}-second.yaml`, template);
      const created = await world.json(['update-stack', name, '--template', first, 'ImageId=ami-1', ...CALM]);
      expect(created.code, created.stderr).to.equal(0);
      const made = await world.json([
        'update-stack',
        name,
        '--template',
        second,
        'ImageId=ami-2',
        '--swap',
        'never',
        '--no-execute',
        ...CALM,
      ]);
      expect(made.code, made.stderr).to.equal(0);
      const changeSet = (made.document as { readonly changeSet?: string }).changeSet ?? '';
      const before = await executed();
      const { code, document, stderr } = await world.json(['update-stack', name, '--change-set', changeSet, ...CALM]);
      expect(code, stderr).to.equal(3);
      expect(document.failure?.reasons.map((reason) => reason.code)).to.deep.equal(['template.rollingUpdate']);
      expect(await executed()).to.equal(before);
    }
  });

  it('under a condition is judged with the values of the run, those that the stack keeps among them', async () => {
    const head = 'Parameters: {Env: {Type: String, Default: test}, ImageId: {Type: String}}\n';
    const path = await world.file(
      'conditional.yaml',
      `${head}Conditions: {Prod: !Equals [!Ref Env, prod]}\n` +
        group(ROLLING.replace('{MaxBatchSize: 1}', '!If [Prod, {MaxBatchSize: 1}, !Ref "AWS::NoValue"]')).replace(
          /.*\n/,
          '',
        ),
    );
    const of = (command: string, ...args: readonly string[]) =>
      world.json([command, 'conditional', '--template', path, ...args, ...CALM]);
    const created = await of('update-stack', 'ImageId=ami-1');
    expect(created.code, created.stderr).to.equal(0);
    expect((await of('plan', 'ImageId=ami-2')).code).to.equal(0);
    const prod = await of('plan', 'ImageId=ami-2', 'Env=prod');
    expect(prod.code, prod.stderr).to.equal(3);
    expect(prod.document.failure?.reasons.map((reason) => reason.code)).to.deep.equal(['template.rollingUpdate']);
    const forced = await of('update-stack', 'Env=prod', 'ImageId=ami-3', '--swap', 'never');
    expect(forced.code, forced.stderr).to.equal(0);
    expect((await of('plan', 'ImageId=ami-2')).code).to.equal(3);
    expect((await of('plan', 'ImageId=ami-2', 'Env=test')).code).to.equal(0);
  });

  it('fights with nothing where nothing is swapped, and is said all the same', async () => {
    const { code, stderr } = await world.json([
      'plan',
      'web',
      '--template',
      rolling,
      'ImageId=ami-2',
      '--swap',
      'never',
      ...CALM,
    ]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include('terminating before it launches');
  });

  it('is found by validate, in the file beside the template and in S3', async () => {
    await world.file('inner.yaml', group(ROLLING));
    const beside = await world.file('beside.yaml', nesting('inner.yaml'));
    const { code, document } = await world.json<ValidateDocument>(['validate', '--lint', 'off', beside, rolling]);
    expect(code).to.equal(3);
    expect(
      document.templates.map(({ origin, ok, findings }) => [
        origin.replace(world.folder, ''),
        ok,
        findings.filter(({ severity }) => severity === 'error').map((found) => found.code),
      ]),
    ).to.deep.equal([
      ['/beside.yaml', true, []],
      ['/inner.yaml', false, ['template.rollingUpdate']],
      ['/rolling.yaml', true, []],
      ['https://templates.s3.eu-west-1.amazonaws.com/rolling.yaml', false, ['template.rollingUpdate']],
    ]);
  });

  it('that cannot be read is one warning with the name of its stack', async () => {
    const missing = await world.file(
      'missing.yaml',
      nesting(CALM_URL.replace('calm', 'none')).replace('Inner', 'Absent'),
    );
    const offline = await world.json<ValidateDocument>(['validate', '--lint', 'off', '--offline', missing]);
    expect(offline.code).to.equal(0);
    expect(offline.document.templates.map(({ findings }) => findings.map(({ text }) => text))).to.deep.equal([
      [
        'The template of nested stack Absent could not be read (S3 was not asked: told to stay offline); whether ' +
          'CloudFormation would replace instances in it is not known.',
      ],
    ]);
    const asked = await world.json(['plan', 'absent', '--template', missing, 'ImageId=ami-2', ...CALM]);
    expect(asked.stderr.match(/template of nested stack Absent could not be read/g)?.length, asked.stderr).to.equal(1);
  });
});
