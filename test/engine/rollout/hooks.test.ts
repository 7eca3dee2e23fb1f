import { expect } from 'chai';
import { commandLine } from '../../../src/text/commands/next-command.js';
import type { HookPlan } from '../../../src/model/rollout/hook.js';
import { autoScalingState } from '../../../src/sandbox/world/autoscaling/state.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { scriptedHooks, type Does, type Ran } from '../../support/scripted-hooks.js';
import { createStage, stateOf, type Ending, type Mishap, type Stage } from '../../support/stage.js';
import { instancesOf } from '../../support/ask.js';

const LIMITS = { checkTimeoutMs: 60_000, commandTimeoutMs: 300_000 };
const PROMOTED = [{ name: 'web', size: [1, 2, 3], instances: ['InService 2', 'InService 2'], suspended: [], tags: [] }];

function stageWith(image = 'ami-new', group: object = {}): Stage {
  const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
    { name: 'web', size: 2, min: 1, max: 3, ...group },
  ]);
  stage.groups[0]?.changeImage(image);
  return stage;
}

/** One run with commands that do as the script says. */
async function runWith(
  stage: Stage,
  hooks: Partial<HookPlan>,
  script: (line: string, instance: string, nth: number) => Does,
  more: { readonly plan?: Partial<Plan>; readonly mishap?: Mishap } = {},
): Promise<Ending & { readonly ran: readonly Ran[] }> {
  const scripted = scriptedHooks(stage.sandbox.clock, (call, nth) => script(call.line, call.subject.instance, nth));
  const ending = await stage.run(
    { gates: { words: ['--check-command', 'check'], hooks: { ...LIMITS, ...hooks } }, ...more.plan },
    { hooks: scripted.hooks, ...more.mishap },
  );
  return { ...ending, ran: scripted.ran };
}

const idsBefore = (stage: Stage): readonly string[] =>
  instancesOf(stage.sandbox.world).map(({ InstanceId: id }) => id ?? '');
const endedOf = (ending: Ending): readonly string[] =>
  ending.events.flatMap((event) =>
    event.type === 'hook.ended' ? [`${event.hook} ${event.words} ${event.tries}`] : [],
  );
const judgedAt = (stage: Stage): number =>
  stage.changes().findIndex((change) => change.includes('"outcome":"promote"'));

