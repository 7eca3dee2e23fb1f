import { join } from 'node:path';
import { expect } from 'chai';
import type { DiagnoseDocument, CommandResult } from '../../../src/index.js';
import type { Finding } from '../../../src/model/finding.js';
import { CODES } from '../../../src/render/codes.js';
import { CALM, live, type Live } from '../support/live.js';

const GOOD = 'Image=ami-00000000';
const UNHEALTHY = 'Image=ami-0bad0bad';
const SECRET = 'never-to-be-seen-77';

const SCENARIO = `
images:
  ami-0bad0bad: {behaviour: unhealthy, prints: "app: refused by db://app:${SECRET}@db, key AKIAIOSFODNN7EXAMPLE, ${'x'.repeat(400)}"}
commands:
  - {match: breaks, leaves: broken}
  - {match: fails, exit: 3}
faults:
  - {kind: changeSetFails, stack: invalid, logicalId: Group, reason: "Required property [MaxSize] not found", path: /Resources/Group/Properties}
  - {kind: changeSetFails, stack: hooked, logicalId: Group, reason: Groups need a tag, hook: "Acme::Group::Tagged", times: 2}
  - {kind: stackFails, stack: hooked, logicalId: Group, reason: Groups need two zones, hook: "Acme::Group::Zones", times: 1}
`;

/** A group behind a classic balancer; what is given replaces lines of it. */
function group(more: { readonly of?: string; readonly properties?: string; readonly resources?: string } = {}): string {
  return `Parameters:
  Image: {Type: String}
  Secret: {Type: String, NoEcho: true, Default: none}
Resources:
  Configuration:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties: {ImageId: !Ref Image, InstanceType: t3.micro, UserData: !Base64 {"Fn::Sub": "app --db \${Secret}"}}
  Balancer:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      AvailabilityZones: !GetAZs ''
      Listeners: [{LoadBalancerPort: '80', Protocol: HTTP, InstancePort: '80'}]
      HealthCheck: {Target: 'HTTP:80/', Interval: '10', Timeout: '5', HealthyThreshold: '2', UnhealthyThreshold: '2'}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
${more.of ?? ''}    Properties:
      AvailabilityZones: !GetAZs ''
      LaunchConfigurationName: !Ref Configuration
      MinSize: 2
      MaxSize: 4
      LoadBalancerNames: [!Ref Balancer]
${more.properties ?? ''}${more.resources ?? ''}`;
}

