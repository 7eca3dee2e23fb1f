import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { expect } from 'chai';
import { createSandbox } from '../../dist/src/sandbox/index.js';
import { serveSandbox } from '../../dist/src/sandbox/live.js';
import { DEFAULT_SCENARIO } from '../../dist/src/sandbox/scenario.js';
import { standardGroup } from '../../dist/test/support/sandbox.js';
import { buildServer, MOST_BYTES } from '../../scripts/build-server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The files of an archive, read by its directory, as whoever unpacks it does. */
function unzip(archive) {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).to.equal(0x06054b50);
  const files = new Map();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    expect(archive.readUInt32LE(at)).to.equal(0x02014b50);
    const [packed, length, nameLength] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt32LE(at + 24),
      archive.readUInt16LE(at + 28),
    ];
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString();
    const local = archive.readUInt32LE(at + 42);
    const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const contents = inflateRawSync(archive.subarray(begin, begin + packed));
    expect(contents.length).to.equal(length);
    files.set(name, { contents, time: archive.readUInt32LE(at + 12), mode: archive.readUInt32LE(at + 38) >>> 16 });
    at += 46 + nameLength;
  }
  return files;
}

/**
 * The handler, with time that is skipped by as much as it waits: whoever asks for the time in this process, the world
 * among them, sees the pause pass.
 */
function skippingPauses(handler) {
  const pass = Date.now;
  let skipped = 0;
  Date.now = () => pass() + skipped;
  const restore = () => void (Date.now = pass);
  const skipping = async (input, context) => {
    const { durableExecutionClient: client } = input;
    const checkpoint = async (params, ...more) => {
      const answer = await client.checkpoint(params, ...more);
      for (const { Type, Action, WaitOptions } of params.Updates ?? [])
        if (Type === 'WAIT' && Action === 'START') skipped += WaitOptions.WaitSeconds * 1000;
      return answer;
    };
    input.durableExecutionClient = { checkpoint, getExecutionState: (...all) => client.getExecutionState(...all) };
    return handler(input, context);
  };
  return { skipping, restore };
}

describe('the bundle of the function', function () {
  this.timeout(120_000);
  let folder;
  let archive;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ha-updater-function-'));
    archive = await buildServer(ROOT);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is the same, byte by byte, when it is built again by another process', () => {
    const script = `import { buildServer } from ${JSON.stringify(pathToFileURL(join(ROOT, 'scripts/build-server.js')).href)};
      process.stdout.write(await buildServer(${JSON.stringify(ROOT)}));`;
    const again = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ: 'Asia/Tokyo' },
      maxBuffer: 2 * MOST_BYTES,
    });
    expect(hashOf(again)).to.equal(hashOf(archive));
    expect(archive.length).to.be.at.most(MOST_BYTES);
    console.log(`      ${archive.length} bytes`);
  });

  it('holds the handler, its version, licences, no path of this machine, and files that everybody may read', () => {
    const files = unzip(archive);
    expect([...files.keys()]).to.include.members(['index.mjs', 'package.json', 'LICENCES.txt']);
    expect(JSON.parse(files.get('package.json').contents)).to.include({ name: 'ha-updater', version });
    const licences = files.get('LICENCES.txt').contents.toString();
    for (const name of ['@aws/durable-execution-sdk-js', '@aws-sdk/client-lambda', '@aws-sdk/client-auto-scaling'])
      expect(licences).to.contain(`${name} `);
    for (const [name, { contents, time, mode }] of files) {
      expect(contents.includes(ROOT), name).to.equal(false);
      expect(time, name).to.equal(0x210000);
      expect(mode, name).to.equal(0o100644);
    }
  });

  it('runs a rollout out of a folder with nothing else, against the sandbox over HTTP', async () => {
    for (const [name, { contents }] of unzip(archive)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), contents);
    }
    await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
    const sandbox = createSandbox(DEFAULT_SCENARIO);
    const group = standardGroup(sandbox.world, { name: 'web', size: 2, max: 4 });
    const live = await serveSandbox(sandbox, { port: 0, speed: 1 });
    const environment = {
      AWS_ENDPOINT_URL: live.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDSANDBOX',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_LAMBDA_FUNCTION_NAME: 'updater',
      AWS_LAMBDA_FUNCTION_VERSION: '7',
    };
    const before = { ...process.env };
    Object.assign(process.env, environment);
    const lines = [];
    const write = process.stdout.write;
    let restore = () => undefined;
    try {
      const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href);
      const skipped = skippingPauses(handler);
      ({ restore } = skipped);
      process.stdout.write = (text, ...more) =>
        String(text).startsWith('{"')
          ? lines.push(...String(text).trim().split('\n')) > 0
          : write.call(process.stdout, text, ...more);
      group.changeImage('ami-new');
      const runner = new LocalDurableTestRunner({ handlerFunction: skipped.skipping });
      const execution = await runner.run({ payload: { command: 'update-asgs', options: { groups: ['web'] } } });
      expect(execution.getStatus()).to.equal('SUCCEEDED');
      expect(execution.getResult()).to.include({ outcome: 'swapped', exitCode: 0 });
      expect(sandbox.monitor.violations).to.deep.equal([]);
      const [first] = lines.map((line) => JSON.parse(line)).filter(({ event }) => event?.type === 'run.started');
      expect(first.event).to.include({ host: 'lambda:updater:7', version });
    } finally {
      process.stdout.write = write;
      restore();
      for (const name of Object.keys(environment))
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      await live.close();
      await LocalDurableTestRunner.teardownTestEnvironment();
    }
  });
});
