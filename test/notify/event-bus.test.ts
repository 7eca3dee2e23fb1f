import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { eventBus } from '../../src/aws/put-events.js';
import { Failure, LockLost } from '../../src/errors.js';
import type { ProcessContext } from '../../src/index.js';
import { entryOf, readBus } from '../../src/notify/event-bus.js';
import { fitNotice } from '../../src/notify/fit-notice.js';
import type { Notice } from '../../src/notify/notice.js';
import { connect } from '../../src/run/run.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { standardGroup } from '../support/sandbox.js';
import { simulatedWorld, type SimulatedWorld } from '../commands/support/simulated-world.js';

const SECRET = 'mark-of-a-password-77';

/** An entry as the bus got it. */
interface Sent {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Time: Date;
}

describe('the event bus of a run', function () {
  this.timeout(20_000);
  let world: SimulatedWorld;
  const open = async (scenario?: string): Promise<void> => {
    world = await simulatedWorld(scenario);
    standardGroup(world.sandbox.world, { name: 'web', size: 2, max: 4 });
  };
  afterEach(() => world.stop());

  const SWAP = ['update-asgs', '--asg', 'web', '--swap', 'always', '--output', 'jsonl'] as const;
  const sent = (): readonly Sent[] =>
    world.calls('PutEvents').flatMap(({ input }) => (input as { readonly Entries: readonly Sent[] }).Entries);
  const notices = (): readonly Notice[] => sent().map(({ Detail }) => JSON.parse(Detail) as Notice);
  /** Whether it came while the run still told events or after its end: no time passes for a run in simulated time. */
  const warningsIn = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): readonly string[] =>
    `${stdout}${stderr}`.match(/The event bus [^"\n]+/g) ?? [];

  it('gets its start, its verdict and its end, each under a type that rules can match', async () => {
    await open();
    const ended = await world.run([...SWAP, '--event-bus', 'releases']);
    expect(ended.code, ended.stderr).to.equal(0);
    expect(sent().map(({ EventBusName: bus, Source, DetailType }) => [bus, Source, DetailType])).to.deep.equal([
      ['releases', 'ha-updater', 'Run Started'],
      ['releases', 'ha-updater', 'Run Verdict'],
      ['releases', 'ha-updater', 'Run Ended'],
    ]);
    expect(notices()[2]).to.include({ kind: 'ended', outcome: 'swapped', exitCode: 0, region: 'eu-west-1' });
    expect(sent().map(({ Time: time }) => time.toISOString().replace('.000', ''))).to.deep.equal(
      notices().map(({ at }) => at),
    );
    expect(warningsIn(ended)).to.deep.equal([]);
  });

  it('gets what is kept and what is paused as well', async () => {
    await open();
    await world.run([...SWAP, '--event-bus', 'releases', '--keep-old', '1h', '--detach']);
    expect(sent().map(({ DetailType }) => DetailType)).to.include('Old Instances Kept');
    await world.stop();
    await open();
    await world.run([...SWAP, '--event-bus', 'releases', '--pause-at', '50%']);
    expect(sent().at(-1)?.DetailType).to.equal('Run Paused');
  });

  it('is named by a variable or a settings file too', async () => {
    await open();
    await world.run(SWAP, { HA_UPDATER_EVENT_BUS: 'of-the-variable' });
    const settings = await world.file('ha-updater.yaml', 'defaults: {event-bus: of-the-file}\n');
    await world.run(SWAP, { HA_UPDATER_CONFIG: settings });
    expect(new Set(sent().map(({ EventBusName: bus }) => bus))).to.deep.equal(
      new Set(['of-the-variable', 'of-the-file']),
    );
  });

  it('hears nothing of plans, of commands that only look, or of runs that do not name it', async () => {
    await open();
    await world.run(['plan', '--asg', 'web'], { HA_UPDATER_EVENT_BUS: 'releases' });
    await world.run(['status', '--asg', 'web'], { HA_UPDATER_EVENT_BUS: 'releases' });
    await world.run(SWAP);
    expect(sent()).to.deep.equal([]);
  });

  it('never fails the run: what it does not take is one warning', async () => {
    await open(
      'faults: [{kind: refuse, calls: "events:PutEvents", code: AccessDeniedException, message: not allowed}]',
    );
    const ended = await world.run([...SWAP, '--event-bus', 'releases']);
    expect(ended.code).to.equal(0);
    expect(warningsIn(ended)).to.deep.equal([
      'The event bus releases did not take a notice: events:PutEvents answered AccessDeniedException: not allowed.',
    ]);
  });

  it('holds no value of a parameter, not even of a run that failed', async () => {
    await open();
    const template = await world.file(
      'web.yaml',
      'Parameters: {Password: {Type: String, NoEcho: true}}\nResources: {Topic: {Type: AWS::SNS::Topic}}\n',
    );
    await world.run(['update-stack', 'web', '--template', template, `Password=${SECRET}`, '--event-bus', 'releases']);
    await world.run(['update-stack', 'none', `Password=${SECRET}`, '--event-bus', 'releases']);
    expect(notices().map(({ kind, stack, exitCode }) => [kind, stack, exitCode])).to.deep.equal([
      ['started', 'web', undefined],
      ['ended', 'web', 0],
      ['started', 'none', undefined],
      ['ended', 'none', notices()[3]?.exitCode],
    ]);
    expect(notices()[3]?.failure?.serves).to.be.a('string');
    expect(JSON.stringify(sent())).to.not.include(SECRET);
  });

  it('is refused by name before anything is changed', async () => {
    await open();
    const { code, stderr } = await world.run([...SWAP, '--event-bus', 'two words']);
    expect(code).to.equal(2);
    expect(stderr).to.include("'two words' is none").and.to.include('[usage.eventBus]');
    expect(world.calls('UpdateAutoScalingGroup')).to.deep.equal([]);
  });
});

describe('an event bus', () => {
  it('is named by its name or its ARN', () => {
    for (const name of [
      'default',
      'aws.partner/example.com/shop',
      'arn:aws:events:eu-west-1:123456789012:event-bus/releases',
      'arn:aws-us-gov:events:us-gov-west-1:123456789012:event-bus/releases',
    ])
      expect(readBus(name)).to.equal(name);
    for (const name of ['a b', 'x:y', 'arn:aws:sns:eu-west-1:123456789012:releases', 'x'.repeat(257), '-\n'])
      expect(() => readBus(name), name).to.throw(Failure);
  });

  const entry = entryOf(noticeOf(), 'releases');

  it('says by each entry whether it was taken', async () => {
    const answer = (body: object): Promise<string> => answered(JSON.stringify(body));
    expect(await answer({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] })).to.equal('');
    expect(
      await answer({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'Slow down' }] }),
    ).to.equal('events:PutEvents answered ThrottlingException: Slow down');
    expect(await answer({ FailedEntryCount: 1, Entries: [] })).to.match(/^events:PutEvents answered Unknown/);
  });

  it('is told even when the strict lock is lost, which lets nothing else of the run leave', async () => {
    const { clientConfig, calls } = createSandbox(DEFAULT_SCENARIO);
    const { credentials, requestHandler } = clientConfig();
    const client = { credentials: () => Promise.resolve(credentials), requestHandler };
    const mayLeave = (): Promise<never> => Promise.reject(new LockLost('web', 'It is lost.'));
    const { gateway, way } = await connect({ region: 'eu-west-1', mayLeave }, undefined, {
      env: {},
      version: '0.0.0',
      command: 'update-asgs',
      simulated: { client } as unknown as NonNullable<ProcessContext['simulated']>,
    });
    const refused: unknown = await gateway.identity().catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(LockLost);
    expect(await eventBus(way, 2_000)(entry)).to.equal('');
    expect([...calls.keys()]).to.deep.equal(['events:PutEvents']);
  });

  it('that never answers, or is not there, is given up', async () => {
    expect(await answered(undefined, 150)).to.equal('no answer within 0.15 s');
    expect(await eventBus(optionsOf('http://127.0.0.1:1'), 2_000)(entry)).to.match(/ECONNREFUSED/);
    const credentials = (): Promise<never> => new Promise(() => undefined);
    expect(await eventBus({ ...optionsOf('http://127.0.0.1:1'), credentials }, 100)(entry)).to.equal(
      'no answer within 0.1 s',
    );
  });

  /** What comes of an entry when the service answers like this, or not at all. */
  async function answered(body: string | undefined, ms = 2_000): Promise<string> {
    const server: Server = createServer((_, response) => {
      if (body !== undefined) response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await eventBus(optionsOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), ms)(entry);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  function optionsOf(endpoint: string): Parameters<typeof eventBus>[0] {
    const credentials = (): Promise<{ accessKeyId: string; secretAccessKey: string }> =>
      Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
    return { region: 'eu-west-1', endpoint, credentials };
  }
});

