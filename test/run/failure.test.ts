import { expect } from 'chai';
import { command, commandLine, remarked } from '../../src/text/commands/next-command.js';
import { AwsFault, EXIT, LockLost, refused, usage, type FaultKind } from '../../src/errors.js';
import { tellFacts, toFailure } from '../../src/run/failure.js';
import { NOTHING_DONE } from '../../src/run/run-state.js';

describe('last words as they are told', () => {
  it('have each command as a line for a shell and as data, with the place', () => {
    const next = [remarked(command`ha-updater resume ${'a b'}`, 'gives the size back'), command`npx cdk synth`];
    const place = { command: 'update-stack', region: 'eu-west-1', lock: 'redis://x' };
    const told = tellFacts(toFailure(refused('stack.busy', 'It is busy.', [], next), place).facts);
    expect(told.next).to.deep.equal([
      "ha-updater resume 'a b' --region eu-west-1 --lock redis://x   # gives the size back",
      'npx cdk synth',
    ]);
    expect(told.commands).to.deep.equal([
      {
        program: 'ha-updater',
        operation: 'resume',
        words: ['a b', '--region', 'eu-west-1', '--lock', 'redis://x'],
        remark: 'gives the size back',
      },
      { program: 'npx', operation: '', words: ['cdk', 'synth'] },
    ]);
  });
});

describe('a refusal', () => {
  const gone = refused('swap.refused', 'The swap was not started: web: there is no such group.', []);
  const changed = { ...NOTHING_DONE, changed: true, open: ['web'] };

  it('says that nothing was changed as long as nothing was', () => {
    const { outcome, facts } = toFailure(gone, { command: 'resume', witness: NOTHING_DONE });
    expect([outcome, facts.serves]).to.deep.equal(['refused', 'Nothing was changed.']);
  });

  for (const failure of [gone, usage('usage.flags', 'Something is wrong.')])
    it(`is a stop part-way after a change: ${failure.outcome}`, () => {
      const { outcome, facts } = toFailure(failure, { command: 'resume', witness: changed });
      expect([outcome, facts.code]).to.deep.equal(['stopped', failure.facts.code]);
      expect(facts.serves).to.not.include('Nothing was changed');
      expect(facts.next.map(commandLine)).to.include('ha-updater resume --asg web');
    });
});

describe('a run that is left while it keeps old instances', () => {
  it('says that they can serve again, and with which command', () => {
    const progress = { group: 'web', phase: 'keep', old: 0, new: 2, leaving: 0, inService: 2, proven: 2 } as const;
    const size = { min: 1, max: 4, desired: 2 };
    const witness = {
      ...NOTHING_DONE,
      changed: true,
      stage: 'groups',
      open: ['web'],
      judged: ['web'],
      keepsOld: true,
      progress: new Map([['web', { ...progress, needed: 2, size, verdict: 'promote' as const }]]),
    } as const;
    const { facts } = toFailure(new LockLost('group-web', 'It is gone.'), {
      command: 'update-asgs',
      groups: ['web'],
      witness,
    });
    expect(facts.left).to.match(/^The old instances of web, kept in standby/);
    expect(facts.next.map(commandLine)).to.include('ha-updater rollback --asg web');
  });
});

describe('what was thrown', () => {
  const scene = {
    command: 'update-stack',
    stack: 'web',
    region: 'eu-west-1',
    again: command`ha-updater update-stack web`,
  };
  const working = { ...NOTHING_DONE, changed: true, open: ['web-group'] };

  const KINDS: Readonly<Record<FaultKind, number>> = {
    credentials: EXIT.usage,
    expired: EXIT.usage,
    denied: EXIT.refused,
    unreachable: EXIT.refused,
    missing: EXIT.refused,
    invalid: EXIT.refused,
    unsupported: EXIT.refused,
    busy: EXIT.refused,
    throttled: EXIT.refused,
    transient: EXIT.refused,
  };
  for (const [kind, exit] of Object.entries(KINDS) as [FaultKind, number][])
    it(`by AWS (${kind}) is no bug: ${exit} before a change, ${EXIT.stopped} after one`, () => {
      const fault = new AwsFault(kind, 'autoscaling:DescribeAutoScalingGroups', 'SomeCode', 'It does not.');
      const before = toFailure(fault, { ...scene, witness: NOTHING_DONE });
      expect([before.exitCode, before.facts.code, before.facts.serves]).to.deep.equal([
        exit,
        `aws.${kind}`,
        'Nothing was changed.',
      ]);
      expect(before.facts.what).to.include('autoscaling:DescribeAutoScalingGroups').and.to.include('SomeCode');
      const after = toFailure(fault, { ...scene, witness: working });
      expect([after.exitCode, after.facts.code]).to.deep.equal([EXIT.stopped, `aws.${kind}`]);
      expect(after.facts.next.map(commandLine).join('\n')).to.include('ha-updater resume web --region eu-west-1');
    });

  const enoent = Object.assign(new Error('ENOENT: no such file'), {
    code: 'ENOENT',
    syscall: 'open',
    path: '/x',
    errno: -2,
  });
  for (const [what, error, code, exits] of [
    ['a machine that does not do it', enoent, 'machine.fault', [EXIT.usage, EXIT.stopped]],
    ['a lock that was lost', new LockLost('stack/web', 'somebody took it'), 'lock.lost', [EXIT.refused, EXIT.stopped]],
    ['a program that is wrong', new TypeError('x is not a function'), 'bug', [EXIT.bug, EXIT.bug]],
    ['something that is no error', 'a text', 'bug', [EXIT.bug, EXIT.bug]],
  ] as const)
    it(`is ${what}: ${code}, exit ${exits.join(' or ')}`, () => {
      const ends = [NOTHING_DONE, working].map((witness) => toFailure(error, { ...scene, witness }));
      expect(ends.map(({ facts, exitCode }) => [facts.code, exitCode])).to.deep.equal(
        exits.map((exit) => [code, exit]),
      );
    });

  it('of a command line names flags alone, never what they were set to, and where to read on', () => {
    const unknown = Object.assign(new Error('Nonexistent flags: --templte=hidden-7\nSee more help with --help'), {
      oclif: { exit: 2 },
      flags: ['--templte=hidden-7'],
      parse: { input: { flags: { template: {} } } },
    });
    const { exitCode, facts } = toFailure(unknown, scene);
    expect([exitCode, facts.what, facts.next.map(commandLine)]).to.deep.equal([
      EXIT.usage,
      'There is no flag --templte. Did you mean --template?',
      ['ha-updater update-stack --help'],
    ]);
    // The name of a command below a topic is two words.
    const topic = toFailure(unknown, { ...scene, command: 'lock:show' });
    expect(topic.facts.next.map(commandLine)).to.deep.equal(['ha-updater lock show --help']);
    const missing = Object.assign(new Error('Missing 1 required arg:\nfile'), {
      oclif: { exit: 2 },
      args: [{ name: 'file' }],
    });
    expect(toFailure(missing, scene).facts.what).to.equal('FILE is missing.');
  });

  it('in the middle of a stack leaves it to CloudFormation', () => {
    const fault = new AwsFault('transient', 'cloudformation:DescribeStacks', 'ServiceUnavailable', '');
    const { facts } = toFailure(fault, { ...scene, witness: { ...NOTHING_DONE, changed: true, stage: 'stack' } });
    expect(facts.left).to.equal('CloudFormation goes on with stack web by itself.');
    expect(facts.next.map(commandLine)[0]).to.include('ha-updater status web');
  });
});
