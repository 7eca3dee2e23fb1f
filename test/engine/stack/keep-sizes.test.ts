import { expect } from 'chai';
import { commandLine } from '../../../src/text/commands/next-command.js';
import { Failure } from '../../../src/errors.js';
import { seededRandom } from '../../../src/sandbox/random.js';
import { PLAN } from '../../support/groups.js';
import { IGNORE, Killed, LAST_FAILS, ScaledAccount } from '../../support/scaled-account.js';

const NEXT = { ImageId: 'ami-00000002' };

async function failureOf(change: Promise<unknown>): Promise<Failure> {
  const error = await change.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof Failure)) throw new Error(`no failure, but ${String(error)}`);
  return error;
}

/** Nobody was taken out, and all is as it was; some time after the end, when what was let loose would show. */
function expectKept(account: ScaledAccount, size = '1/6/8', about = ''): void {
  account.minutes(10);
  expect(
    {
      size: account.size(),
      least: account.least,
      left: account.left(),
      violations: account.sandbox.monitor.violations,
    },
    about,
  ).to.deep.equal({ size, least: 6, left: [], violations: [] });
}

describe('the size of a group while its stack changes', function () {
  this.timeout(120_000);

  it('falls to that of the template when nobody keeps it', async () => {
    const account = new ScaledAccount();
    await account.changeTo(NEXT, { keep: false });
    account.minutes(10);
    expect(account.size()).to.equal('1/2/8');
    expect(account.least).to.equal(2);
    // Nothing was noted on the group, and the monitor sees it all the same.
    expect(account.sandbox.monitor.violations.map(({ rule, text }) => `${rule}: ${text}`)).to.have.length(1);
    expect(account.sandbox.monitor.violations[0]?.text).to.match(
      /left outside of a rollout: 2 in service, .* want 6\.$/,
    );
  });

  it('is given back although somebody removes the notes in the middle', async () => {
    const account = new ScaledAccount();
    account.sandbox.clock.after(9_000, () => account.removeTags());
    await account.changeTo(NEXT);
    expectKept(account);
  });

  it('is given back although somebody removes the notes of a change that fails', async () => {
    const account = new ScaledAccount([LAST_FAILS]);
    account.sandbox.clock.after(9_000, () => account.removeTags());
    await failureOf(account.changeTo(NEXT));
    expectKept(account);
  });

  it('is kept: all that serve stay in service, and nothing of ours is left', async () => {
    const account = new ScaledAccount();
    await account.changeTo(NEXT);
    expectKept(account);
  });

  for (const policy of ['', IGNORE])
    it(`is kept when the stack rolls back${policy === '' ? '' : ', where the policy leaves unchanged sizes alone'}`, async () => {
      const account = new ScaledAccount([LAST_FAILS], { policy });
      const failure = await failureOf(account.changeTo(NEXT));
      expect(failure.outcome).to.equal('stackFailed');
      expect(failure.facts.serves).to.equal('The stack action failed; the groups have the sizes that they had.');
      expectKept(account);
    });

  it('is kept when a signal cancels the update', async () => {
    const account = new ScaledAccount();
    account.signalAfter(20);
    await failureOf(account.changeTo(NEXT));
    expectKept(account);
  });

  it('stays noted when a signal leaves the stack to CloudFormation, and resume gives it back', async () => {
    const account = new ScaledAccount();
    account.signalAfter(8);
    const failure = await failureOf(account.changeTo(NEXT, { onInterrupt: 'leave' }));
    expect(failure.facts.serves).to.contain('none is terminated');
    expect(failure.facts.left).to.contain('with Terminate and AZRebalance suspended');
    expect(failure.facts.next.map(commandLine).join('\n')).to.contain('ha-updater resume web');
    account.minutes(20);
    const results = await account.later({ adoptOnly: true, goOn: true });
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(['sizeKept']);
    expectKept(account);
  });

  it('is given back only once the stack has settled, also to a run that names the group alone', async () => {
    const account = new ScaledAccount([LAST_FAILS]);
    account.signalAfter(8);
    await failureOf(account.changeTo(NEXT, { onInterrupt: 'leave' }));
    // The stack goes on, and will roll back, while this one looks.
    const results = await account.later({ adoptOnly: true, goOn: true }, 'group');
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(['sizeKept']);
    expect(account.stackStatus()).to.equal('UPDATE_ROLLBACK_COMPLETE');
    expectKept(account);
  });

  it('is what scaling asked for before CloudFormation wrote its own, although nothing was launched for it yet', async () => {
    const account = new ScaledAccount();
    let asked = false;
    account.sandbox.world.onChange(() => {
      if (asked || !account.group().suspended.has('Terminate')) return;
      asked = true;
      account.sandbox.clock.after(0, () => account.autoscaling('SetDesiredCapacity', { DesiredCapacity: 7 }));
    });
    await account.changeTo(NEXT, { plan: { timing: { ...PLAN.timing, pollMs: 500 } } });
    expectKept(account, '1/7/8');
  });

  it('is held by a run that shows that it lives', async () => {
    const account = new ScaledAccount();
    await account.changeTo(NEXT, { plan: { timing: { ...PLAN.timing, pollMs: 1_000, renewMs: 4_000 } } });
    const started = account.emitted.findIndex(({ type }) => type === 'stack.started');
    const settled = account.emitted.findIndex(({ type }) => type === 'stack.settled');
    const renewed = account.emitted
      .slice(started, settled)
      .filter((event) => event.type === 'action.done' && event.action.type === 'renew');
    expect(renewed.length).to.be.greaterThan(1);
    expectKept(account);
  });

  it('is not kept where the change sets a MaxSize that it does not fit: nothing is changed', async () => {
    const account = new ScaledAccount();
    const failure = await failureOf(account.changeTo({ ...NEXT, Max: '4' }));
    expect(failure.outcome).to.equal('refused');
    expect(failure.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.sizeDoesNotFit']);
    expectKept(account);
  });

  it('takes a MaxSize that the change raises', async () => {
    const account = new ScaledAccount();
    await account.changeTo({ ...NEXT, Max: '12' });
    expectKept(account, '1/6/12');
  });

  it('leaves suspended what the owner had suspended', async () => {
    const account = new ScaledAccount();
    account.autoscaling('SuspendProcesses', { ScalingProcesses: ['AZRebalance', 'AlarmNotification'] });
    await account.changeTo(NEXT);
    expect(account.left()).to.deep.equal(['AZRebalance', 'AlarmNotification']);
    expect(account.size()).to.equal('1/6/8');
  });
});

describe('a run that is killed while it keeps a size', function () {
  this.timeout(120_000);

  for (const [how, faults] of [
    ['succeeds', []],
    ['rolls back', [LAST_FAILS]],
  ] as const)
    for (const when of ['before', 'after'] as const)
      it(`${when} any of its changes, while the stack ${how}, loses nothing: resume gives the size back`, async () => {
        for (let change = 1; ; change++) {
          const account = new ScaledAccount(faults);
          const error: unknown = await account
            .changeTo(NEXT, { kill: { change, when } })
            .catch((caught: unknown) => caught);
          if (!(error instanceof Killed)) {
            expect(change, 'changes of a whole run').to.be.greaterThan(5);
            break;
          }
          account.minutes(20);
          await account.later({ adoptOnly: true, goOn: true });
          expectKept(account, '1/6/8', `killed ${when} change ${change}`);
        }
      });

  it('is followed by an update-asgs that gives the size back first and then replaces what is outdated', async () => {
    const account = new ScaledAccount();
    // After the execution: record, suspension, execution.
    const error: unknown = await account
      .changeTo(NEXT, { kill: { change: 3, when: 'after' } })
      .catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Killed);
    account.minutes(20);
    const results = await account.later({});
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expectKept(account);
  });
});

