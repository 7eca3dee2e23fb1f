import { expect } from 'chai';
import type { Plan, RestartPlan } from '../../src/model/rollout/rollout-plan.js';
import { classicHealthOf, idsOf, targetHealthOf } from '../support/ask.js';
import { PLAN } from '../support/groups.js';
import { drawRestart, simulateRestart } from './restart-simulator.js';
import { scriptedHooks } from '../support/scripted-hooks.js';
import { createStage, stateOf, type Ending, type Stage } from '../support/stage.js';

const RESTART: RestartPlan = { quorum: 0.66, attempts: 10, onError: 'stop', commandMs: 60_000 };

function wish(differs: Partial<RestartPlan> = {}): { readonly strategy: 'restart'; readonly restart: RestartPlan } {
  return { strategy: 'restart', restart: { ...RESTART, ...differs } };
}

/** What every balancer says of every instance, by group. */
function registered(stage: Stage): readonly (readonly string[])[] {
  const { world } = stage.sandbox;
  return stage.groups.map(({ classic, targetGroup }) =>
    [
      ...(classic === undefined ? [] : Object.values(classicHealthOf(world, classic))),
      ...(targetGroup === undefined ? [] : Object.values(targetHealthOf(world, targetGroup))),
    ].sort(),
  );
}

function events<T extends Ending['events'][number]['type']>(
  ending: Ending,
  type: T,
): readonly Extract<Ending['events'][number], { type: T }>[] {
  return ending.events.filter((event): event is Extract<Ending['events'][number], { type: T }> => event.type === type);
}