describe('the check command', () => {
  it('runs for every new instance in service, again every 10 s, and nothing is promoted before it says yes', async () => {
    const stage = stageWith();
    const old = idsBefore(stage);
    const { outcome, ran, ...ending } = await runWith(stage, { check: 'check' }, (_, __, nth) =>
      nth < 4 ? { code: 1, output: 'not yet' } : { takesMs: 3_000 },
    );
    expect(outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
    expect(stage.violations()).to.deep.equal([]);
    const checkedIds = [...new Set(ran.map(({ instance }) => instance))];
    expect(checkedIds.length).to.equal(2);
    expect(checkedIds.some((id) => old.includes(id))).to.equal(false);
    for (const id of checkedIds) {
      const starts = ran.filter(({ instance }) => instance === id).map(({ from }) => from);
      expect(starts.length).to.equal(4);
      for (const [index, from] of starts.slice(1).entries())
        expect(from - (starts[index] ?? 0)).to.be.within(10_000, 16_000);
    }
    // The same failure is told once.
    expect([...endedOf({ outcome, ...ending })].sort()).to.deep.equal([
      'check exit 0 4',
      'check exit 0 4',
      'check exit 1 1',
      'check exit 1 1',
    ]);
  });

  it('is told which instance of what it runs for', async () => {
    const stage = stageWith();
    const { ran } = await runWith(stage, { check: 'check' }, () => ({}));
    const [first] = ran;
    expect(first?.call).to.include({ side: 'new', timeoutMs: 60_000 });
    expect(first?.call.subject).to.include({ group: 'web', stack: '', rollout: 'run-1' });
    expect(first?.call.subject.privateIp).to.match(/^\d+\.\d+\.\d+\.\d+$/);
  });

  it('that never says yes rolls the swap back, with its words', async () => {
    const stage = stageWith();
    const { outcome, failure } = await runWith(stage, { check: 'check' }, () => ({
      code: 7,
      output: 'connecting\nconnection refused',
    }));
    expect(outcome).to.equal('swapRolledBack');
    expect(failure?.facts.what).to.include('the check command says no: exit 7: connection refused');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('that hangs is killed after its time and counts as a no', async () => {
    const stage = stageWith();
    const { outcome, ...ending } = await runWith(stage, { check: 'check' }, (_, __, nth) =>
      nth === 1 ? { takesMs: 3_600_000 } : {},
    );
    expect(outcome).to.equal('swapped');
    expect(
      endedOf({ outcome, ...ending }).filter((text) => text.startsWith('check killed after 60 s')).length,
    ).to.equal(2);
  });

  it('proves together with Auto Scaling where no balancer does', async () => {
    const stage = stageWith('ami-new', { balancers: [] });
    const { outcome, ran } = await runWith(stage, { check: 'check' }, (_, __, nth) => ({ code: nth < 3 ? 1 : 0 }));
    expect(outcome).to.equal('swapped');
    expect(ran.length).to.equal(6);
  });

  it('is killed when a signal calls the rollout back', async () => {
    const stage = stageWith();
    const { outcome, ran } = await runWith(
      stage,
      { check: 'check', checkTimeoutMs: 3_600_000 },
      () => ({ takesMs: 3_000_000 }),
      { mishap: { interruptAfterMs: 200_000 } },
    );
    expect(outcome).to.equal('swapRolledBack');
    expect(ran.length).to.equal(2);
    expect(ran.every(({ ended }) => ended === 'killed')).to.equal(true);
  });

  it('is run again by whoever resumes, because nobody wrote down what it said', async () => {
    const stage = stageWith();
    const first = await runWith(stage, { check: 'check' }, () => ({}), {
      mishap: { killAt: { change: 5, when: 'before' } },
    });
    expect(first.outcome).to.equal('killed');
    expect(first.ran.length).to.equal(2);
    const second = await runWith(stage, { check: 'check' }, () => ({}));
    expect(second.outcome, second.failure?.facts.what).to.equal('swapped');
    expect(second.ran.length).to.equal(2);
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
  });

  it('counts for a fresh stack too', async () => {
    const stage = stageWith();
    const { outcome, failure } = await runWith(stage, { check: 'check' }, () => ({ code: 1 }), {
      plan: { strategy: 'prove' },
    });
    expect(outcome).to.equal('stopped');
    expect(failure?.facts.code).to.equal('swap.unproven');
  });

  it('runs for ten instances at the most at a time, and the lease lives on meanwhile', async () => {
    const stage = stageWith('ami-new', { size: 14, min: 14, max: 14 });
    const { outcome, ran } = await runWith(stage, { check: 'check', checkTimeoutMs: 900_000 }, () => ({
      takesMs: 400_000,
    }));
    expect(outcome).to.equal('swapped');
    const starts = ran.map(
      ({ from, until = Infinity }) =>
        ran.filter((other) => other.from <= from && (other.until ?? Infinity) > from && until > from).length,
    );
    expect(Math.max(...starts)).to.equal(10);
    const renewals = stage
      .changes()
      .slice(0, judgedAt(stage))
      .filter((change) => change.startsWith('writeNotes')).length;
    expect(renewals).to.be.greaterThan(5);
    expect(stage.violations()).to.deep.equal([]);
  });
});

describe('the commands around a termination', () => {
  const BOTH = { beforeTerminate: 'before', afterTerminate: 'after' };

  it('run for every old instance: one before it is terminated, one when it has gone', async () => {
    const stage = stageWith();
    const old = idsBefore(stage);
    const gone = new Map<string, number>();
    stage.sandbox.world.onChange(() => {
      const members = autoScalingState(stage.sandbox.world).groups.get('web')?.members;
      for (const id of old) if (members?.has(id) === false && !gone.has(id)) gone.set(id, stage.sandbox.clock.now());
    });
    const terminated = new Map<string, number>();
    stage.sandbox.onCall(({ operation, input, at }) => {
      if (operation === 'TerminateInstanceInAutoScalingGroup')
        for (const id of (input as { InstanceIds: readonly string[] }).InstanceIds) terminated.set(id, at);
    });
    const { outcome, ran, ...ending } = await runWith(stage, BOTH, (line) => ({
      takesMs: line === 'before' ? 20_000 : 5_000,
    }));
    expect(outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
    expect(stage.violations()).to.deep.equal([]);
    expect(ran.map(({ line, instance }) => `${line} ${instance}`).sort()).to.deep.equal(
      ['after', 'before'].flatMap((line) => [...old].sort().map((id) => `${line} ${id}`)),
    );
    for (const { line, instance, call, from, until = 0 } of ran) {
      expect(call).to.include({ side: 'old', timeoutMs: 300_000 });
      // Addresses are known although EC2 has forgotten them by then.
      expect(call.subject.privateIp).to.match(/^\d+\.\d+\.\d+\.\d+$/);
      if (line === 'before') expect(until).to.be.at.most(terminated.get(instance) ?? 0);
      else expect(from).to.be.at.least(gone.get(instance) ?? Infinity);
    }
  });

  it('halt the run when the one before fails: nothing is terminated and the record is kept', async () => {
    const stage = stageWith();
    const { outcome, failure } = await runWith(stage, BOTH, (line) =>
      line === 'before' ? { code: 2, output: 'cannot leave the cluster' } : {},
    );
    expect(outcome).to.equal('stopped');
    expect(failure?.facts.what).to.match(
      /the command before the termination of i-\w+ did not end well: exit 2: cannot leave the cluster/,
    );
    expect(failure?.facts.next.map(commandLine)[0]).to.equal('ha-updater resume --asg web --check-command check');
    expect(instancesOf(stage.sandbox.world).length).to.equal(4);
    expect(stateOf(stage)[0]).to.deep.include({
      tags: ['ha-updater:gates', 'ha-updater:lease', 'ha-updater:rollout', 'ha-updater:verdict'],
    });
    const again = await runWith(stage, BOTH, () => ({}));
    expect(again.outcome).to.equal('swapped');
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('halt the run when the one after fails, with all old ones gone and the record kept', async () => {
    const stage = stageWith();
    const { outcome, failure } = await runWith(stage, BOTH, (line) => ({ code: line === 'after' ? 1 : 0 }));
    expect(outcome).to.equal('stopped');
    expect(failure?.facts.what).to.include('the command after the termination of');
    expect((await runWith(stage, BOTH, () => ({}))).outcome).to.equal('swapped');
    expect(stateOf(stage)).to.deep.equal(PROMOTED);
  });

  it('run for the new ones of a roll-back too, and do not stop it', async () => {
    const stage = stageWith('ami-bad');
    const old = idsBefore(stage);
    const { outcome, ran } = await runWith(stage, BOTH, () => ({ code: 1 }));
    expect(outcome).to.equal('swapRolledBack');
    expect(ran.length).to.equal(4);
    expect(ran.some(({ instance }) => old.includes(instance))).to.equal(false);
    expect(idsBefore(stage)).to.deep.equal(old);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('go with a rolling rollout one by one, and halt it', async () => {
    const rolling: Partial<Plan> = {
      strategy: 'rolling',
      rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
    };
    const stage = stageWith();
    const old = idsBefore(stage);
    const { outcome, ran, failure } = await runWith(
      stage,
      { ...BOTH, check: 'check' },
      (line) => ({ takesMs: line === 'check' ? 15_000 : 5_000 }),
      { plan: rolling },
    );
    expect(outcome, failure?.facts.what).to.equal('swapped');
    const at = (line: string): readonly number[] =>
      ran
        .filter((one) => one.line === line)
        .map(({ from }) => from)
        .sort((a, b) => a - b);
    expect([at('check').length, at('before').length, at('after').length]).to.deep.equal([2, 2, 2]);
    expect(at('before')[1]).to.be.greaterThan(at('check')[1] ?? Infinity);
    expect(ran.filter(({ line }) => line !== 'check').every(({ instance }) => old.includes(instance))).to.equal(true);
    expect(stage.violations()).to.deep.equal([]);

    const halted = stageWith();
    const stopped = await runWith(halted, BOTH, (line) => ({ code: line === 'after' ? 1 : 0 }), { plan: rolling });
    expect(stopped.outcome).to.equal('stopped');
    expect(stopped.ran.filter(({ line }) => line === 'before').length).to.be.lessThan(3);
    expect(halted.violations()).to.deep.equal([]);
  });

  it('killed at any change, the next run ends as an undisturbed one does', async () => {
    const calm = stageWith();
    expect((await runWith(calm, BOTH, () => ({ takesMs: 7_000 }))).outcome).to.equal('swapped');
    const changes = calm.changes().length;
    for (let change = 1; change <= changes; change++) {
      for (const when of ['before', 'after'] as const) {
        const stage = stageWith();
        const old = idsBefore(stage);
        const first = await runWith(stage, BOTH, () => ({ takesMs: 7_000 }), { mishap: { killAt: { change, when } } });
        expect(first.outcome).to.equal('killed');
        const second = await runWith(stage, BOTH, () => ({ takesMs: 7_000 }));
        expect(second.outcome, `killed ${when} change ${change}: ${second.failure?.facts.what ?? ''}`).to.equal(
          'swapped',
        );
        expect(stateOf(stage)).to.deep.equal(PROMOTED);
        // Every old instance had its command before it went.
        const before = new Set(
          [...first.ran, ...second.ran].filter(({ line }) => line === 'before').map(({ instance }) => instance),
        );
        expect([...before].sort()).to.deep.equal([...old].sort());
        expect(stage.violations()).to.deep.equal([]);
      }
    }
  });
});
