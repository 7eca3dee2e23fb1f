import { expect } from 'chai';
import UpdateAsgs from '../../commands/groups/update-asgs.js';
import Resume from '../../commands/groups/resume.js';
import { inputOf } from '../../src/app/server/execution-input.js';
import { RECOVER, UPDATE_GROUPS } from '../../src/library/option-tables.js';
import { lambdaState, type FunctionRow } from '../../src/sandbox/world/lambda/state.js';
import { keepLines, removeLogGroup } from '../../src/sandbox/world/logs/logs.js';
import { simulatedWorld, type SimulatedWorld } from './support/simulated-world.js';
import { standardGroup } from '../support/sandbox.js';

const ON_SERVER = ['--on', 'server', '--server', 'rollouts'];

describe('--on server', function () {
  this.timeout(60_000);
  let world: SimulatedWorld;
  let row: FunctionRow;
  before(async () => {
    world = await simulatedWorld();
    standardGroup(world.sandbox.world, { name: 'web', size: 2, max: 4 });
    row = {
      name: 'rollouts',
      code: 'bundles/function.zip',
      durable: { executionTimeout: 3600, retentionDays: 14 },
      versions: [{ number: '7', published: 'x' }],
      aliases: new Map([['live', '7']]),
      executions: [],
    };
    lambdaState(world.sandbox.world).functions.set('rollouts', row);
  });
  after(() => world.stop());
  const json = (...words: readonly string[]) => world.json(words);
  const disturb = (fault: object): void => {
    const from = (world.sandbox.clock.now() - world.sandbox.world.startedAt) / 1000;
    world.sandbox.world.disturb({ from, until: from + 0.5, ...fault } as never);
  };

  it('refuses what cannot run there before anything is sent, with the command that can', async () => {
    for (const [words, what] of [
      [['--check-command', 'curl it'], /--check-command runs a command on the machine/],
      [['--lock', 'redis://:hunter2@lock'], /--lock needs a process/],
      [['--history', 's3://runs'], /--history needs a process/],
      [['--image', 'ami-0123456789abcdef1'], /--image needs a process/],
      [['--finish-kept'], /--finish-kept needs a process/],
    ] as const) {
      const { code, document } = await json('update-asgs', '--asg', 'web', ...ON_SERVER, ...words);
      expect([code, document.failure?.code], what.source).to.deep.equal([2, 'usage.byLooks']);
      expect(document.failure?.what).to.match(what);
      expect(document.failure?.next.join('\n')).to.match(/^ha-updater update-asgs --asg web.* --on here$/);
      expect(JSON.stringify(document)).to.not.contain('hunter2');
    }
    const nameless = await json('resume', '--asg', 'web', '--on', 'server');
    expect([nameless.code, nameless.document.failure?.what]).to.deep.equal([
      2,
      'Say which function it is: --server NAME, the stack that server deploy made.',
    ]);
    const files = await json('update-asgs', '--asg', 'web', ...ON_SERVER, '--detach', '--report', '/tmp/r.html');
    expect(files.document.failure?.what).to.contain('--report needs a command that follows the rollout');
    const here = await json('rollback', '--asg', 'web', '--detach');
    expect(here.document.failure?.what).to.contain('--detach is for --on server');
    expect(world.calls('Invoke')).to.deep.equal([]);
    expect(row.executions).to.deep.equal([]);
  });

  it('refuses of a restart what cannot run there or must not be kept there', async () => {
    const restart = ['restart', '--asg', 'web', ...ON_SERVER];
    for (const [words, what] of [
      [['--exec', 'ssh it'], /--exec runs a command on the machine/],
      [['--ssm', 'it', '--check-command', 'curl it'], /--check-command runs a command on the machine/],
      [['--ssm-document', 'Deploy', '--ssm-parameter', 'Password=hunter2'], /Password=\{\{ssm:NAME\}\}/],
      [['--ssm', 'it', '--lock', 'redis://:hunter2@lock'], /--lock needs a process/],
    ] as const) {
      const { code, document } = await json(...restart, ...words);
      expect([code, document.failure?.code], what.source).to.deep.equal([2, 'usage.byLooks']);
      expect(document.failure?.what).to.match(what);
      expect(document.failure?.next.join('\n')).to.match(/^ha-updater restart --asg web.* --on here$/);
      expect(JSON.stringify(document)).to.not.contain('hunter2');
    }
    const here = await json('restart', '--asg', 'web', '--ssm', 'it', '--detach');
    expect(here.document.failure?.what).to.contain('--detach is for --on server');
    expect(row.executions).to.deep.equal([]);
    const words = ['--ssm-document', 'Deploy', '--ssm-parameter', 'Password={{ssm:/web/password}}', '--detach'];
    const started = await json(...restart, ...words);
    expect([started.code, started.document.outcome], started.stderr).to.deep.equal([0, 'started']);
    expect(JSON.parse(row.executions.at(-1)?.input ?? '')).to.deep.equal({
      command: 'restart',
      options: { ssmDocument: 'Deploy', ssmParameter: ['Password={{ssm:/web/password}}'], groups: ['web'] },
    });
    row.executions.splice(0);
  });

  it('restarts nothing by a function whose stack does not let it, and says how to let it', async () => {
    const template = await world.file(
      'rollouts.yaml',
      'Parameters: {Restarts: {Type: String, Default: "no"}}\n' +
        'Resources: {Topic: {Type: "AWS::SNS::Topic", Properties: {DisplayName: {Ref: Restarts}}}}\n',
    );
    const restart = ['restart', '--asg', 'web', ...ON_SERVER, '--ssm', 'it', '--detach'];
    expect((await json('update-stack', 'rollouts', '--template', template)).code).to.equal(0);
    const { code, document } = await json(...restart);
    expect([code, document.failure?.code]).to.deep.equal([3, 'server.noRestarts']);
    expect(document.failure?.next[0]).to.contain('ha-updater server deploy rollouts --s3-bucket BUCKET Restarts=yes');
    expect(row.executions).to.deep.equal([]);
    expect((await json('update-stack', 'rollouts', 'Restarts=yes')).code).to.equal(0);
    const started = await json(...restart);
    expect([started.code, started.document.outcome], started.stderr).to.deep.equal([0, 'started']);
    row.executions.splice(0);
  });

  it('says how to make the function where there is none', async () => {
    const { code, document } = await json('update-asgs', '--asg', 'web', '--on', 'server', '--server', 'nobody');
    expect([code, document.failure?.code]).to.deep.equal([3, 'server.missing']);
    expect(document.failure?.next[0]).to.contain('ha-updater server deploy nobody');
  });

  it('starts nothing for a stack or a group that is not there, also where nobody would follow it', async () => {
    for (const [words, code] of [
      [['nosuch'], 'stack.missing'],
      [['--asg', 'nosuch'], 'group.missing'],
      [['--asg', 'web', '--only', 'other'], 'target.unknown'],
    ] as const) {
      const ended = await json('update-asgs', ...words, ...ON_SERVER, '--detach');
      expect([ended.code, ended.document.failure?.code], words.join(' ')).to.deep.equal([3, code]);
    }
    expect(row.executions).to.deep.equal([]);
  });

  it('leaves it to the function to find the groups where nobody may look', async () => {
    const code = 'AccessDenied';
    disturb({ kind: 'refuse', calls: 'autoscaling:DescribeAutoScalingGroups', code, message: 'not authorized' });
    const ended = await json('update-asgs', '--asg', 'elsewhere', ...ON_SERVER, '--detach');
    expect([ended.code, ended.document.outcome]).to.deep.equal([0, 'started']);
    row.executions.splice(0);
  });

  it('starts one execution though the answer was lost, and another one for another attempt', async () => {
    disturb({ kind: 'lostReply', calls: 'lambda:Invoke', rate: 1 });
    const first = await json('update-asgs', '--asg', 'web', ...ON_SERVER, '--detach', '--warmup', '60');
    expect(first.code, JSON.stringify(first.document)).to.equal(0);
    expect(world.calls('Invoke').length).to.be.greaterThan(1);
    expect(row.executions.map(({ name }) => name)).to.deep.equal([first.document.run]);
    expect(first.document).to.include({ outcome: 'started', execution: row.executions[0]?.arn });
    expect(JSON.parse(row.executions[0]?.input ?? '')).to.deep.equal({
      command: 'update-asgs',
      options: { warmup: '60', groups: ['web'] },
    });
    const second = await json('resume', '--asg', 'web', ...ON_SERVER, '--detach');
    expect(second.document.run).to.not.equal(first.document.run);
    expect(row.executions.length).to.equal(2);
  });

  it('has settings: where it runs, and on what', async () => {
    const env = { HA_UPDATER_ON: 'server', HA_UPDATER_SERVER: 'rollouts' };
    const { code, document } = await world.json(['rollback', '--asg', 'web', '--detach'], env);
    expect([code, document.outcome], JSON.stringify(document)).to.deep.equal([0, 'started']);
    const typed = await world.json(['resume', '--asg', 'web', '--on', 'here'], env);
    expect([typed.code, typed.document.outcome], JSON.stringify(typed.document)).to.deep.equal([0, 'nothing']);
  });

  it('ends as Lambda says where the execution ended before its run, with the way on', async () => {
    const stops = world.sandbox.clock.now() + 60_000;
    world.sandbox.clock.at(stops, () => {
      const arn = row.executions.at(-1)?.arn;
      world.sandbox.invoke('lambda', 'StopDurableExecution', { DurableExecutionArn: arn });
    });
    const { code, document } = await json('update-asgs', '--asg', 'web', ...ON_SERVER);
    expect([code, document.failure?.code]).to.deep.equal([5, 'server.ended']);
    expect(document.failure?.what).to.contain('Lambda says STOPPED');
    expect(document.failure?.next.join('\n')).to.match(/status --asg web[^\n]*\n.*resume --asg web[^\n]*\n.*rollback/);
  });

  it('shows what calls that fail leave in the log, and keeps it in its last words', async () => {
    const { sandbox } = world;
    sandbox.invoke('logs', 'CreateLogGroup', { logGroupName: '/aws/lambda/rollouts' });
    const soon = sandbox.clock.now() + 20_000;
    const failing = 'ERROR Uncaught Exception {"errorType":"Runtime.ImportModuleError"}';
    for (const seconds of [0, 30])
      sandbox.clock.at(soon + seconds * 1000, () =>
        keepLines(sandbox.world, '/aws/lambda/rollouts', '2026/11/30/[7]a', [failing, 'START of a call']),
      );
    sandbox.clock.at(soon + 90_000, () => {
      const arn = row.executions.at(-1)?.arn;
      sandbox.invoke('lambda', 'StopDurableExecution', { DurableExecutionArn: arn });
    });
    const { code, document, stderr } = await json('update-asgs', '--asg', 'web', ...ON_SERVER);
    expect([code, document.failure?.code]).to.deep.equal([5, 'server.ended']);
    expect(stderr.match(/WARNING The log of the function says: ERROR Uncaught.*\[server\.log\]/g)).to.have.length(1);
    expect(stderr).to.not.contain('server.silent');
    expect(document.failure?.reasons.map(({ code: one }) => one)).to.deep.equal(['server.log']);
    expect(JSON.stringify(document)).to.not.contain('START of a call');
  });

  it('says so where a run tells nothing at all', async () => {
    const { sandbox } = world;
    sandbox.clock.at(sandbox.clock.now() + 120_000, () => {
      const arn = row.executions.at(-1)?.arn;
      sandbox.invoke('lambda', 'StopDurableExecution', { DurableExecutionArn: arn });
    });
    const { stderr } = await json('update-asgs', '--asg', 'web', ...ON_SERVER);
    expect(stderr.match(/\[server\.silent\]/g)).to.have.length(1);
    removeLogGroup(sandbox.world, '/aws/lambda/rollouts');
  });

  it('ends with what the execution answers, where its log has nothing', async () => {
    world.sandbox.clock.at(world.sandbox.clock.now() + 60_000, () => {
      const refused = { code: 'server.input', what: 'No.', reasons: [], serves: '', left: '', next: [] };
      const answer = { v: 1, command: 'update-asgs', outcome: 'usage', exitCode: 2, failure: refused };
      const ended = { at: world.sandbox.clock.now(), status: 'SUCCEEDED' as const, result: JSON.stringify(answer) };
      Object.assign(row.executions.at(-1) ?? {}, { ended });
    });
    const { code, document } = await json('update-asgs', '--asg', 'web', ...ON_SERVER);
    expect([code, document.outcome, document.failure?.what]).to.deep.equal([2, 'usage', 'No.']);
  });

  it('gives up to follow after a while without a connection, and says that the rollout goes on', async () => {
    disturb({ kind: 'throttle', calls: 'lambda:GetDurableExecution', rate: 1, until: 1e9 });
    const { code, document } = await json('update-asgs', '--asg', 'web', ...ON_SERVER);
    expect([code, document.failure?.code]).to.deep.equal([6, 'server.left']);
    expect(document.failure?.next.join('\n')).to.contain('ha-updater server status rollouts');
  });

  it('gives the function every flag that its library has, and no other', () => {
    for (const [flags, table] of [
      [UpdateAsgs.flags, UPDATE_GROUPS],
      [Resume.flags, RECOVER],
    ] as const) {
      const given = Object.fromEntries(Object.keys(flags).map((name) => [name, 'x']));
      const { options } = JSON.parse(inputOf('x', given)) as { readonly options: object };
      expect(Object.keys(options).filter((name) => !Object.hasOwn(table, name))).to.deep.equal([]);
    }
  });
});
