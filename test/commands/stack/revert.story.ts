import { expect } from 'chai';
import type { CommandResult, StatusDocument } from '../../../src/index.js';
import { CALM, live, type Live } from '../support/live.js';

const GOOD = 'ami-00000000';
const UNHEALTHY = 'ami-0bad0bad';
const SECRET = 'never-to-be-seen-91';

const SCENARIO = `
images:
  ami-0bad0bad: {behaviour: unhealthy}
objects: {mine: ""}
faults:
  - {kind: stackFails, stack: stubborn, logicalId: Configuration, reason: It does not go back, after: 2}
`;

const CONFIGURATION = (id: string, image: string): string =>
  `  ${id}: {Type: AWS::AutoScaling::LaunchConfiguration, Properties: {ImageId: !Ref ${image}, InstanceType: t3.micro}}\n`;
const GROUP = (id: string, configuration: string): string => `  ${id}:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {AvailabilityZones: !GetAZs '', LaunchConfigurationName: !Ref ${configuration}, MinSize: 1, MaxSize: 2, LoadBalancerNames: [!Ref Balancer]}
`;
const BALANCER = `  Balancer:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      AvailabilityZones: !GetAZs ''
      Listeners: [{LoadBalancerPort: '80', Protocol: HTTP, InstancePort: '80'}]
      HealthCheck: {Target: 'HTTP:80/', Interval: '10', Timeout: '5', HealthyThreshold: '2', UnhealthyThreshold: '2'}
`;
const WEB = `Parameters: {Image: {Type: String}}\nResources:\n${BALANCER}${CONFIGURATION('Configuration', 'Image')}${GROUP('Group', 'Configuration')}`;
const TWO = `Parameters: {Image: {Type: String}, Other: {Type: String}}\nResources:\n${BALANCER}${CONFIGURATION('Configuration', 'Image')}${GROUP('Group', 'Configuration')}${CONFIGURATION('Second', 'Other')}${GROUP('Another', 'Second')}`;

/** What serves is proven within simulated minutes; what does not is waited for as long as the test may take. */
const HASTE = [...CALM.slice(0, 4), '--healthy-timeout', '900', '--deadline', '14400'];