describe('simulation: restarts in place', () => {
  it('restarts all of a group in batches and leaves it as it was', async () => {
    const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 3 }]);
    const before = stateOf(stage);
    const ending = await stage.run(wish());
    expect(ending.failure?.facts).to.equal(undefined);
    expect(ending.results).to.deep.equal([
      { group: 'web', outcome: 'restarted', why: '3 of 3 instances were restarted and proven' },
    ]);
    expect(events(ending, 'command.ended').map(({ ok }) => ok)).to.deep.equal([true, true, true]);
    expect(stateOf(stage)).to.deep.equal(before);
    expect(registered(stage)).to.deep.equal([
      [...Array<string>(3).fill('InService N/A'), ...Array<string>(3).fill('healthy')],
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('stops at an instance whose command fails: it stays out, the record is kept, and resume puts it back', async () => {
    const stage = createStage({ commands: [{ match: 'restart', exit: 1, output: 'no such service' }] }, [
      { name: 'web', size: 3, healthCheckType: 'ELB' },
    ]);
    const before = stateOf(stage);
    const ending = await stage.run(wish());
    expect(ending.outcome).to.equal('stopped');
    expect(ending.failure?.facts.code).to.equal('restart.stuck');
    expect(events(ending, 'command.ended').map(({ ok, output }) => [ok, output])).to.deep.equal([
      [false, 'no such service\nfailed to run commands: exit status 1'],
    ]);
    // Out for longer than any health check waits: Auto Scaling must leave it alone.
    stage.sandbox.clock.advance(600_000);
    expect(registered(stage)[0]).to.have.length(4);
    const back = await stage.run({ adoptOnly: true });
    expect(back.results.map(({ outcome }) => outcome)).to.deep.equal(['putBack']);
    expect(stateOf(stage)).to.deep.equal(before);
    expect(registered(stage)).to.deep.equal([
      [...Array<string>(3).fill('InService N/A'), ...Array<string>(3).fill('healthy')],
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('--on-error reregister: puts it back and stops', async () => {
    const stage = createStage({ commands: [{ match: 'restart', exit: 1 }] }, [
      { name: 'web', size: 3 },
      { name: 'api', size: 2, balancers: ['target-group'] },
    ]);
    const before = stateOf(stage);
    const ending = await stage.run(wish({ onError: 'reregister', quorum: 1 }));
    expect(ending.outcome).to.equal('restartFailed');
    expect(events(ending, 'command.ended')).to.have.length(2);
    expect(events(ending, 'group.finished').map(({ result }) => [result.group, result.outcome])).to.deep.equal([
      ['web', 'putBack'],
      ['api', 'putBack'],
    ]);
    expect(stateOf(stage)).to.deep.equal(before);
    expect(registered(stage).map((rows) => rows.length)).to.deep.equal([6, 2]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('--on-error continue: leaves failed ones out and goes on as long as the quorum holds', async () => {
    const stage = createStage({ seed: 5, commands: [{ match: 'restart', exit: 1, rate: 0.3 }] }, [
      { name: 'web', size: 8, max: 8 },
    ]);
    const ending = await stage.run(wish({ onError: 'continue', quorum: 0.5 }));
    const ends = events(ending, 'command.ended');
    const failed = ends.filter(({ ok }) => !ok).length;
    expect(failed).to.be.greaterThan(0);
    expect(ends.length).to.equal(8);
    expect(ending.failure?.facts.code).to.equal('restart.stuck');
    expect(registered(stage)[0]).to.have.length(2 * (8 - failed));
    expect((await stage.run({ adoptOnly: true })).results.map(({ outcome }) => outcome)).to.deep.equal(['putBack']);
    expect(registered(stage)[0]).to.have.length(16);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('gives up when the quorum cannot be met, with everything back', async () => {
    const stage = createStage({ commands: [{ match: 'restart', exit: 1 }] }, [{ name: 'web', size: 4, max: 4 }]);
    const ending = await stage.run(wish({ onError: 'continue', quorum: 3, attempts: 3 }));
    // One is out after its failure, so three are left and none may follow.
    expect(events(ending, 'command.ended')).to.have.length(1);
    expect(ending.outcome).to.equal('stopped');
    expect(stage.violations()).to.deep.equal([]);
    const sick = createStage({ commands: [{ match: 'break', leaves: 'broken' }] }, [
      { name: 'web', size: 4, max: 4, healthCheckType: 'EC2' },
    ]);
    const ids = idsOf(sick.sandbox.world);
    const spoil = (count: number): void => {
      sick.sandbox.invoke('ssm', 'SendCommand', {
        InstanceIds: ids.slice(0, count),
        DocumentName: 'AWS-RunShellScript',
        Parameters: { commands: ['break'] },
      });
      sick.sandbox.clock.advance(60_000);
    };
    spoil(2);
    const short = await sick.run(wish({ quorum: 3, attempts: 3 }));
    expect(short.outcome).to.equal('restartFailed');
    expect(short.failure?.facts.what).to.match(/gave up: 2 of 4 are in service, at least 3 must stay so/);
    expect(events(short, 'command.ended')).to.deep.equal([]);
    // With three in service nobody of them may go, but the one that serves nobody may.
    sick.sandbox.invoke('ssm', 'SendCommand', {
      InstanceIds: [ids[0]],
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: ['mend'] },
    });
    sick.sandbox.clock.advance(60_000);
    const healed = await sick.run(wish({ quorum: 3 }));
    expect(healed.results.map(({ outcome }) => outcome)).to.deep.equal(['restarted']);
    expect(events(healed, 'command.ended')[0]?.instance).to.equal(ids[1]);
    expect(sick.violations()).to.deep.equal([]);
  });

  it('a signal puts everything back', async () => {
    for (const interruptAfterMs of [8_000, 20_000, 45_000, 60_000, 75_000]) {
      const stage = createStage({ commands: [{ match: 'restart', seconds: [30, 30] }] }, [{ name: 'web', size: 3 }]);
      const before = stateOf(stage);
      const ending = await stage.run(wish(), { interruptAfterMs });
      expect(ending.outcome, `${interruptAfterMs}`).to.equal('restartFailed');
      expect(stateOf(stage), `${interruptAfterMs}`).to.deep.equal(before);
      expect(registered(stage)[0]).to.have.length(6);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('a command that hangs is stopped and counts as failed', async () => {
    const stage = createStage({ commands: [{ match: 'restart', seconds: [900, 900] }] }, [{ name: 'web', size: 3 }]);
    const ending = await stage.run(wish({ onError: 'reregister' }));
    expect(ending.failure?.facts.what).to.match(/did not end within 60 s/);
    expect(stage.sandbox.calls.get('ssm:CancelCommand')).to.equal(1);
    expect(registered(stage)[0]).to.have.length(6);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('an instance that does not serve again is left out, or back, as asked', async () => {
    for (const onError of ['stop', 'reregister'] as const) {
      const stage = createStage({ commands: [{ match: 'restart', leaves: 'broken' }] }, [
        { name: 'web', size: 3, healthCheckType: 'EC2' },
      ]);
      const ending = await stage.run({ ...wish({ onError }), timing: { ...PLAN.timing, progressMs: 120_000 } });
      expect(ending.outcome, onError).to.equal(onError === 'stop' ? 'stopped' : 'restartFailed');
      expect(ending.failure?.facts.what).to.match(/not in service again within 120 s/);
      // What is taken out again drains first.
      stage.sandbox.clock.advance(60_000);
      expect(registered(stage)[0]).to.have.length(onError === 'stop' ? 4 : 6);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  describe('with a check command', () => {
    const checked = (differs: Partial<RestartPlan> = {}): Partial<Plan> => ({
      ...wish(differs),
      timing: { ...PLAN.timing, progressMs: 120_000 },
      gates: { words: [], hooks: { check: 'check', checkTimeoutMs: 5_000, commandTimeoutMs: 60_000 } },
    });

    it('nobody goes before the check of those that went has answered 0; it is tried every 10 s', async () => {
      const stage = createStage({}, [{ name: 'web', size: 3, max: 3 }]);
      const { hooks, ran } = scriptedHooks(stage.sandbox.clock, (_, nth) => ({ code: nth < 3 ? 1 : 0 }));
      const ending = await stage.run(checked(), { hooks });
      expect(ending.results.map(({ outcome, why }) => [outcome, why])).to.deep.equal([
        ['restarted', '3 of 3 instances were restarted and proven'],
      ]);
      const passed = ran.filter((_, index) => index % 3 === 2);
      expect(ran.map(({ instance }) => instance)).to.deep.equal(
        passed.flatMap(({ instance }) => [instance, instance, instance]),
      );
      for (const [index, { from }] of ran.entries())
        if (index % 3 > 0) expect(from - (ran[index - 1]?.from ?? 0)).to.be.within(10_000, 16_000);
      const left = ending.changes.filter(
        ({ what }) =>
          what === 'elasticloadbalancing:DeregisterTargets' || what.endsWith('DeregisterInstancesFromLoadBalancer'),
      );
      expect(left.length).to.be.greaterThan(2);
      for (const { at } of left)
        expect(
          ran.some(
            ({ from, instance }) => from < at && passed.every((one) => one.instance !== instance || one.from > at),
          ),
          `deregistered at ${at} while a check was open`,
        ).to.equal(false);
      expect(stage.violations()).to.deep.equal([]);
    });

    it('one that never answers 0 counts as failed: out, back, or left out while the others go on', async () => {
      for (const [onError, outcome, code, listed] of [
        ['stop', 'stopped', 'restart.stuck', 4],
        ['reregister', 'restartFailed', 'restart.putBack', 6],
        ['continue', 'stopped', 'restart.stuck', 4],
      ] as const) {
        const stage = createStage({}, [{ name: 'web', size: 3, max: 3 }]);
        const known: string[] = [];
        const { hooks } = scriptedHooks(stage.sandbox.clock, ({ subject }) => {
          if (!known.includes(subject.instance)) known.push(subject.instance);
          return { code: known[0] === subject.instance ? 1 : 0, output: 'still starting' };
        });
        const ending = await stage.run(checked({ onError, quorum: 1 }), { hooks });
        expect(
          [ending.outcome, ending.failure?.facts.code],
          `${onError} ${ending.failure?.facts.what ?? ''}`,
        ).to.deep.equal([outcome, code]);
        expect(ending.failure?.facts.what).to.include(
          'not proven within 120 s: the check command says no: exit 1: still starting',
        );
        stage.sandbox.clock.advance(60_000);
        expect(registered(stage)[0], onError).to.have.length(listed);
        const again = await stage.run({ adoptOnly: true });
        expect(again.failure?.facts, onError).to.equal(undefined);
        expect(registered(stage)[0], onError).to.have.length(6);
        expect(stage.violations()).to.deep.equal([]);
      }
    });

    it('one that fails its check stays in when the quorum needs it by then', async () => {
      const stage = createStage({ commands: [{ match: 'break', leaves: 'broken' }] }, [
        { name: 'web', size: 3, max: 3, healthCheckType: 'EC2' },
      ]);
      let broke = false;
      const { hooks } = scriptedHooks(stage.sandbox.clock, ({ subject }) => {
        const other = idsOf(stage.sandbox.world).find((id) => id !== subject.instance);
        if (!broke)
          stage.sandbox.invoke('ssm', 'SendCommand', {
            InstanceIds: [other],
            DocumentName: 'AWS-RunShellScript',
            Parameters: { commands: ['break'] },
          });
        broke = true;
        return { code: 1 };
      });
      const ending = await stage.run(checked({ quorum: 2 }), { hooks });
      expect(ending.outcome).to.equal('restartFailed');
      expect(ending.failure?.facts.what).to.include('it stays in, because the quorum needs it');
      expect(registered(stage)[0]).to.have.length(6);
      expect(stage.violations()).to.deep.equal([]);
    });

    it('what is put back after a signal, or for a dead run, needs none', async () => {
      const stage = createStage({}, [{ name: 'web', size: 3, max: 3 }]);
      const { hooks } = scriptedHooks(stage.sandbox.clock, () => ({ code: 1 }));
      const state = stateOf(stage);
      const ending = await stage.run(checked(), { hooks, interruptAfterMs: 90_000 });
      expect([ending.outcome, ending.failure?.facts.what.includes('check')]).to.deep.equal(['restartFailed', false]);
      expect(stateOf(stage)).to.deep.equal(state);
      expect((await stage.run(checked(), { hooks, killAt: { change: 9, when: 'after' } })).outcome).to.equal('killed');
      const passing = scriptedHooks(stage.sandbox.clock, () => ({}));
      expect((await stage.run(checked(), passing)).results.map(({ outcome }) => outcome)).to.deep.equal(['restarted']);
      expect(stage.violations()).to.deep.equal([]);
    });
  });

  it('refuses what could never be: the last one, and a quorum that keeps all', async () => {
    const one = createStage({}, [{ name: 'web', size: 1 }]);
    expect((await one.run(wish({ quorum: 0.1 }))).failure?.facts.reasons.map(({ code }) => code)).to.deep.equal([
      'restart.last',
    ]);
    const two = createStage({}, [{ name: 'web', size: 2 }]);
    expect((await two.run(wish({ quorum: 0.66 }))).failure?.facts.reasons.map(({ code }) => code)).to.deep.equal([
      'restart.quorum',
    ]);
    expect(two.changes()).to.deep.equal([]);
  });
});

describe('crash sweep: a restart is killed before and after every change', function () {
  this.timeout(120_000);
  const stageFor = (): Stage =>
    createStage({ commands: [{ match: 'restart', seconds: [6, 6] }] }, [{ name: 'web', size: 2, max: 2 }]);

  for (const again of ['restart', 'resume', 'rollback'] as const) {
    it(`then ${again}: nothing stays deregistered`, async () => {
      const calm = stageFor();
      const plan = wish({ quorum: 0.5 });
      expect((await calm.run(plan)).outcome).to.equal('restarted');
      const state = stateOf(calm);
      const changes = calm.changes();
      expect(changes.length).to.be.greaterThan(14);
      for (let change = 1; change <= changes.length; change++) {
        for (const when of ['before', 'after'] as const) {
          const stage = stageFor();
          const at = `killed ${when} change ${change}, ${changes[change - 1] ?? ''}`;
          expect((await stage.run(plan, { killAt: { change, when } })).outcome, at).to.equal('killed');
          const second = await stage.run(again === 'restart' ? plan : { adoptOnly: true, undo: again === 'rollback' });
          expect(second.failure?.facts, at).to.equal(undefined);
          expect(stateOf(stage), at).to.deep.equal(state);
          expect(registered(stage), at).to.deep.equal(registered(calm));
          expect(stage.violations(), at).to.deep.equal([]);
        }
      }
    });
  }
});

describe('simulation: restarts in drawn worlds', function () {
  this.timeout(240_000);
  const SEEDS = 20;

  it(`${SEEDS} seeds keep the quorum and leave nobody out`, async () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const told = await simulateRestart(drawRestart(seed));
      wrong.push(
        ...told.wrong.map(
          (sentence) => `seed ${seed} (npm run sim -- --strategy restart --replay ${seed}): ${sentence}`,
        ),
      );
    }
    expect(wrong).to.deep.equal([]);
  });

  // Found by seeds: a note that reads did not show yet, a rival that wrote its record over ours, an instance that died while it was out.
  for (const seed of [152, 213, 273, 484, 722, 929, 1131]) {
    it(`seed ${seed}`, async () => {
      const { check, ...story } = drawRestart(seed);
      // Found over the wire: straight, other calls of these stories would fail.
      expect((await simulateRestart(story, { wire: true })).wrong).to.deep.equal([]);
    });
  }
});
