import { expect } from 'chai';
import {
  cancel,
  updateGroups,
  watch,
  type CommandResult,
  type ProcessContext,
  type StatusDocument,
} from '../../../src/index.js';
import { createCommandStage, type CommandStage, type Ended, type Happening } from '../../support/command-stage.js';
import { standardGroup } from '../../support/sandbox.js';

const HOUR = 3_600_000;

/** What other commands say and do where the old half of a swap is kept. */
describe('a group whose old half is kept', function () {
  this.timeout(30_000);
  let stage: CommandStage;
  beforeEach(() => {
    stage = createCommandStage();
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
  });
  afterEach(() => expect(stage.sandbox.monitor.violations).to.deep.equal([]));

  const run = (...words: readonly string[]): Promise<Ended> => stage.run([...words, '--asg', 'web']);
  const keep = (...flags: readonly string[]): Promise<Ended> =>
    run('update-asgs', '--swap', 'always', '--keep-old', '1h', ...flags);
  const look = (happening: Happening = {}): Promise<Ended> =>
    stage.call(
      'watch',
      (context: ProcessContext): Promise<CommandResult> => watch({ asgs: ['web'], output: 'jsonl' }, context),
      { elsewhere: true, ...happening },
    );
  const stateNow = async (): Promise<string | undefined> =>
    ((await run('status')).document as unknown as StatusDocument).groups[0]?.state;

  it('is told as kept by status, and as interrupted once its time is over', async () => {
    expect((await keep('--detach')).document).to.include({ outcome: 'kept', exitCode: 0 });
    expect(await stateNow()).to.equal('kept');
    stage.sandbox.clock.advance(HOUR);
    expect(await stateNow()).to.equal('interrupted');
  });

  it('is no rollout whose run is lost for who watches: 0, with what goes back and what ends it', async () => {
    await keep('--detach');
    const { code, document } = await look();
    expect([code, document?.outcome]).to.deep.equal([0, 'kept']);
    expect(document?.next?.map((line) => line.split(' ')[1])).to.deep.equal(['resume', 'rollback']);
    stage.sandbox.clock.advance(HOUR);
    expect((await look()).document?.failure?.code).to.equal('watch.interrupted');
  });

  for (const flag of [[], ['--if-running']])
    it(`goes back with ${['cancel', ...flag].join(' ')} where no run waits`, async () => {
      await keep('--detach');
      const { code, document } = await run('cancel', ...flag);
      expect([code, document?.groups?.map(({ outcome }) => outcome)]).to.deep.equal([0, ['rolledBack']]);
      expect(stage.sandbox.monitor.inService('web')).to.equal(2);
      expect(await stateNow()).to.equal('frozen');
    });

  it('goes back with cancel by the run that waits', async () => {
    let cancelled: Promise<Ended> | undefined;
    const waits = await stage.call(
      'update-asgs',
      (context) => updateGroups({ asgs: ['web'], swap: 'always', 'keep-old': '1h', output: 'jsonl' }, context),
      {
        when: ({ event }) => event.type === 'group.waiting' && event.wait.phase === 'keep',
        then: () =>
          void (cancelled = stage.call('cancel', (context) => cancel({ asgs: ['web'], output: 'jsonl' }, context), {
            elsewhere: true,
          })),
      },
    );
    expect([waits.code, waits.document?.outcome]).to.deep.equal([4, 'swapRolledBack']);
    expect((await cancelled)?.document).to.include({ outcome: 'cancelled', exitCode: 0 });
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  });
});
