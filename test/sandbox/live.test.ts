import { request } from 'node:http';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { createSandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Fault } from '../../src/sandbox/scenario.js';
import { serveSandbox, type LiveSandbox } from '../../src/sandbox/live.js';
import type { World } from '../../src/sandbox/world/world.js';
import { dateForOthers } from '../../src/sandbox/wire/date-for-others.js';
import { failure, sandboxOf } from './wire/support.js';

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const size = (world: World): { size: number } => world.state('autoscaling', () => ({ size: 0 }));

function world(faults: Fault[] = []): ReturnType<typeof sandboxOf> {
  const objects = new Map<string, Uint8Array>();
  return sandboxOf(
    {
      autoscaling: {
        // Takes a simulated minute.
        SetDesiredCapacity: (world: World, input: { DesiredCapacity: number }) => {
          world.clock.after(60_000, () => (size(world).size = input.DesiredCapacity));
          return {};
        },
        DescribeAutoScalingGroups: (world: World) => ({
          AutoScalingGroups: [{ AutoScalingGroupName: 'ü', DesiredCapacity: size(world).size }],
        }),
      },
      s3: {
        PutObject: (_world, input: { Key: string; Body: Uint8Array }) => {
          objects.set(input.Key, input.Body);
          return { ETag: '"e"' };
        },
        GetObject: (_world, input: { Key: string }) => ({ Body: objects.get(input.Key) }),
        HeadObject: (_world, input: { Key: string }) => ({ ContentLength: objects.get(input.Key)?.length }),
      },
    },
    { faults },
  );
}

describe('the date of answers over HTTP', () => {
  const of = (agent: string, signed: string): string | undefined =>
    dateForOthers({
      method: 'POST',
      host: 'localhost',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'user-agent': agent, 'x-amz-date': signed },
      body: '',
    }).date;

  it('is, for another client than the tool, the time at which it signed', async () => {
    expect(of('aws-sdk-js/3', '20260203T040506Z')).to.equal('Tue, 03 Feb 2026 04:05:06 GMT');
    expect(of('aws-sdk-js/3', '20269999T040506Z')).to.equal(undefined);
    expect(of('aws-sdk-js/3', '')).to.equal(undefined);
    expect(of('aws-sdk-js/3 ha-updater/1.0.0', '20260203T040506Z')).to.equal(undefined);

    const live = await serveSandbox(world(), { port: 0, speed: 1 });
    const date = async (agent: string): Promise<string | null> => {
      const headers = {
        'user-agent': agent,
        'x-amz-date': '20260203T040506Z',
        authorization: 'AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/autoscaling/aws4_request',
      };
      const { headers: answered } = await fetch(live.url, {
        method: 'POST',
        headers,
        body: 'Action=DescribeAutoScalingGroups&Version=2011-01-01',
      });
      return answered.get('date');
    };
    expect(await date('Boto3/1')).to.equal('Tue, 03 Feb 2026 04:05:06 GMT');
    expect(await date('ha-updater/1.0.0')).to.match(/^Sat, 21 Nov 2026 03:00:/);
    await live.close();
  });
});

