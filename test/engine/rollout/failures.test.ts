import { expect } from 'chai';
import { command } from '../../../src/text/commands/next-command.js';
import { refusedRun, rolledBack } from '../../../src/engine/rollout/failures.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';

describe('the last words of a rollout', () => {
  const again = command`ha-updater update-asgs web --strategy rolling --alarm errors`;
  const plan = { stack: 'web', groups: ['web-1'], strategy: 'swap', region: 'eu-west-1', again } as unknown as Plan;
  const headline = (why: string): string =>
    rolledBack(
      [{ group: 'web-1', outcome: 'rolledBack', why, frozen: ['Launch'] }],
      { serves: 'web-1: 2 of 2 serve.', groups: [] },
      plan,
    ).facts.what;

  it('end with one full stop, also where AWS ended its message with one', () => {
    expect(headline('Launching EC2 instance failed.')).to.equal(
      'The swap of web-1 was rolled back: Launching EC2 instance failed.',
    );
    expect(headline('its check failed')).to.equal('The swap of web-1 was rolled back: its check failed.');
  });

  it('keep the mark of a reason that was cut to fit into a note', () => {
    expect(headline('Health checks failed with ...')).to.equal(
      'The swap of web-1 was rolled back: Health checks failed with ...',
    );
  });

  it('name resume where a roll-back was asked for and the rollout is judged: the same again would be refused again', () => {
    const undo = { ...plan, undo: true, again: command`ha-updater rollback web` };
    const judged = { code: 'rollback.judged', group: 'web-1', text: 'it was judged', remedy: 'Finish it.' } as const;
    const { next } = refusedRun([judged], undo).facts;
    expect(next.map(({ operation, words }) => [operation, ...words])).to.deep.equal([['resume', 'web']]);
  });

  describe('say how to start the same again', () => {
    const words = (more: Partial<Plan>): readonly string[] =>
      rolledBack(
        [{ group: 'web-1', outcome: 'rolledBack', why: 'its check failed', frozen: ['Launch'] }],
        { serves: '', groups: [] },
        { ...plan, ...more },
      ).facts.next.find(({ remark }) => remark?.startsWith('the same again') === true)?.words ?? [];
    const asked = ['web', '--strategy', 'rolling', '--alarm', 'errors'];

    it('with every choice of the run: an alarm that is left out would not stop the next try', () => {
      expect(words({ changed: true })).to.deep.equal(asked);
    });

    it('without them where the rollout was another run’s, whose choices are not known', () => {
      expect(words({ changed: true, adoptOnly: true })).to.deep.equal(['web']);
    });
  });
});
