import { expect } from 'chai';
import { ssmState } from '../../../../src/sandbox/world/ssm/ssm-state.js';
import type { RestartPlan } from '../../../../src/model/rollout/rollout-plan.js';
import { createStage, stateOf, type Ending, type Stage } from '../../../support/stage.js';

const RESTART: RestartPlan = { quorum: 0.5, attempts: 10, onError: 'stop', commandMs: 60_000 };
const WISH = { strategy: 'restart', restart: RESTART } as const;

function stageFor(command: 'good' | 'bad'): Stage {
  const commands = command === 'good' ? {} : { commands: [{ match: 'restart', exit: 1, output: 'no such service' }] };
  return createStage(commands, [{ name: 'web', size: 2, min: 1, max: 2 }]);
}

/** How often SSM was asked to run the command, by instance. */
function started(stage: Stage): readonly number[] {
  const counts = new Map<string, number>();
  for (const { invocations } of ssmState(stage.sandbox.world).commands)
    for (const id of invocations.keys()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts.values()];
}

const ended = ({ events }: Ending): number => events.filter(({ type }) => type === 'command.ended').length;

describe('a restart look by look, each by an engine of its own', function () {
  this.timeout(60_000);
  for (const [command, outcome] of [
    ['good', 'restarted'],
    ['bad', 'stopped'],
  ] as const) {
    it(`${command} command: does what the loop does, and tells it once`, async () => {
      const loop = stageFor(command);
      const looks = stageFor(command);
      const one = await loop.run(WISH);
      const other = await looks.run(WISH, { byLooks: { again: false } });
      expect(one.outcome).to.equal(outcome);
      expect(other.outcome, other.failure?.facts.what).to.equal(outcome);
      expect(stateOf(looks)).to.deep.equal(stateOf(loop));
      expect(ended(other)).to.equal(ended(one));
      expect(started(looks)).to.deep.equal(started(loop));
      expect(looks.violations()).to.deep.equal([]);
    });

    it(`${command} command: runs once on each instance, whichever look is taken twice`, async () => {
      const calm = stageFor(command);
      await calm.run(WISH, { byLooks: { again: true } });
      const changes = calm.changes().length;
      expect(calm.changes().filter((name) => /command/i.test(name)).length).to.equal(command === 'good' ? 2 : 1);
      for (let change = 1; change <= changes; change++) {
        const name = calm.changes()[change - 1] ?? '';
        // What must not be repeated dies both ways, and a third of the rest.
        const isCommand = /command/i.test(name);
        if (!isCommand && change % 3 !== 0) continue;
        for (const when of isCommand ? (['before', 'after'] as const) : (['after'] as const)) {
          const stage = stageFor(command);
          const at = `killed ${when} change ${change}, ${name}`;
          const ending = await stage.run(WISH, { byLooks: { again: true }, killAt: { change, when } });
          expect(ending.outcome, `${at}: ${ending.failure?.facts.what ?? ''}`).to.equal(outcome);
          expect(started(stage), at).to.deep.equal(started(calm));
          expect(stateOf(stage), at).to.deep.equal(stateOf(calm));
          expect(stage.violations(), at).to.deep.equal([]);
        }
      }
    });
  }
});
