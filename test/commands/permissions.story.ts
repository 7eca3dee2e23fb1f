import { join } from 'node:path';
import { cp, readFile } from 'node:fs/promises';
import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { EC2 } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { start, run } from './support/cli.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from './support/world.js';
import { ROOT } from '../support/root.js';

const HERE = ROOT;
const TEMPLATE = join(HERE, 'templates', 'web-stack.yaml');
const APP = join(HERE, 'test', 'fixtures', 'cdk', 'cdk.out');
const BAD = 'ami-0bad0bad0bad0bad0';
const BUCKET = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
const NETWORK = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];

/** Ways of the commands on which they take actions of AWS that no other story needs. */
describe('permissions that few need', function () {
  this.timeout(60_000);
  let world: CommandWorld;

  before(async () => {
    world = await commandWorld(
      `images: {${BAD}: {behaviour: unhealthy}}\nobjects: {${BUCKET}: ""}\nparameters: {/cdk-bootstrap/hnb659fds/version: "21"}\n` +
        'faults: [{kind: stackFails, stack: hooked, logicalId: Group, reason: untagged, hook: "Acme::Group::Tagged"}]\n',
      400,
    );
  });
  after(() => world.stop());

  it('the output of instances that do not serve: diagnose --console', async () => {
    const { code } = await world.run([
      'update-stack',
      'web',
      '--template',
      TEMPLATE,
      ...NETWORK,
      `ImageId=${BAD}`,
      'DbPassword=never-to-be-seen',
      '--warmup-seconds',
      '3600',
      '--action-timeout',
      '7200',
      '--healthy-timeout',
      '200',
    ]);
    expect(code).to.equal(5);
    const { stdout } = await world.run(['diagnose', 'web', '--console']);
    expect(stdout).to.include(`starting ${BAD}`);
  });

  it('what a hook advises about the resource that it refused: diagnose', async () => {
    const values = [...NETWORK, 'ImageId=ami-0123456789abcdef1', 'DbPassword=never-to-be-seen'];
    const { code } = await world.run(['update-stack', 'hooked', '--template', TEMPLATE, ...values]);
    expect(code).to.equal(7);
    const { stdout } = await world.run(['diagnose', 'hooked']);
    expect(stdout).to.include('Acme::Group::Tagged');
  });

  it('a policy for the time of an update: UpdateStack instead of a change set', async () => {
    const policy = await world.file(
      'policy.json',
      JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }] }),
    );
    const { code, stdout, stderr } = await world.run([
      'update-stack',
      'web',
      'ImageId=ami-0123456789abcdef1',
      '--stack-policy-during-update',
      policy,
      '--force',
      ...CALM,
    ]);
    expect(code, stdout + stderr).to.equal(0);
  });

  it('versions of a launch template that a group follows: $Latest', async () => {
    const way = {
      endpoint: world.env['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    };
    const ec2 = new EC2(way);
    const { LaunchTemplate } = await ec2.createLaunchTemplate({
      LaunchTemplateName: 'follows',
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef1' },
    });
    const version = { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId ?? '' };
    await new AutoScaling(way).createAutoScalingGroup({
      AutoScalingGroupName: 'lone',
      MinSize: 1,
      MaxSize: 2,
      DesiredCapacity: 1,
      VPCZoneIdentifier: DEFAULT_SUBNETS[0],
      LaunchTemplate: { ...version, Version: '$Latest' },
    });
    expect((await world.run(['update-asgs', '--asg', 'lone', ...CALM_GROUPS])).stdout).to.include('runs lt/');
    await ec2.createLaunchTemplateVersion({
      ...version,
      SourceVersion: '1',
      LaunchTemplateData: { ImageId: 'ami-0123456789abcdef2' },
    });
    const { code, stdout, stderr } = await world.run(['update-asgs', '--asg', 'lone', ...CALM_GROUPS]);
    expect(code, stdout + stderr).to.equal(0);
    expect(stdout).to.include('Promoted');
    expect((await world.run(['diagnose', '--asg', 'lone'])).code).to.equal(0);
  });

  it('a plan of a long template goes through S3', async () => {
    const long = await world.file('long.yaml', `${await readFile(TEMPLATE, 'utf8')}\n# ${'x'.repeat(60_000)}\n`);
    const { code, stderr } = await world.run(['plan', 'web', '--template', long]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include(`https://${BUCKET}.s3.eu-west-1.amazonaws.com/ha-updater/web/`);
  });

  it('a plan of a CDK app takes the roles of its bootstrap', async () => {
    const app = join(world.folder, 'cdk.out');
    await cp(APP, app, { recursive: true });
    const { code, stderr } = await world.run(['plan', 'Web', '--app', app, 'ImageId=ami-0123456789abcdef1']);
    expect(code, stderr).to.equal(0);
  });
});

describe('sandbox --calls and --host', function () {
  this.timeout(60_000);

  it('write which command took which action, each once', async () => {
    const world = await commandWorld('', 60);
    const path = join(world.folder, 'calls.txt');
    const sandbox = start(['sandbox', '--port', '0', '--calls', path]);
    const url = /export AWS_ENDPOINT_URL=(\S+)/.exec(await sandbox.sees(/HA_UPDATER_SPEED/))?.[1] ?? '';
    for (let twice = 0; twice < 2; twice++)
      await run(['status', 'none'], { env: { ...world.env, AWS_ENDPOINT_URL: url } });
    // The groups are read for the names that may have been meant.
    expect(await readFile(path, 'utf8')).to.equal(
      'status cloudformation:DescribeStacks\nstatus autoscaling:DescribeAutoScalingGroups\n',
    );
    sandbox.child.kill('SIGTERM');
    await sandbox.finished;
    await world.stop();
  });

  it('serves on loopback alone unless an address is named, and says when there is no such address', async () => {
    const none = await run(['sandbox', '--port', '0', '--host', '192.0.2.1']);
    expect([none.code, none.stderr.includes('--host 192.0.2.1 is not an address of this machine.')]).to.deep.equal([
      2,
      true,
    ]);
    const named = start(['sandbox', '--port', '0', '--host', '0.0.0.0']);
    const port = /http:\/\/0\.0\.0\.0:(\d+)/.exec(await named.sees(/HA_UPDATER_SPEED/))?.[1] ?? '';
    // Any other address of loopback is reached only by who listens on all of them.
    expect((await fetch(`http://127.0.0.2:${port}/_sandbox/clock`)).status).to.equal(200);
    named.child.kill('SIGTERM');
    await named.finished;
    const usual = start(['sandbox', '--port', '0']);
    const own = /http:\/\/127\.0\.0\.1:(\d+)/.exec(await usual.sees(/HA_UPDATER_SPEED/))?.[1] ?? '';
    expect(
      await fetch(`http://127.0.0.2:${own}/_sandbox/clock`).then(
        () => 'reached',
        () => 'refused',
      ),
    ).to.equal('refused');
    usual.child.kill('SIGTERM');
    await usual.finished;
  });
});
