import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { StatusDocument } from '../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { run, start, type Running } from './support/cli.js';
import { ROOT } from '../support/root.js';

/** The templates beside the sources, seen from dist/test/commands. */
const HERE = join(ROOT, 'test', 'commands');
const BAD = 'ami-0bad0bad0bad0bad0';

/** At this speed a short pause of the machine is minutes of the world; no limit of a good run may judge by that. */
const SPEED = 100;
const CALM = ['--warmup-seconds', '3600', '--action-timeout', '7200'];
const PATIENT = ['--healthy-timeout', '7200', '--deadline', '14400'];

/** Killed when a run says this: it is then in the middle of that very step. */
const WHILE_PROMOTING = [/Write the rollout record/, /Double the size/, /Decide to promote/, /Terminate \d old/];
const WHILE_ROLLING_BACK = [/Terminate \d new/];

/**
 * A person's own template (a nested stack from S3, types that the sandbox does not model, two groups),
 * and kill -9 in the middle of its swaps: the same command again must end well.
 */
describe('kill -9 at any moment, then the same command', function () {
  this.timeout(120_000);
  let folder: string;
  let sandbox: Running;
  let env: Record<string, string>;
  let image = 0;
  const fresh = (): string => `ami-0123456789abcd${String(++image).padStart(3, '0')}`;

  const status = async (): Promise<StatusDocument> =>
    JSON.parse((await run(['status', 'own', '--json'], { env })).stdout) as StatusDocument;
  const ask = async <T>(what: string): Promise<T> =>
    (await (await fetch(`${env['AWS_ENDPOINT_URL']}/_sandbox/${what}`)).json()) as T;

  /** What must be as it was before, or as it must be after. */
  const groups = async (): Promise<readonly object[]> =>
    (await status()).groups.map(({ size, instances, suspended, record, verdict, lease, frozen }) => ({
      size,
      sides: instances.map(({ side, inService }) => `${side}${inService ? '' : ', not in service'}`),
      suspended: [...suspended].sort(),
      notes: Object.entries({ record, verdict, lease, frozen }).flatMap(([name, note]) =>
        note === undefined ? [] : [name],
      ),
    }));
  const calm = (side: string): readonly object[] => [
    { size: { min: 2, max: 4, desired: 2 }, sides: [side, side], suspended: [], notes: [] },
    { size: { min: 1, max: 5, desired: 2 }, sides: [side, side], suspended: [], notes: [] },
  ];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
    await writeFile(join(folder, 'scenario.yaml'), `images:\n  ${BAD}: {behaviour: unhealthy}\n`);
    sandbox = start(['sandbox', '--port', '0', '--speed', String(SPEED), '--scenario', join(folder, 'scenario.yaml')]);
    const text = await sandbox.sees(/HA_UPDATER_SPEED=\d+/);
    env = Object.fromEntries([...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key ?? '', value ?? '']));
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const shelf = new S3({
      endpoint: env['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials,
      forcePathStyle: true,
    });
    await shelf.createBucket({ Bucket: 'mine' });
    await shelf.putObject({
      Bucket: 'mine',
      Key: 'nested.yaml',
      Body: await readFile(join(HERE, 'own-nested.yaml'), 'utf8'),
    });
  });

  after(async () => {
    sandbox.child.kill('SIGTERM');
    await sandbox.finished;
    await rm(folder, { recursive: true });
  });

  it('a person’s own template runs: every type that is not modelled is said, and its groups are proven', async () => {
    const network = [
      `Vpc=${DEFAULT_VPC}`,
      `Nets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`,
      'Nested=https://mine.s3.eu-west-1.amazonaws.com/nested.yaml',
    ];
    const { code, stdout, stderr } = await run(
      [
        'update-stack',
        'own',
        '--template',
        join(HERE, 'own-template.yaml'),
        ...network,
        `Image=${fresh()}`,
        'Token=',
        ...CALM,
        ...PATIENT,
      ],
      { env },
    );
    expect(code, stdout + stderr).to.equal(0);
    for (const type of ['AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'Custom::Notify'])
      expect(stdout).to.include(`The sandbox does not model ${type}`);
    expect(await groups()).to.deep.equal(calm('current'));
  });

  it('says every event of a whole swap as JSON Lines, without a gap', async () => {
    const { code, stdout, stderr } = await run(
      ['update-stack', 'own', `Image=${fresh()}`, '--output', 'jsonl', ...CALM, ...PATIENT],
      { env },
    );
    expect(code, stderr).to.equal(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; event: { type: string } });
    expect(lines.map(({ seq }) => seq)).to.deep.equal(lines.map((_, index) => index + 1));
    expect([lines[0]?.event.type, lines.at(-1)?.event.type]).to.deep.equal(['run.started', 'run.finished']);
    expect(await groups()).to.deep.equal(calm('current'));
  });

  for (const moment of WHILE_PROMOTING) {
    it(`${String(moment)}: both groups end new and as they were`, async () => {
      const command = ['update-stack', 'own', `Image=${fresh()}`, ...CALM, ...PATIENT];
      const first = start(command, { env });
      await first.sees(moment);
      first.child.kill('SIGKILL');
      await first.finished;
      const { code, stdout, stderr } = await run(command, { env });
      expect(code, stdout + stderr).to.equal(0);
      expect(await groups()).to.deep.equal(calm('current'));
    });
  }

  for (const moment of WHILE_ROLLING_BACK) {
    it(`${String(moment)}: both groups end old and frozen, and a good image lifts it`, async () => {
      const command = ['update-stack', 'own', `Image=${BAD}`, ...CALM, '--healthy-timeout', '150'];
      const first = start(command, { env });
      await first.sees(moment);
      first.child.kill('SIGKILL');
      await first.finished;
      const { code, stdout, stderr } = await run(['update-asgs', 'own', '--swap', 'never'], { env });
      expect([0, 4], stdout + stderr).to.include(code);
      for (const group of (await status()).groups) {
        expect(group.instances.map(({ side, inService }) => ({ side, inService }))).to.deep.equal(
          Array.from({ length: 2 }, () => ({ side: 'outdated', inService: true })),
        );
        expect(group.frozen?.processes).to.include('Launch');
        expect(group.record).to.equal(undefined);
      }
      const good = await run(['update-stack', 'own', `Image=${fresh()}`, ...CALM, ...PATIENT], { env });
      expect(good.code, good.stdout + good.stderr).to.equal(0);
      expect(await groups()).to.deep.equal(calm('current'));
    });
  }

  it('never served with less than before', async () => {
    expect(await ask('violations')).to.deep.equal([]);
    const points = await ask<readonly { readonly new: number; readonly old: number }[]>('timeline');
    expect(points.some((point) => point.new > 0 && point.old > 0)).to.equal(true);
  });
});
