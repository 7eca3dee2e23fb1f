import { expect } from 'chai';
import { command, commandLine } from '../../src/text/commands/next-command.js';
import { readNumbers } from '../../src/config/numbers.js';
import { againCommand } from '../../src/config/again-command.js';
import { makePlan, readWanted, type GroupFlags } from '../../src/config/rollout-plan.js';
import { newRunId } from '../../src/config/run-id.js';
import { readPace } from '../../src/config/simulation-speed.js';
import { Failure, problem, type FlagProblem } from '../../src/errors.js';
import { chooseOutput, wantsColour } from '../../src/render/renderer.js';

function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('config', () => {
  it('has the limits of the design when no flag is given', () => {
    const wanted = readWanted({});
    expect(wanted).to.deep.equal({
      strategy: 'swap',
      swap: 'outdated',
      together: true,
      force: false,
      setAside: { protected: 'refuse', standby: 'refuse' },
      keepsSizes: true,
      choice: { only: [], except: [] },
      timing: {
        pollMs: 5_000,
        warmupMs: 25_000,
        progressMs: 600_000,
        totalMs: 3_600_000,
        drainMs: 3_600_000,
        settleMs: 120_000,
        leaseMs: 300_000,
        renewMs: 120_000,
        waitForLockMs: 0,
      },
      stackTiming: { warmupMs: 25_000, actionTimeoutMs: 300_000, lookBackMs: 5_000, waitMs: 3_600_000 },
    });
  });

  it('takes times with a unit as it takes seconds, and plain seconds as before', () => {
    const read = (text: string): number | string => {
      const problems: FlagProblem[] = [];
      const { deadline } = readNumbers(['deadline'], { deadline: text }, problems);
      return problems[0]?.text ?? deadline / 1000;
    };
    expect(['90', '2.5', '90s', '5m', '1h', '1h30m', '1d', '1m30s'].map(read)).to.deep.equal([
      90, 2.5, 90, 300, 3600, 5400, 86_400, 90,
    ]);
    const wrong = ['', '5 m', 'm', '5M', '1.5h', '30m1h', '5min', '-5m', '2d', '0s', '1e3', '0x10'];
    for (const text of wrong)
      expect(read(text)).to.equal(
        '--deadline must be a number of seconds from 1 to 86400, or a time such as 90s, 5m or 1h30m, ' +
          `not "${text}".`,
      );
  });

  it('knows what becomes of instances that are set aside, and says it again', () => {
    const flags = { protected: 'refresh', standby: 'ignore' };
    expect(readWanted(flags).setAside).to.deep.equal(flags);
    const again = againCommand({ asgs: ['web'] }, flags, { region: 'eu-west-1' }).words;
    expect(again).to.include.members(['--protected', 'refresh', '--standby', 'ignore']);
    expect(failureOf(() => readWanted({ protected: 'keep', standby: 'detach' })).facts.what).to.equal(
      '--protected must be one of refresh, ignore, wait, refuse, not "keep". ' +
        '--standby must be one of terminate, ignore, wait, refuse, not "detach".',
    );
  });

  it('takes the former name of --first-event-timeout too, but not both', () => {
    expect(readWanted({ 'warmup-seconds': '7' }).stackTiming.warmupMs).to.equal(7_000);
    expect(readWanted({ 'first-event-timeout': '8' }).stackTiming.warmupMs).to.equal(8_000);
    expect(readWanted({}).stackTiming.warmupMs).to.equal(25_000);
    expect(failureOf(() => readWanted({ 'warmup-seconds': '7', 'first-event-timeout': '8' })).facts.what).to.equal(
      '--warmup-seconds is the former name of --first-event-timeout: give one of them.',
    );
    expect(failureOf(() => readWanted({ 'warmup-seconds': 'x' })).facts.what).to.include('--warmup-seconds');
  });

  it('hands every number on to its own limit', () => {
    const { timing, stackTiming } = readWanted({
      'first-event-timeout': '1',
      'action-timeout': '2',
      'lenient-look-back': '3',
      'healthy-timeout': '400',
      warmup: '5',
      deadline: '6',
      'drain-timeout': '7',
      poll: '8.5',
      'wait-for-lock': '9',
    });
    expect(stackTiming).to.deep.equal({
      warmupMs: 1_000,
      actionTimeoutMs: 2_000,
      lookBackMs: 3_000,
      waitMs: 3_600_000,
    });
    expect(timing).to.include({
      progressMs: 400_000,
      warmupMs: 5_000,
      totalMs: 6_000,
      drainMs: 7_000,
      pollMs: 8_500,
      waitForLockMs: 9_000,
    });
  });

  it('tells all problems of the command line at once', () => {
    const failure = failureOf(() =>
      readWanted({ deadline: 'soon', poll: '-1', warmup: '1e3', swap: 'some' }, [problem('Another problem.')]),
    );
    expect(failure.exitCode).to.equal(2);
    for (const word of ['Another problem.', '--deadline', '--poll', '--warmup', '--swap'])
      expect(failure.facts.what).to.include(word);
  });

  it('carries the flags that it blames, as data: each that its sentences name and no other', () => {
    const wrong: readonly GroupFlags[] = [
      { deadline: 'soon', poll: '-1', swap: 'some', anomaly: 'x', alarm: [''], canary: '0', 'pause-at': '9' },
      { only: [''], except: ['a*b'], swap: 'never', 'check-timeout': '5', 'command-timeout': '5' },
      { 'check-command': ' ', bake: 'x', 'keep-old': '1h', strategy: 'rolling', surge: '0', detach: true },
      { strategy: 'rolling', surge: 'x', unavailable: '100%', serial: true, together: false, protected: 'x' },
      { strategy: 'blue', surge: '1', standby: 'x', 'ignore-ringing-alarms': true },
      { surge: '1', unavailable: '1', 'warmup-seconds': '1', 'first-event-timeout': '1' },
      { warmup: '600', 'healthy-timeout': '600', bake: '3600' },
    ];
    for (const flags of wrong) {
      const failure = failureOf(() => readWanted(flags));
      const named = [...failure.facts.what.matchAll(/--(?:no-)?([a-z][a-z-]*)/g)].map(([, name]) => name);
      expect(new Set(failure.flags)).to.deep.equal(new Set(named));
    }
  });

  for (const text of ['', ' 5', '0x10', 'NaN', 'Infinity', '-0', '5 s', '1e999', '999999999']) {
    it(`does not take ${JSON.stringify(text)} for a number of seconds`, () => {
      expect(failureOf(() => readWanted({ 'drain-timeout': text })).exitCode).to.equal(2);
    });
  }

  it('refuses a warm-up that no instance could finish in time', () => {
    expect(failureOf(() => readWanted({ warmup: '60', 'healthy-timeout': '60' })).facts.what).to.include(
      '--healthy-timeout',
    );
  });

  it('makes a plan that nobody can change, with each group once', () => {
    const plan = makePlan(readWanted({ together: false, swap: 'always', force: true }), {
      strategy: 'swap',
      run: 'r',
      host: 'h',
      pid: 1,
      stack: undefined,
      groups: ['a', 'b', 'a'],
      region: 'eu-west-1',
      again: command`ha-updater update-asgs a`,
      adoptOnly: false,
    });
    expect(plan.groups).to.deep.equal(['a', 'b']);
    expect(plan).to.include({ together: false, swap: 'always', force: true });
    expect(plan).not.to.have.property('stack');
    expect(Object.isFrozen(plan) && Object.isFrozen(plan.timing) && Object.isFrozen(plan.groups)).to.equal(true);
  });

  it('spells out the command that goes on, with every choice and safe in a shell', () => {
    expect(commandLine(againCommand({ stack: 'web', asgs: [] }, {}, { region: 'eu-west-1' }))).to.equal(
      'ha-updater update-asgs web --region eu-west-1',
    );
    expect(
      commandLine(
        againCommand(
          { asgs: ['web', "it's mine"] },
          { swap: 'always', together: false, force: true, warmup: '60' },
          { region: 'us-east-1', profile: 'ops' },
        ),
      ),
    ).to.equal(
      `ha-updater update-asgs --asg web --asg 'it'\\''s mine' --swap always --no-together --force --warmup 60 --region us-east-1 --profile ops`,
    );
  });

  it('reads what a rollout has to pass, and spells it out again for whoever goes on', () => {
    const flags = {
      'check-command': `curl "$HA_UPDATER_PRIVATE_IP"`,
      'check-timeout': '5',
      canary: '2',
      bake: '600',
      'pause-at': '25%, 50%',
      'pause-timeout': '4h=rollback',
    };
    const { gates } = readWanted(flags);
    expect(gates).to.deep.equal({
      words: ['--check-command', `curl "$HA_UPDATER_PRIVATE_IP"`, '--check-timeout', '5'],
      hooks: { check: `curl "$HA_UPDATER_PRIVATE_IP"`, checkTimeoutMs: 5_000, commandTimeoutMs: 300_000 },
      canary: 2,
      bakeMs: 600_000,
      pauseAt: [25, 50],
      pauseEnds: { afterMs: 14_400_000, by: 'rollback' },
    });
    expect(commandLine(againCommand({ stack: 'web', asgs: [] }, flags, { region: 'eu-west-1' }))).to.equal(
      `ha-updater update-asgs web --check-command 'curl "$HA_UPDATER_PRIVATE_IP"' --check-timeout 5 --canary 2 --bake 600 --pause-at '25%, 50%' --pause-timeout 4h=rollback --region eu-west-1`,
    );
    expect(readWanted({}).gates).to.equal(undefined);
  });

  it('reads the gate command, and spells it out again', () => {
    const flags = { 'gate-command': './gate.sh "$HA_UPDATER_STAGE"', 'gate-timeout': '5m', 'command-timeout': '20' };
    expect(readWanted(flags).gates).to.deep.equal({
      words: ['--gate-command', './gate.sh "$HA_UPDATER_STAGE"', '--command-timeout', '20', '--gate-timeout', '5m'],
      gate: { command: './gate.sh "$HA_UPDATER_STAGE"', timeoutMs: 300_000, commandTimeoutMs: 20_000 },
    });
    const again = againCommand({ stack: 'web', asgs: [] }, flags, { region: 'eu-west-1' });
    expect(JSON.stringify(again)).to.match(/--command-timeout.*20.*--gate-timeout.*5m/);
  });

  for (const flags of [
    { canary: '0' },
    { canary: '1.5' },
    { canary: '-1' },
    { 'pause-at': '25' },
    { 'pause-at': '50%,25%' },
    { 'pause-at': '0%' },
    { 'pause-at': '101%' },
    { 'pause-at': '' },
    { 'pause-at': Array.from({ length: 17 }, (_, index) => `${index + 1}%`).join() },
    { 'pause-at': '10%,20%,30%,40%,50%,60%,70%,80%,90%', 'keep-old': '600' },
    { 'pause-at': '50%', 'pause-timeout': '31d=resume' },
    { 'pause-at': '50%', 'pause-timeout': '0=resume' },
    { 'pause-at': '50%', 'pause-timeout': '1h=resume=1' },
    { bake: '3600' },
    { bake: '-1' },
    { 'check-command': ' ' },
    { 'check-timeout': '5' },
    { 'command-timeout': '5', 'check-command': 'true' },
    { 'gate-command': ' ' },
    { 'gate-timeout': '5' },
    { 'gate-command': 'true', 'gate-timeout': '0' },
  ]) {
    it(`refuses ${JSON.stringify(flags)}`, () =>
      expect(() => readWanted(flags))
        .to.throw(Failure)
        .with.nested.property('facts.code', 'usage.flags'));
  }

  it('makes run ids that sort by time and do not repeat', () => {
    const now = Date.parse('2026-11-21T03:05:12.900Z');
    // Bytes that differ, as random ones nearly always do: two of 500 ids out of real ones are the same now and then.
    let next = 0;
    const counted = (bytes: number): readonly number[] => {
      next++;
      return Array.from({ length: bytes }, (_, place) => Math.floor(next / 31 ** place) % 31);
    };
    const ids = new Set(Array.from({ length: 500 }, () => newRunId(now, counted)));
    expect(ids.size).to.equal(500);
    const real = [newRunId(now), newRunId(now), newRunId(now)];
    expect(new Set(real).size).to.equal(3);
    for (const id of [...ids, ...real]) expect(id).to.match(/^20261121-030512-[a-z0-9]{5}$/);
  });
});