describe('the sandbox over HTTP', () => {
  let live: LiveSandbox | undefined;
  afterEach(() => live?.close());
  const client = (): AutoScalingClient =>
    new AutoScalingClient({ region: 'eu-west-1', credentials, ...(live && { endpoint: live.url }), maxAttempts: 1 });
  const json = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${live?.url}${path}`)).json()) as Record<string, unknown>;

  const ask = (host: string, headers: Readonly<Record<string, string>> = {}, body = ''): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const asked = request(`${live?.url}/`, { method: 'POST', headers: { host, ...headers } }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve([answer.statusCode ?? 0, text]));
      });
      asked.on('error', reject);
      asked.end(body);
    });

  it('answers its own addresses alone, unless another was asked for', async () => {
    live = await serveSandbox(world(), { port: 0, speed: 1 });
    for (const host of ['127.0.0.1:80', 'localhost', 'bucket.localhost:4000', '[::1]:80'])
      expect((await ask(host))[1], host).not.to.include('its own addresses');
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '169.254.169.254'])
      expect((await ask(host))[1], host).to.include('its own addresses');
    await live.close();
    live = await serveSandbox(world(), { port: 0, speed: 1, host: '127.0.0.1' });
    expect((await ask('sandbox.example'))[1]).not.to.include('its own addresses');
  });

  it('has an answer of the service to what is no request, and no trace of a bug', async () => {
    live = await serveSandbox(createSandbox(DEFAULT_SCENARIO), { port: 0, speed: 1 });
    for (const target of [
      'AmazonSSM.__proto__',
      'AmazonSSM.constructor',
      '__proto__.x',
      'constructor.x',
      'AmazonSSM',
      '',
    ])
      for (const body of ['null', '[]', '7', '"x"', '{}', 'no JSON']) {
        const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1', authorization: 'any' };
        const [status, text] = await ask('localhost', headers, body);
        expect(status, `${target} ${body}: ${text}`).to.equal(400);
      }
  });

  it('keeps a connection for longer than a pause between two looks, so that no call meets one that ends', async () => {
    live = await serveSandbox(world(), { port: 0, speed: 60 });
    const { headers } = await fetch(`${live.url}/_sandbox/clock`);
    expect(headers.get('keep-alive')).to.equal('timeout=75');
  });

  it('takes no body without end', async () => {
    live = await serveSandbox(world(), { port: 0, speed: 1 });
    const answer = await ask('localhost', {}, 'x'.repeat(65 * 1024 * 1024)).catch(() => 'hung up');
    expect(answer === 'hung up' || answer[0] === 413, String(answer)).to.equal(true);
    expect((await ask('localhost'))[0]).to.be.lessThan(500);
  });

  it('serves the SDK, and its time passes faster than ours and unattended', async () => {
    const sandbox = world();
    live = await serveSandbox(sandbox, { port: 0, speed: 1000 });
    expect(live.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    await client().send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'ü', DesiredCapacity: 7 }));
    expect(size(sandbox.world).size).to.equal(0);
    await new Promise((resolve) => sandbox.world.onChange(() => size(sandbox.world).size === 7 && resolve(undefined)));
    const answer = await client().send(new DescribeAutoScalingGroupsCommand({}));
    expect(answer.AutoScalingGroups).to.deep.equal([{ AutoScalingGroupName: 'ü', DesiredCapacity: 7 }]);
    const clock = await json('/_sandbox/clock');
    expect(clock['speed']).to.equal(1000);
    expect(Date.parse(clock['now'] as string) - sandbox.world.startedAt).to.be.greaterThan(60_000);
    expect(await json('/_sandbox/calls')).to.deep.equal({
      'autoscaling:DescribeAutoScalingGroups': 1,
      'autoscaling:SetDesiredCapacity': 1,
    });
  });

  it('shows what the monitor saw', async () => {
    const sandbox = createSandbox(DEFAULT_SCENARIO);
    sandbox.invoke('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 't',
      LaunchTemplateData: { ImageId: 'ami-11111111', InstanceType: 't3.micro' },
    });
    sandbox.invoke('autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: 'g',
      MinSize: 0,
      MaxSize: 4,
      DesiredCapacity: 2,
      AvailabilityZones: ['eu-west-1a'],
      LaunchTemplate: { LaunchTemplateName: 't', Version: '1' },
    });
    sandbox.clock.advance(120_000);
    live = await serveSandbox(sandbox, { port: 0, speed: 1 });
    const timeline = (await json('/_sandbox/timeline')) as unknown as Record<string, unknown>[];
    expect(timeline[0]).to.deep.include({ at: '2026-11-21T03:00:00.000Z', group: 'g', desired: 2, inService: 0 });
    expect(timeline.at(-1)).to.deep.include({ group: 'g', desired: 2, inService: 2 });
    expect(await json('/_sandbox/violations')).to.deep.equal([]);
    // Somebody begins a rollout and takes away what serves.
    sandbox.invoke('autoscaling', 'CreateOrUpdateTags', {
      Tags: [
        {
          ResourceId: 'g',
          ResourceType: 'auto-scaling-group',
          Key: 'ha-updater:rollout',
          Value: '{}',
          PropagateAtLaunch: false,
        },
      ],
    });
    sandbox.invoke('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'g', DesiredCapacity: 0 });
    sandbox.clock.advance(120_000);
    const violations = (await json('/_sandbox/violations')) as unknown as Record<string, unknown>[];
    expect(violations[0]).to.include({ group: 'g', rule: 'capacity' });
  });

  it('gives the date of the world', async () => {
    live = await serveSandbox(world(), { port: 0, speed: 1 });
    const response = await fetch(`${live.url}/`, { method: 'POST', body: 'Action=X' });
    expect(response.status).to.equal(403);
    expect(response.headers.get('date')).to.match(/^Sat, 21 Nov 2026 03:00:0\d GMT$/);
  });

  it('serves S3', async () => {
    live = await serveSandbox(world(), { port: 0, speed: 1 });
    const s3 = new S3Client({ region: 'eu-west-1', credentials, endpoint: live.url, forcePathStyle: true });
    await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'ünï' }));
    expect(await (await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))).Body?.transformToString()).to.equal(
      'ünï',
    );
    expect((await s3.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).ContentLength).to.equal(5);
    s3.destroy();
  });

  it('breaks the connection of a reply that is lost', async () => {
    live = await serveSandbox(world([{ kind: 'lostReply', calls: 'autoscaling:Set*', rate: 1 }]), {
      port: 0,
      speed: 1,
    });
    const lost = await failure(
      client().send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'g', DesiredCapacity: 1 })),
    );
    expect(lost['code']).to.equal('ECONNRESET');
  });

  it('shows a bug instead of leaving the client waiting', async () => {
    const broken = sandboxOf({
      autoscaling: {
        DescribeAutoScalingGroups: () => {
          throw new TypeError('x is undefined');
        },
      },
    });
    live = await serveSandbox(broken, { port: 0, speed: 1 });
    const response = await fetch(`${live.url}/`, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/1/r/autoscaling/aws4_request' },
      body: 'Action=DescribeAutoScalingGroups&Version=2011-01-01',
    });
    expect(response.status).to.equal(500);
    expect(await response.text()).to.match(/^The sandbox has a bug: TypeError: x is undefined/);
  });

  it('does not start on a port that is taken, or at no speed', async () => {
    live = await serveSandbox(world(), { port: 0, speed: 1 });
    const port = Number(new URL(live.url).port);
    expect((await failure(serveSandbox(world(), { port, speed: 1 })))['code']).to.equal('EADDRINUSE');
    expect((await failure(serveSandbox(world(), { port: 0, speed: 0 }))).message).to.contain('speed');
  });
});