describe('any change of a stack with a group that was scaled', function () {
  this.timeout(120_000);

  it('takes nobody out, whatever size, policy, end, signal, kill and scaling meanwhile are drawn', async () => {
    for (let seed = 1; seed <= 24; seed++) {
      const random = seededRandom(seed).fork('kept size');
      const desired = random.int(3, 8);
      const account = new ScaledAccount(random.chance(0.5) ? [LAST_FAILS] : [], {
        policy: random.chance(0.5) ? IGNORE : '',
        desired,
      });
      if (random.chance(0.3)) account.signalAfter(random.int(1, 30));
      const up = random.chance(0.5) ? Math.min(8, desired + random.int(1, 2)) : 0;
      if (up > 0)
        account.sandbox.clock.after(random.int(0, 40_000), () => {
          // Policies scale from what the group says.
          if (account.group().desired >= desired && account.group().desired < up)
            account.autoscaling('SetDesiredCapacity', { DesiredCapacity: up });
        });
      const kill = random.chance(0.3) ? { change: random.int(1, 6), when: 'after' as const } : undefined;
      await account
        .changeTo(NEXT, {
          onInterrupt: random.chance(0.5) ? 'leave' : 'cancel',
          ...(kill !== undefined && { kill }),
        })
        .catch((error: unknown) => {
          if (!(error instanceof Failure || error instanceof Killed)) throw error;
        });
      account.minutes(20);
      if (account.left().length > 0) await account.later({ adoptOnly: true, goOn: true });
      account.minutes(10);
      const about = `seed ${seed}`;
      expect(account.least, about).to.be.at.least(desired);
      expect(account.group().desired, about).to.be.at.least(desired);
      expect(account.left(), about).to.deep.equal([]);
    }
  });
});