describe('what went wrong', function () {
  this.timeout(90_000);
  let world: Live;
  let plain: string;
  let said = '';
  before(async () => {
    world = await live(SCENARIO);
    plain = await world.file('group.yaml', group());
  });
  after(() => world.stop());

  const noted = (text: string): string => ((said += text), text);
  const update = async (
    stack: string,
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly document: CommandResult; readonly stderr: string }> => {
    const calm = args.includes('--healthy-timeout')
      ? CALM.filter((word, index) => word !== '--healthy-timeout' && CALM[index - 1] !== '--healthy-timeout')
      : CALM;
    const result = await world.json('update-stack', stack, ...calm, ...args);
    noted(result.stderr + JSON.stringify(result.document));
    return result;
  };
  const diagnose = async (...args: readonly string[]): Promise<DiagnoseDocument> => {
    const { code, document, stderr } = await world.json('diagnose', ...args);
    expect(code, stderr).to.equal(0);
    noted(JSON.stringify(document));
    return document as unknown as DiagnoseDocument;
  };
  const found = async (code: string, ...args: readonly string[]): Promise<Finding> => {
    for (let tries = 0; tries < 30; tries++) {
      const finding = (await diagnose(...args)).findings.find((one) => one.code === code);
      if (finding !== undefined) return finding;
    }
    throw new Error(`${code} was never found`);
  };

  it('signals that did not come: told at the group, with what its instances printed, though they are gone', async () => {
    const template = await world.file(
      'signals.yaml',
      group({ of: '    CreationPolicy: {ResourceSignal: {Count: 2, Timeout: PT5M}}\n' }),
    );
    const { code, document, stderr } = await update('signals', '--template', template, UNHEALTHY);
    expect(code, stderr).to.equal(7);
    const reason = document.failure?.reasons.find((one) => one.code === 'diagnose.signalsMissing');
    expect(reason?.text).to.match(
      /signals\.yaml:\d+:\d+ Group \(AWS::AutoScaling::AutoScalingGroup\) got too few signals: /,
    );
    expect(reason?.remedy).to.include('cfn-signal');
    expect(reason?.evidence?.join('\n')).to.match(/^console of i-\w+: .*Main process exited/m);
    expect(
      document.failure?.reasons.some((one) => one.code === 'stack.resource'),
      'told once',
    ).to.equal(false);
    expect(stderr, 'shown to people as well').to.match(/^ {6}console of i-\w+: /m);
    const later = await found('diagnose.signalsMissing', 'signals');
    expect(later).to.include({ resource: 'Group' });
    expect(later.place).to.match(/^template of stack signals:\d+:\d+$/);
    expect(later.evidence, 'only on request').to.deep.equal([]);
    expect((await found('diagnose.signalsMissing', 'signals', '--console')).evidence).not.to.deep.equal([]);
  });

  const hook = group({
    resources:
      '  Warm: {Type: AWS::AutoScaling::LifecycleHook, Properties: {AutoScalingGroupName: !Ref Group, LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING", HeartbeatTimeout: !Ref Heartbeat, DefaultResult: !Ref Otherwise}}\n',
  })
    .replace(
      'Parameters:',
      'Parameters:\n  Size: {Type: Number, Default: 2}\n  Heartbeat: {Type: Number, Default: 30}\n  Otherwise: {Type: String, Default: CONTINUE}',
    )
    .replace('MinSize: 2', 'MinSize: !Ref Size');

  it('a lifecycle hook that nobody completes: by name, while it hangs', async () => {
    const template = await world.file('hook.yaml', hook);
    await update('hung', '--template', template, GOOD, '--swap', 'never');
    const { code, document, stderr } = await update(
      'hung',
      'Image=ami-00000001',
      'Heartbeat=7200',
      'Otherwise=ABANDON',
      '--healthy-timeout',
      '600',
    );
    expect(code, stderr).to.equal(4);
    const reason = document.failure?.reasons.find((one) => one.code === 'diagnose.hookWaiting');
    expect(reason?.text).to.include('Pending:Wait');
    expect(reason?.evidence?.join('\n')).to.match(
      /^Hook hung-Warm-\w+: Pending:Wait, heartbeat timeout 7200 s, then ABANDON$/m,
    );
  });

  it('a lifecycle hook that was abandoned: at the group, with how often', async () => {
    await update('abandoned', '--template', join(world.folder, 'hook.yaml'), GOOD, '--swap', 'never');
    const { code, document, stderr } = await update(
      'abandoned',
      'Image=ami-00000001',
      'Otherwise=ABANDON',
      '--healthy-timeout',
      '600',
    );
    expect(code, stderr).to.equal(4);
    const reason = document.failure?.reasons.find((one) => one.code === 'diagnose.hookAbandoned');
    expect(reason?.text).to.match(/could not launch: .*Lifecycle Action.* abandoned/);
    expect(reason?.evidence?.join('\n')).to.include('heartbeat timeout 30 s');
    expect(await found('diagnose.hookAbandoned', 'abandoned'))
      .to.have.property('remedy')
      .that.includes('lifecycle hook');
  });

  it('a group that is not at rest, because a hook holds its instances', async () => {
    await update('waiting', '--template', join(world.folder, 'hook.yaml'), GOOD, 'Size=0', 'Heartbeat=7200');
    await update('waiting', 'Size=1', '--swap', 'never');
    const held = await found('diagnose.hookWaiting', 'waiting');
    expect(held.text).to.match(
      /^Instance i-\w+ of group \S+ waits in Pending:Wait for lifecycle hook waiting-Warm-\w+, which nobody has completed\.$/,
    );
    expect(held).to.have.property('at').that.is.a('number');
    const { code, document, stderr } = await world.json(
      'update-asgs',
      'waiting',
      '--swap',
      'always',
      '--healthy-timeout',
      '300',
    );
    expect(code, stderr).to.equal(3);
    expect(document.failure?.reasons.map((one) => one.code)).to.include.members([
      'group.unsettled',
      'diagnose.hookWaiting',
    ]);
  });

  it('instances that Auto Scaling itself replaced, and those that do not serve now', async () => {
    const template = await world.file(
      'sick.yaml',
      group({ properties: '      HealthCheckType: ELB\n      HealthCheckGracePeriod: 0\n' }),
    );
    await update('sick', '--template', template, UNHEALTHY, '--swap', 'never');
    const replaced = await found('diagnose.replacedUnhealthy', 'sick', '--console');
    expect(replaced.text).to.include('because ELB called them unhealthy');
    expect(replaced.evidence.join('\n'))
      .to.match(/^i-\w+: At .* taken out of service/m)
      .and.to.match(/^console of i-\w+: .*starting ami-0bad0bad/m);
    const { findings, notes } = await diagnose('sick');
    const sick = findings.filter((one) => one.code === 'diagnose.notInService');
    expect(
      sick.map(
        ({ evidence }) => evidence.filter((line) => /^sick-Balancer\S*: (unhealthy|starting|absent)/.test(line)).length,
      ),
      'each balancer says why',
    ).to.deep.equal(sick.map(() => 1));
    expect(notes.join(' '), 'it says what it cannot know')
      .to.include('the health history of each instance')
      .and.to.include('24 hours');
  });

  it('what early validation, or a hook, has against a change set: at its resource, and nothing of it is left', async () => {
    const { code, document, stderr } = await update('invalid', '--template', plain, GOOD);
    expect([code, document.failure?.code], stderr).to.deep.equal([3, 'stack.rejected']);
    expect(document.failure?.reasons).to.have.length(1);
    expect(document.failure?.reasons[0]).to.deep.include({
      code: 'diagnose.validation',
      text: 'Group (AWS::AutoScaling::AutoScalingGroup) /Resources/Group/Properties: Required property [MaxSize] not found',
      remedy: 'Correct it in the template.',
    });
    const hooked = await update('hooked', '--template', plain, GOOD);
    expect(hooked.document.failure?.reasons[0]).to.include({
      code: 'diagnose.hookObjected',
      text: 'Group (AWS::AutoScaling::AutoScalingGroup): hook Acme::Group::Tagged: Groups need a tag',
    });
    expect((await world.json('diagnose', 'hooked')).code, 'the empty stack went with its change set').to.equal(3);
  });

  it('a change set that somebody else made and that failed is diagnosed as well', async () => {
    const body = group();
    await world.ask('CreateChangeSet', {
      StackName: 'hooked',
      ChangeSetName: 'theirs',
      ChangeSetType: 'CREATE',
      TemplateBody: body,
      'Parameters.member.1.ParameterKey': 'Image',
      'Parameters.member.1.ParameterValue': 'ami-00000000',
    });
    const finding = await found('diagnose.hookObjected', 'hooked');
    expect(finding.resource).to.equal('Group');
    expect(finding.evidence).to.deep.equal(['change set theirs']);
    await world.ask('DeleteStack', { StackName: 'hooked' });
  });

  it('a hook that objects in the middle of an operation: its reason, not only its name', async () => {
    const { code, document, stderr } = await update('hooked', '--template', plain, GOOD);
    expect(code, stderr).to.equal(7);
    expect(document.failure?.reasons[0]?.text).to.match(
      /group\.yaml:\d+:\d+ Hook Acme::Group::Zones objected to Group \(.*\): Groups need two zones$/,
    );
    expect(document.failure?.reasons[0]?.code).to.equal('diagnose.hookObjected');
  });

  it('a swap that rolled back says by itself what the instances printed, without secrets and not at length', async () => {
    expect((await update('printed', '--template', plain, GOOD, `Secret=${SECRET}`)).code).to.equal(0);
    const { code, document, stderr } = await update(
      'printed',
      UNHEALTHY,
      `Secret=${SECRET}`,
      '--healthy-timeout',
      '600',
    );
    expect(code, stderr).to.equal(4);
    // What is data says the same, with the same taken out.
    const data = document.failure?.reasons.flatMap(({ printed = [] }) => printed) ?? [];
    expect(data.map(({ line }) => line).join('\n')).to.include('db://app:****@db, key ****');
    expect(JSON.stringify(document)).not.to.include(SECRET);
    const lines =
      document.failure?.reasons
        .flatMap(({ evidence = [] }) => evidence)
        .filter((line) => line.startsWith('console of ')) ?? [];
    expect(lines.join('\n')).to.include('Main process exited').and.to.include('db://app:****@db, key ****');
    expect(lines.every((line) => line.length < 350)).to.equal(true);
    const without = await update(
      'printed',
      'Image=ami-0bad0bad',
      `Secret=${SECRET}`,
      '--healthy-timeout',
      '600',
      '--no-console',
      '--swap',
      'always',
    );
    expect(without.code, without.stderr).to.equal(4);
    expect(JSON.stringify(without.document)).not.to.include('console of');
  });

  it('update-asgs explains a roll-back by itself too', async () => {
    const { code, document, stderr } = await world.json(
      'update-asgs',
      'printed',
      '--swap',
      'always',
      '--healthy-timeout',
      '600',
      '--deadline',
      '14400',
    );
    noted(stderr);
    expect(code, stderr).to.equal(4);
    expect(document.failure?.reasons.map((one) => one.code)).to.include('diagnose.notProven');
  });

  it('resume tells why what a dead run began could not be proven', async () => {
    expect((await update('resumed', '--template', plain, GOOD)).code).to.equal(0);
    await update('resumed', UNHEALTHY, '--swap', 'never');
    const first = world.start('update-asgs', 'resumed', '--output', 'lines', ...CALM.slice(4));
    await first.sees(/: unhealthy/);
    first.child.kill('SIGKILL');
    await first.finished;
    const { code, document, stderr } = await world.json(
      'resume',
      'resumed',
      '--healthy-timeout',
      '600',
      '--deadline',
      '14400',
    );
    noted(stderr);
    expect(code, stderr).to.equal(4);
    const reason = document.failure?.reasons.find((one) => one.code === 'diagnose.notProven');
    expect(reason?.text).to.include('unhealthy');
    expect(reason?.evidence?.join('\n')).to.match(/^console of i-\w+: /m);
  });

  it('a restart tells through time why an instance did not come back, and nothing of those that did', async () => {
    expect((await update('restarted', '--template', plain, GOOD)).code).to.equal(0);
    const restart = async (...args: readonly string[]) => {
      const result = await world.json('restart', 'restarted', '--quorum', '1', '--command-timeout', '7200', ...args);
      noted(result.stderr);
      return result;
    };
    expect((await restart('--ssm', 'all is well', '--healthy-timeout', '7200')).code).to.equal(0);
    const stuck = await restart('--ssm', 'breaks it', '--healthy-timeout', '600');
    expect(stuck.code, stuck.stderr).to.equal(5);
    expect(stuck.document.failure?.code).to.equal('restart.stuck');
    const told = stuck.document.failure?.reasons.filter(({ code }) => code.startsWith('diagnose.')) ?? [];
    expect(told.map(({ code }) => code)).to.deep.equal(['diagnose.notBack']);
    expect(told[0]?.text).to.match(/^Instance i-\w+ of group restarted-Group-\w+: .*\(since \d\d:\d\d:\d\d\)/);
    expect(stuck.document.failure?.what).to.include(/i-\w+/.exec(told[0]?.text ?? '')?.[0]);
    // It serves no better now; whoever puts it back is told so.
    const back = await world.json('resume', 'restarted', '--healthy-timeout', '600');
    noted(back.stderr);
    expect(
      back.document.failure?.reasons.map(({ code }) => code),
      back.stderr,
    ).to.include('diagnose.notBack');
  });

  it('no secret was said, and every code is described', async () => {
    expect(said).not.to.include(SECRET).and.not.to.include('AKIAIOSFODNN7');
    const codes = [...new Set(said.match(/\bdiagnose\.[a-z]+[A-Za-z]*/g))];
    expect(codes.filter((code) => CODES[code] === undefined)).to.deep.equal([]);
    for (const code of ['diagnose.signalsMissing', 'diagnose.hookObjected'])
      expect((await world.run('explain', code)).stdout).to.match(new RegExp(`^${code}: \\w.{20,}`));
  });
});