describe('--revert-on-failure', function () {
  this.timeout(90_000);
  let world: Live;
  let web: string;
  before(async () => {
    world = await live(SCENARIO);
    web = await world.file('web.yaml', WEB);
  });
  after(() => world.stop());

  const update = (...args: readonly string[]): ReturnType<Live['json']> =>
    world.json('update-stack', ...args, ...HASTE);
  const created = async (stack: string, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await update(stack, ...args);
    expect(code, stderr).to.equal(0);
  };
  const status = async (stack: string): Promise<StatusDocument> =>
    (await world.json('status', stack)).document as unknown as StatusDocument;
  const left = ({ failure }: CommandResult): string => failure?.left ?? '';

  it('puts back template, parameters and the tags that the run added, then resumes what was suspended', async () => {
    await created('tagged', '--template', web, `Image=${GOOD}`, '--tag', 'team=web');
    const other = await world.file(
      'other.yaml',
      WEB.replace('Image: {Type: String}', 'Image: {Type: String}, Token: {Type: String, NoEcho: true}').replace(
        'MaxSize: 2',
        'MaxSize: 3',
      ),
    );
    const { code, document, stderr } = await update(
      'tagged',
      '--template',
      other,
      `Image=${UNHEALTHY}`,
      `Token=${SECRET}`,
      '--tag',
      'team=new',
      '--tag',
      'stage=live',
      '--notification-arn',
      'arn:aws:sns:eu-west-1:123456789012:t',
      '--revert-on-failure',
    );
    expect(code, stderr).to.equal(4);
    expect(left(document)).to.match(
      /^Nothing of the change: the stack has the template, the tags, the notifications and the parameters that it had\. Resumed on tagged-Group-\S+ what the roll-back had suspended\.$/,
    );
    expect(document.failure?.next.join('\n'), 'there is nothing to unfreeze').not.to.include('unfreeze');
    expect(document.groups?.[0]).to.include({ outcome: 'rolledBack' }).and.to.deep.include({ frozen: [] });
    expect(stderr).to.include('the stack goes back to the template and the parameters that it had');
    const { stack, groups } = await status('tagged');
    expect(stack.tags).to.deep.equal({ team: 'web' });
    expect(stack.parameters, 'the new secret parameter is gone with its template').to.deep.equal([
      { key: 'Image', value: GOOD, noEcho: false },
    ]);
    expect(groups[0])
      .to.deep.include({ suspended: [] })
      .and.to.deep.include({ size: { min: 1, max: 2, desired: 1 } });
    expect(groups[0]?.frozen).to.equal(undefined);
    expect(stderr + JSON.stringify(document)).not.to.include(SECRET);
    await created('untagged', '--template', web, `Image=${GOOD}`);
    expect(
      (await update('untagged', `Image=${UNHEALTHY}`, '--tag', 'stage=live', '--revert-on-failure')).code,
    ).to.equal(4);
    expect((await status('untagged')).stack.tags, 'a stack without tags has none again').to.equal(undefined);
  });

  it('puts back the settings that the run changed, and says of those that no call takes away', async () => {
    const [p1 = '', p2 = ''] = await Promise.all(
      ['Update:Delete', 'Update:Replace'].map((action) =>
        world.file(
          `${action.slice(7)}.json`,
          JSON.stringify({ Statement: [{ Effect: 'Allow', NotAction: action, Principal: '*', Resource: '*' }] }),
        ),
      ),
    );
    const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
    const settings = (n: number, policy: string): readonly string[] => [
      '--role-arn',
      role(`r${n}`),
      '--notification-arn',
      `arn:aws:sns:eu-west-1:123456789012:t${n}`,
      '--stack-policy',
      policy,
      '--rollback-trigger',
      `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a${n}`,
      '--monitoring-minutes',
      String(n),
    ];
    await created('settled', '--template', web, `Image=${GOOD}`, ...settings(1, p1));
    const { stack: before } = await status('settled');
    const { code, document, stderr } = await update(
      'settled',
      `Image=${UNHEALTHY}`,
      ...settings(2, p2),
      '--termination-protection',
      '--revert-on-failure',
    );
    expect(code, stderr).to.equal(4);
    expect(left(document)).to.match(
      /^Nothing of the change: the stack has the template, the notifications, the roll-back triggers, the termination protection, the service role, the policy and the parameters that it had\. Resumed on/,
    );
    const { stack: after } = await status('settled');
    const facts = ({
      parameters,
      roleArn,
      notificationArns,
      rollback,
      terminationProtection,
    }: StatusDocument['stack']): object => ({ parameters, roleArn, notificationArns, rollback, terminationProtection });
    expect(facts(after)).to.deep.equal(facts(before));
    expect(after).to.deep.include({
      roleArn: role('r1'),
      rollback: { triggers: ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a1'], monitoringMinutes: 1 },
    });
    expect(await world.ask('GetStackPolicy', { StackName: 'settled' })).to.include('Update:Delete');

    await created('bare', '--template', web, `Image=${GOOD}`);
    const bare = await update('bare', `Image=${UNHEALTHY}`, ...settings(2, p2), '--revert-on-failure');
    expect(left(bare.document), bare.stderr).to.include(
      'the template, the notifications, the roll-back triggers and the parameters that it had. The service role of this run stays: CloudFormation takes no role away from a stack. Its policy allows every update now, as none did',
    );
    expect((await status('bare')).stack)
      .to.include({ roleArn: role('r2') })
      .and.not.to.have.any.keys('notificationArns', 'rollback');
    expect(await world.ask('GetStackPolicy', { StackName: 'bare' })).to.include('Update:*');
  });

  it('says exactly what stands when the stack does not go back', async () => {
    await created('stubborn', '--template', web, `Image=${GOOD}`);
    const { code, document, stderr } = await update('stubborn', `Image=${UNHEALTHY}`, '--revert-on-failure');
    expect(code, stderr).to.equal(4);
    expect(left(document)).to.match(
      /Frozen, so that Auto Scaling does not launch the failed configuration: stubborn-Group-\S+ \(.*Launch.* suspended\)/,
    );
    expect(left(document)).to.include(
      'The stack could not be put back: Configuration (AWS::AutoScaling::LaunchConfiguration in stubborn) UPDATE_FAILED: It does not go back; stack',
    );
    expect(left(document)).to.include(
      'Stack stubborn is UPDATE_ROLLBACK_COMPLETE, with the new template and parameters. Its groups still point at the new configuration; frozen, they launch nothing of it.',
    );
    expect(document.failure?.next.join('\n'))
      .to.include('ha-updater unfreeze stubborn')
      .and.to.include('ha-updater status stubborn --events');
    const { stack, groups } = await status('stubborn');
    expect(stack.parameters).to.deep.equal([{ key: 'Image', value: UNHEALTHY, noEcho: false }]);
    expect(groups[0]?.frozen).not.to.equal(undefined);
  });

  it('cannot give back a secret that the new template no longer has, and says so', async () => {
    const secret = await world.file(
      'secret.yaml',
      WEB.replace('Image: {Type: String}', 'Image: {Type: String}, Token: {Type: String, NoEcho: true}'),
    );
    await created('secret', '--template', secret, `Image=${GOOD}`, `Token=${SECRET}`);
    const { code, document, stderr } = await update(
      'secret',
      '--template',
      web,
      `Image=${UNHEALTHY}`,
      '--revert-on-failure',
    );
    expect(code, stderr).to.equal(4);
    expect(left(document))
      .to.match(/The stack could not be put back: .*Token/)
      .and.to.include('Stack secret is UPDATE_COMPLETE, with the new template and parameters.');
  });

  it('leaves the stack alone when another group runs the new configuration already', async () => {
    const two = await world.file('two.yaml', TWO);
    await created('two', '--template', two, `Image=${GOOD}`, `Other=${GOOD}`);
    const { code, document, stderr } = await update(
      'two',
      'Image=ami-00000001',
      `Other=${UNHEALTHY}`,
      '--no-together',
      '--revert-on-failure',
    );
    expect(code, stderr).to.equal(4);
    expect(left(document)).to.match(
      /two-Another-\S+ \(.*suspended\)\..* The stack was not put back: two-Group-\S+ runs the new configuration already\.$/,
    );
    expect(
      Object.fromEntries((await status('two')).stack.parameters.map(({ key, value }) => [key, value])),
    ).to.deep.equal({ Image: 'ami-00000001', Other: UNHEALTHY });
  });

  it('says when the stack is back and its groups could not be unfrozen', async () => {
    const denied = await live(
      `${SCENARIO}  - {kind: refuse, calls: "autoscaling:ResumeProcesses", code: AccessDenied, message: not authorized}\n`,
    );
    try {
      const template = await denied.file('web.yaml', WEB);
      expect(
        (await denied.json('update-stack', 'web', '--template', template, `Image=${GOOD}`, ...HASTE)).code,
      ).to.equal(0);
      const { code, document, stderr } = await denied.json(
        'update-stack',
        'web',
        `Image=${UNHEALTHY}`,
        '--revert-on-failure',
        // To keep a size takes the same permission, and then the run would stop before.
        '--sizes',
        'template',
        ...HASTE,
      );
      expect(code, stderr).to.equal(4);
      expect(left(document)).to.match(
        /^The change is undone: the stack has the template and the parameters that it had\. But web-Group-\S+ could not be unfrozen: autoscaling:ResumeProcesses answered AccessDenied: not authorized\. What the roll-back had suspended stays so: Frozen/,
      );
      expect(document.failure?.next.join('\n')).to.include('ha-updater unfreeze web');
      expect(document.groups?.[0]).to.have.property('frozen').that.includes('Launch');
    } finally {
      await denied.stop();
    }
  });

  it('stores a long former template before anything is changed, or refuses', async () => {
    const long = await world.file('long.yaml', `${WEB}# ${'x'.repeat(60_000)}\n`);
    await created('long', '--template', long, `Image=${GOOD}`, '--s3-bucket', 'mine');
    const without = await update('long', '--template', web, `Image=${UNHEALTHY}`, '--revert-on-failure');
    expect([without.code, without.document.failure?.code], without.stderr).to.deep.equal([2, 'template.needsS3']);
    expect((await status('long')).stack.status, 'nothing was changed').to.equal('CREATE_COMPLETE');
    const { code, document, stderr } = await update(
      'long',
      '--template',
      web,
      `Image=${UNHEALTHY}`,
      '--revert-on-failure',
      '--s3-bucket',
      'mine',
    );
    expect(code, stderr).to.equal(4);
    expect(left(document)).to.match(/^Nothing of the change/);
    expect(await world.ask('GetTemplate', { StackName: 'long' })).to.include('x'.repeat(60_000));
    // Its own template used again needs no store: CloudFormation has it.
    const again = await update('long', `Image=${UNHEALTHY}`, '--revert-on-failure');
    expect(left(again.document), again.stderr).to.match(/^Nothing of the change/);
  });
});