describe('the speed of the clock', () => {
  const sandbox = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', HA_UPDATER_SPEED: '60' };

  it('is the wall clock unless said otherwise', () => {
    for (const env of [
      {},
      { HA_UPDATER_SPEED: '' },
      { HA_UPDATER_SPEED: '1', AWS_ENDPOINT_URL: 'https://example.com' },
    ]) {
      expect(readPace(env)).to.deep.equal({ speed: 1 });
    }
  });

  it('follows a sandbox on this machine, and then every call goes there', () => {
    expect(readPace(sandbox)).to.deep.equal({ speed: 60, endpoint: 'http://127.0.0.1:4566' });
    expect(readPace({ ...sandbox, AWS_ENDPOINT_URL: 'http://localhost:1' }).speed).to.equal(60);
    expect(readPace({ ...sandbox, AWS_ENDPOINT_URL: 'http://[::1]:1' }).speed).to.equal(60);
  });

  it('is refused anywhere else: production never runs at another speed', () => {
    for (const url of [
      undefined,
      '',
      'https://autoscaling.eu-west-1.amazonaws.com',
      'http://127.0.0.1.example.com',
      'http://10.0.0.1:4566',
      'nonsense',
    ]) {
      expect(failureOf(() => readPace({ ...sandbox, AWS_ENDPOINT_URL: url })).exitCode, String(url)).to.equal(2);
    }
    for (const speed of ['fast', '0', '-1', 'Infinity', '1e9']) {
      expect(failureOf(() => readPace({ ...sandbox, HA_UPDATER_SPEED: speed })).exitCode, speed).to.equal(2);
    }
  });
});

describe('how a run is shown', () => {
  const screen = { isTTY: true, isCI: false, env: {} };

  it('is the live tree on a real terminal alone', () => {
    expect(chooseOutput('auto', screen)).to.equal('terminal');
    expect(chooseOutput('auto', { ...screen, isTTY: false })).to.equal('lines');
    expect(chooseOutput('auto', { ...screen, isCI: true })).to.equal('lines');
    expect(chooseOutput('auto', { ...screen, env: { TERM: 'dumb' } })).to.equal('lines');
    expect(chooseOutput('jsonl', screen)).to.equal('jsonl');
  });

  it('has colour as NO_COLOR, FORCE_COLOR and the terminal say, in this order', () => {
    expect(wantsColour({ isTTY: true, env: {} })).to.equal(true);
    expect(wantsColour({ isTTY: false, env: {} })).to.equal(false);
    expect(wantsColour({ isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).to.equal(false);
    expect(wantsColour({ isTTY: false, env: { FORCE_COLOR: '1' } })).to.equal(true);
    expect(wantsColour({ isTTY: true, env: { TERM: 'dumb' } })).to.equal(false);
  });
});
