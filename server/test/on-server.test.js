/**
 * The whole of it: the command line as processes, a sandbox over HTTP in this one, and the function's own archive, as
 * `server deploy` puts it into its bucket, in processes that the sandbox starts.
 */
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { checkJournal } from '../../dist/src/check/check-journal.js';
import { createSandbox } from '../../dist/src/sandbox/index.js';
import { serveSandbox } from '../../dist/src/sandbox/live.js';
import { DEFAULT_SCENARIO, SAMPLE_IMAGES } from '../../dist/src/sandbox/scenario.js';
import { ssmState } from '../../dist/src/sandbox/world/ssm/ssm-state.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../dist/src/sandbox/world/ec2/state.js';
import { run, start } from '../../dist/test/commands/support/cli.js';
import { buildServer } from '../../scripts/build-server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SPEED = 60;
const GOOD = ['ami-0123456789abcdef0', 'ami-0123456789abcdef1', 'ami-0123456789abcdef2', 'ami-0123456789abcdef3'];
const BAD = 'ami-0bad0bad0bad0bad0';
const SECRET = 'never-to-be-kept-18';

/** At this speed a short pause of the machine is minutes of the world; no limit may judge by that. */
const CALM = ['--healthy-timeout', '900', '--deadline', '14400'];
const ON_SERVER = ['--on', 'server', '--server', 'rollouts'];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a rollout on a server, by the command line', function () {
  this.timeout(180_000);
  let folder;
  let bundle;
  let sandbox;
  let live;
  let env;
  let image = GOOD[0];

  const cli = async (...words) => {
    const ended = await run(words, { env });
    return { ...ended, document: words.includes('--json') ? JSON.parse(ended.stdout) : undefined };
  };
  /** Gives the stack an image that its groups do not run yet. */
  const change = async (to) => {
    const ended = await cli('update-stack', 'web', `ImageId=${to}`, '--swap', 'never', '--json');
    expect(ended.code, ended.stderr + ended.stdout).to.equal(0);
    if (to !== BAD) image = to;
  };
  const call = (service, operation, input) => sandbox.invoke(service, operation, input);
  const execution = (arn) => call('lambda', 'GetDurableExecution', { DurableExecutionArn: arn });
  const ended = async (arn) => {
    for (let tries = 0; tries < 600; tries++) {
      const found = execution(arn);
      if (found.Status !== 'RUNNING') return found;
      await sleep(200);
    }
    throw new Error('The execution goes on and on.');
  };
  const eventsOf = (run) =>
    call('logs', 'FilterLogEvents', {
      logGroupName: '/aws/lambda/rollouts',
      filterPattern: `{ $.run = "${run}" }`,
    }).events.map(({ message }) => JSON.parse(message));
  const broken = (events) =>
    checkJournal(events.map((stamped, index) => ({ line: index + 1, stamped }))).flatMap(({ invariants }) =>
      invariants.filter(({ verdict }) => verdict === 'broken'),
    );
  const images = () => {
    const { AutoScalingGroups: groups } = call('autoscaling', 'DescribeAutoScalingGroups', {});
    const ids = groups.flatMap(({ Instances }) => Instances.map(({ InstanceId }) => InstanceId));
    const { Reservations } = call('ec2', 'DescribeInstances', { InstanceIds: ids });
    return [...new Set(Reservations.flatMap(({ Instances }) => Instances.map(({ ImageId }) => ImageId)))];
  };
  const unfrozen = async () => {
    const thawed = await cli('unfreeze', 'web');
    expect(thawed.code, thawed.stderr).to.equal(0);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ha-updater-on-server-'));
    bundle = join(folder, 'function.zip');
    writeFileSync(bundle, await buildServer(ROOT));
    sandbox = createSandbox({ ...DEFAULT_SCENARIO, images: SAMPLE_IMAGES });
    call('s3', 'CreateBucket', { Bucket: 'bundles' });
    live = await serveSandbox(sandbox, { port: 0, speed: SPEED, node: process.execPath });
    env = {
      AWS_ENDPOINT_URL: live.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDSANDBOX',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      HA_UPDATER_SPEED: String(SPEED),
    };
    const created = await cli(
      ...['update-stack', 'web', '--template', join(ROOT, 'templates', 'web-stack.yaml'), `VpcId=${DEFAULT_VPC}`],
      ...[`Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`, `ImageId=${image}`, `DbPassword=${SECRET}`, ...CALM],
    );
    expect(created.code, created.stderr + created.stdout).to.equal(0);
    const deployed = await cli(
      ...['server', 'deploy', 'rollouts', '--bundle', bundle, '--s3-bucket', 'bundles', '--stacks', 'web'],
    );
    expect(deployed.code, deployed.stderr + deployed.stdout).to.equal(0);
  });
  after(async () => {
    await live?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => expect(sandbox.monitor.violations).to.deep.equal([]));

  it('is promoted with nobody watching after --detach, which says how to follow and cancel it', async () => {
    await change(GOOD[1]);
    const detached = await cli('update-asgs', 'web', ...ON_SERVER, '--detach', ...CALM, '--json');
    expect(detached.code, detached.stderr + detached.stdout).to.equal(0);
    const { document } = detached;
    expect(document).to.include({ command: 'update-asgs', outcome: 'started', exitCode: 0, stack: 'web' });
    expect(document.next.join('\n')).to.match(/watch web.+\n.*status web.+\n.*cancel web/);
    expect(document.run).to.match(/^web-\d{8}-\d{6}-\w{5}$/);
    const { Status: status, Result: result } = await ended(document.execution);
    expect(status).to.equal('SUCCEEDED');
    expect(JSON.parse(result)).to.include({ outcome: 'swapped', exitCode: 0, run: document.run });
    expect(images()).to.deep.equal([GOOD[1]]);
  });

  it('has the exit code, the output, the files and the document of a run in this process', async () => {
    await change(GOOD[2]);
    const files = ['events-file', 'junit', 'report'].map((name) => [`--${name}`, join(folder, name)]);
    const told = await cli('update-asgs', 'web', ...ON_SERVER, ...CALM, '--output', 'lines', ...files.flat());
    expect(told.code, told.stderr + told.stdout).to.equal(0);
    expect(images()).to.deep.equal([GOOD[2]]);
    const events = readFileSync(join(folder, 'events-file'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1));
    expect(broken(events)).to.deep.equal([]);
    expect(events.at(-1).event).to.include({ type: 'run.finished', outcome: 'swapped' });
    expect(readFileSync(join(folder, 'junit'), 'utf8')).to.contain('<testcase');
    expect(readFileSync(join(folder, 'report'), 'utf8')).to.match(/^<!doctype html/i);
    await change(GOOD[3]);
    const here = await cli('update-asgs', 'web', ...CALM, '--output', 'lines');
    expect(here.code).to.equal(0);
    // The same sentences in the same order, but for times, numbers and ids; how often a wait is told depends on time.
    const plain = (text) => [
      ...new Set(
        text
          .split('\n')
          .filter(
            (line) => /\b(record|verdict|promote|promoted|double|terminate)\b/i.test(line) && !/ [a-z]+: /.test(line),
          )
          .map((line) =>
            line
              .replace(/^\S+\s+/, '')
              .replace(/i-\w+|\d+/g, 'N')
              .slice(0, 60),
          ),
      ),
    ];
    expect(plain(told.stdout).length).to.be.greaterThan(3);
    expect(plain(told.stdout)).to.have.members(plain(here.stdout));
  });

  it('rolls a bad image back, and ends with exit code 4 and the next commands', async () => {
    await change(BAD);
    const bad = await cli('update-asgs', 'web', ...ON_SERVER, ...CALM, '--json');
    expect(bad.code, bad.stderr + bad.stdout).to.equal(4);
    expect(bad.document).to.include({ command: 'update-asgs', outcome: 'swapRolledBack', exitCode: 4, stack: 'web' });
    expect(bad.document.failure.next.join('\n')).to.contain('ha-updater unfreeze');
    expect(images()).to.deep.equal([image]);
    await change(image);
    await unfrozen();
  });

  it('goes back when cancel asks for it from elsewhere, and the follower ends as it ends', async () => {
    await change(GOOD.find((one) => one !== image));
    const following = start(['update-asgs', 'web', ...ON_SERVER, ...CALM, '--warmup', '600'], { env });
    await following.sees(/web/);
    await following.sees(/new instance|record|launch/i);
    await sleep(1500);
    const cancelled = await cli('cancel', 'web');
    expect(cancelled.code, cancelled.stderr + cancelled.stdout).to.equal(0);
    const { code, stdout, stderr } = await following.finished;
    expect(code, stdout + stderr).to.equal(4);
    await change(GOOD[3]);
    await unfrozen();
  });

  it('begins nothing when cancel comes before its first look', async () => {
    await change(GOOD.find((one) => one !== image));
    const detached = await cli('update-asgs', 'web', ...ON_SERVER, '--detach', ...CALM, '--json');
    expect(detached.code, detached.stderr + detached.stdout).to.equal(0);
    const cancelled = await cli('cancel', 'web', '--server', 'rollouts', '--json');
    expect(cancelled.code, cancelled.stderr + cancelled.stdout).to.equal(0);
    const { Status: status, Result: result } = await ended(detached.document.execution);
    expect(status).to.equal('SUCCEEDED');
    expect(JSON.parse(result).exitCode).to.be.oneOf([3, 4]);
    const { AutoScalingGroups: groups } = call('autoscaling', 'DescribeAutoScalingGroups', {});
    const left = groups.flatMap(({ Tags: tags }) => tags.map(({ Key: key }) => key));
    expect(left.filter((key) => /^ha-updater:(rollout|wish|verdict)$/.test(key))).to.deep.equal([]);
    await change(GOOD[3]);
    await cli('unfreeze', 'web');
  });

  it('ends well though the process of the function is killed again and again', async () => {
    await change(GOOD[0]);
    let kills = 0;
    let asked = 0;
    sandbox.onCall(({ operation }) => {
      if (operation === 'CheckpointDurableExecution' && ++asked % 7 === 0 && kills < 8)
        for (const one of live.functions.busy()) {
          kills += 1;
          one.kill();
        }
    });
    const ended = await cli('update-asgs', 'web', ...ON_SERVER, ...CALM, '--json');
    expect(ended.code, ended.stderr + ended.stdout).to.equal(0);
    expect(kills).to.be.greaterThan(4);
    expect(ended.document).to.include({ outcome: 'swapped' });
    expect(broken(eventsOf(ended.document.run))).to.deep.equal([]);
    expect(images()).to.deep.equal([GOOD[0]]);
  });

  it('hands over to next executions of its own, which one command follows as one run', async () => {
    const short = join(folder, 'short.zip');
    writeFileSync(short, await buildServer(ROOT, 'server/test/support/short.js'));
    const deployed = await cli(
      ...['server', 'deploy', 'short', '--bundle', short, '--s3-bucket', 'bundles', '--stacks', 'web'],
    );
    expect(deployed.code, deployed.stderr + deployed.stdout).to.equal(0);
    await change(GOOD[3]);
    const file = join(folder, 'handed.jsonl');
    const over = await cli(
      ...['update-asgs', 'web', '--on', 'server', '--server', 'short', ...CALM, '--json', '--events-file', file],
    );
    expect(over.code, over.stderr + over.stdout).to.equal(0);
    expect(over.document).to.include({ outcome: 'swapped' });
    const { DurableExecutions: all } = call('lambda', 'ListDurableExecutionsByFunction', { FunctionName: 'short' });
    const names = all.map(({ DurableExecutionName: name }) => name).reverse();
    expect(names.length).to.be.greaterThan(2);
    expect(names).to.deep.equal(
      names.map((_, index) => (index === 0 ? over.document.run : `${over.document.run}-part${index + 1}`)),
    );
    expect(new Set(all.map(({ Status: status }) => status))).to.deep.equal(new Set(['SUCCEEDED']));
    const events = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => index + 1));
    expect(broken(events)).to.deep.equal([]);
    expect(images()).to.deep.equal([GOOD[3]]);
  });

  it('shows why a function tells nothing whose calls fail before they begin', async () => {
    const broken = join(folder, 'broken.zip');
    writeFileSync(broken, await buildServer(ROOT, 'server/test/support/broken.js'));
    const deployed = await cli(
      ...['server', 'deploy', 'broken', '--bundle', broken, '--s3-bucket', 'bundles', '--stacks', 'web'],
    );
    expect(deployed.code, deployed.stderr + deployed.stdout).to.equal(0);
    const following = start(['update-asgs', 'web', '--on', 'server', '--server', 'broken', ...CALM, '--json'], { env });
    await following.sees(/\[server\.log\]/);
    const { DurableExecutions: all } = call('lambda', 'ListDurableExecutionsByFunction', { FunctionName: 'broken' });
    call('lambda', 'StopDurableExecution', { DurableExecutionArn: all[0].DurableExecutionArn });
    const { code, stdout, stderr } = await following.finished;
    expect(code, stdout + stderr).to.equal(5);
    expect(stderr).to.match(/WARNING The log of the function says: .*never-to-be-loaded.*\[server\.log\]/);
    expect(JSON.parse(stdout).failure.reasons[0].text).to.contain('never-to-be-loaded');
  });

  it('needs nobody from the moment of the change on: the command is killed while its stack changes', async () => {
    const to = GOOD.find((one) => one !== image);
    let sent = false;
    const following = start(['update-stack', 'web', `ImageId=${to}`, ...ON_SERVER, ...CALM, '--json'], { env });
    sandbox.onCall(({ operation }) => {
      if (operation !== 'ExecuteChangeSet' || sent) return;
      sent = true;
      setTimeout(() => following.child.kill('SIGKILL'), 200);
    });
    await following.finished.catch(() => undefined);
    expect(sent).to.equal(true);
    const { DurableExecutions: all } = call('lambda', 'ListDurableExecutionsByFunction', { FunctionName: 'rollouts' });
    const { Status: status, Result: result } = await ended(all[0].DurableExecutionArn);
    expect(status).to.equal('SUCCEEDED');
    expect(JSON.parse(result)).to.include({ outcome: 'swapped', exitCode: 0 });
    expect(images()).to.deep.equal([to]);
    expect(broken(eventsOf(JSON.parse(result).run))).to.deep.equal([]);
    const { AutoScalingGroups: groups } = call('autoscaling', 'DescribeAutoScalingGroups', {});
    for (const group of groups) {
      expect(group.SuspendedProcesses).to.deep.equal([]);
      expect(group.Tags.filter(({ Key: key }) => key.startsWith('ha-updater:'))).to.deep.equal([]);
    }
  });

  it('restarts instances in place once its stack allows that, and puts back when it is cancelled', async () => {
    const words = ['restart', 'web', '--ssm', 'supervisorctl restart all', '--quorum', '1', ...ON_SERVER];
    const calm = ['--healthy-timeout', '900', '--json'];
    const refused = await cli(...words, ...calm, '--detach');
    expect([refused.code, refused.document.failure.code]).to.deep.equal([3, 'server.noRestarts']);
    expect(refused.document.failure.next[0]).to.match(/server deploy rollouts --s3-bucket BUCKET Restarts=yes/);
    const allowed = await cli(
      ...['server', 'deploy', 'rollouts', '--bundle', bundle, '--s3-bucket', 'bundles', 'Restarts=yes'],
    );
    expect(allowed.code, allowed.stderr + allowed.stdout).to.equal(0);
    const started = await cli(...words, ...calm, '--detach');
    expect(started.code, started.stderr + started.stdout).to.equal(0);
    const { Status: status, Result: result } = await ended(started.document.execution);
    expect(status).to.equal('SUCCEEDED');
    expect(JSON.parse(result)).to.include({ command: 'restart', outcome: 'restarted', exitCode: 0 });
    const sent = ssmState(sandbox.world).commands.flatMap(({ invocations }) => [...invocations.keys()]);
    expect(new Set(sent).size).to.equal(sent.length);
    const following = start([...words, '--healthy-timeout', '900', '--warmup', '600'], { env });
    await following.sees(/deregister/i);
    const cancelled = await cli('cancel', 'web');
    expect(cancelled.code, cancelled.stderr + cancelled.stdout).to.equal(0);
    const back = await following.finished;
    expect(back.code, back.stdout + back.stderr).to.equal(4);
  });

  it('is followed by what anybody sees where the log cannot be read, and says so once', async () => {
    await change(GOOD[1]);
    const from = (sandbox.clock.now() - sandbox.world.startedAt) / 1000;
    sandbox.world.disturb({
      kind: 'refuse',
      calls: 'logs:FilterLogEvents',
      code: 'AccessDeniedException',
      message: 'no',
      from,
      until: from + 86_400,
    });
    const { code, stdout, stderr } = await cli('update-asgs', 'web', ...ON_SERVER, ...CALM, '--output', 'lines');
    expect(code, stderr + stdout).to.equal(0);
    expect(stderr.match(/cannot be read/g)).to.have.length(1);
    expect(stdout).to.match(/promote/);
    expect(images()).to.deep.equal([GOOD[1]]);
  });

  it('goes on when its follower is killed or sent away, which says so with exit code 6', async () => {
    await change(GOOD[2]);
    const following = start(['update-asgs', 'web', ...ON_SERVER, ...CALM, '--json'], { env });
    await following.sees(/Execution \S+ runs/);
    await sleep(1000);
    following.child.kill('SIGTERM');
    const { code, stdout } = await following.finished;
    expect(code).to.equal(6);
    const document = JSON.parse(stdout);
    expect(document.failure).to.include({ code: 'server.left' });
    expect(document.failure.next.join('\n')).to.match(/watch web[^\n]*\n.*status web[^\n]*\n.*cancel web/);
    expect((await ended(document.execution)).Status).to.equal('SUCCEEDED');
    expect(images()).to.deep.equal([GOOD[2]]);
  });

  it('replaces the instances of a stack that the command line has changed, which may die then', async () => {
    const to = GOOD.find((one) => one !== image);
    const words = ['update-stack', 'web', `ImageId=${to}`, `DbPassword=${SECRET}-2`, ...ON_SERVER, ...CALM, '--json'];
    const following = start(words, { env });
    await following.sees(/Execution \S+ runs/);
    following.child.kill('SIGTERM');
    const { code, stdout, stderr } = await following.finished;
    expect(code, stdout + stderr).to.equal(6);
    const document = JSON.parse(stdout);
    expect(document).to.include({ command: 'update-stack' });
    expect((await ended(document.execution)).Status).to.equal('SUCCEEDED');
    expect(images()).to.deep.equal([to]);
  });

  it('keeps no secret in what executions were given, what they answered, and what was logged', () => {
    const { DurableExecutions: all } = call('lambda', 'ListDurableExecutionsByFunction', { FunctionName: 'rollouts' });
    const kept = all.map(({ DurableExecutionArn: arn }) => execution(arn));
    const { events } = call('logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/rollouts' });
    expect(kept.length).to.be.greaterThan(0);
    expect(events.length).to.be.greaterThan(10);
    expect(JSON.stringify([kept, events])).to.not.contain(SECRET);
  });
});