describe('a notice that is too large for an entry', () => {
  const MOST = 256 * 1024;

  it('loses names and commands as a whole and the ends of texts, and says so', () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `${'ä'.repeat(200)}-${index}`);
    const command = `ha-updater resume ${names.map((name) => `--asg ${name}`).join(' ')}`;
    const huge = noticeOf({
      groups: names,
      failure: {
        code: 'a.b',
        what: '\u0001"😀'.repeat(300_000),
        serves: names.join(', '),
        next: [command, 'ha-updater list'],
      },
    });
    const { detail, detailType } = entryOf(huge, 'releases');
    expect(Buffer.byteLength(detail) + detailType.length + 1_000).to.be.lessThan(MOST);
    const notice = JSON.parse(detail) as Notice;
    expect(notice.shortened).to.equal(true);
    expect(notice.groups.length).to.be.greaterThan(100);
    expect(notice.groups).to.deep.equal(names.slice(0, notice.groups.length));
    expect(notice.failure?.next).to.deep.equal(['ha-updater list']);
    expect(notice.failure?.what).to.match(/…$/);
    expect(notice.failure?.what).to.not.match(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it('fits by any of its texts', () => {
    for (const key of ['stack', 'by', 'build', 'until'] as const)
      expect(
        Buffer.byteLength(JSON.stringify(fitNotice(noticeOf({ [key]: 'x'.repeat(400_000) }), 1_000))),
      ).to.be.at.most(1_000);
  });

  it('stays as it is where it fits', () => {
    const notice = noticeOf();
    expect(fitNotice(notice, MOST)).to.equal(notice);
  });
});

function noticeOf(more: Partial<Notice> = {}): Notice {
  return {
    ...{ v: 1, kind: 'ended', run: 'r', command: 'restart', stack: 'web', groups: ['web'] },
    ...{ account: '123456789012', region: 'eu-west-1', by: 'a', at: '2026-01-01T00:00:00Z' },
    ...more,
  } as const;
}
