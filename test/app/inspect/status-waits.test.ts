import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import type { Scenario } from '../../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage, type Ended } from '../../support/command-stage.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { standardGroup } from '../../support/sandbox.js';

const ERRORS = 'AWS/ApplicationELB/HTTPCode_Target_5XX_Count';
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

/** What `status` and `watch` say of a rollout that waits, after a run that is killed there. */
describe('what a rollout waits for, as status and watch say it', function () {
  this.timeout(30_000);
  let stage: CommandStage;

  function stand(scenario: Partial<Scenario> = {}): void {
    stage = createCommandStage(scenario);
    standardGroup(stage.sandbox.world, { name: 'web', size: 2, max: 4 });
  }
  const notYet = (): Ended['code'] | object => scriptedHooks(stage.sandbox.clock, () => ({ code: 75 })).hooks;
  /** The run is killed while it waits; who looks does so from elsewhere, and so takes it for alive. */
  async function remarks(words: readonly string[], killedAfterMs: number): Promise<string> {
    await stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', ...words], {
      hooks: notYet() as never,
      killedAfterMs,
    });
    const seen = await stage.run(['status', '--asg', 'web'], { elsewhere: true });
    return ((seen.document as unknown as StatusDocument).groups[0]?.remarks ?? []).join('\n');
  }

  it('a gate command that says "not yet": where, since when, until when, and what comes then', async () => {
    stand();
    expect(await remarks(['--gate-command', 'ask', '--gate-timeout', '3000'], 400_000)).to.match(
      new RegExp(
        `The run waits at the verdict since ${TIME}: the gate command says "not yet"; ` +
          `if that lasts until ${TIME}, it is rolled back\\.`,
      ),
    );
  });

  it('says so within half a minute, and no more of it once the stage is passed', async () => {
    stand();
    const { hooks } = scriptedHooks(stage.sandbox.clock, (_, nth) => ({ code: nth < 20 ? 75 : 0 }));
    const { events } = await stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', '--gate-command', 'ask'], {
      hooks,
    });
    const first = events.find(({ event }) => event.type === 'gate.ended')?.at ?? 0;
    const leases = events.flatMap(({ event, at }) =>
      event.type === 'action.done' && 'lease' in event.action ? [{ at, waits: event.action.lease.waits }] : [],
    );
    const noted = leases.filter(({ waits }) => waits !== undefined);
    expect(noted.length).to.be.within(1, 2);
    expect((noted[0]?.at ?? Infinity) - first).to.be.at.most(45_000);
    expect(leases.at(-1)?.waits).to.equal(undefined);
  });

  it('a metric without data', async () => {
    stand({ metrics: {} });
    const metric = `m:${ERRORS}{LoadBalancer=app/x/123,stat=Sum} < 5`;
    expect(await remarks(['--metric', metric, '--gate-timeout', '3000'], 500_000)).to.match(
      new RegExp(`The run waits at the verdict since ${TIME}: a metric has no data yet, or does not hold; if that`),
    );
  });

  it('a calendar that closed, and when it opens', async () => {
    const closes = { kind: 'calendar', name: 'freeze', at: 330, state: 'CLOSED', for: 36_000 } as const;
    stand({ calendars: { freeze: 'OPEN' }, faults: [closes] });
    expect(await remarks(['--change-calendar', 'freeze'], 500_000)).to.match(
      new RegExp(
        `The run waits at the verdict since ${TIME}: the change calendar is closed, or cannot be read; ` +
          `AWS says that it opens ${TIME}; if that lasts until ${TIME}, it is rolled back\\.`,
      ),
    );
  });

  it('a kept window: since when and until when', async () => {
    stand();
    await stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', '--keep-old', '4h', '--detach']);
    const seen = await stage.run(['status', '--asg', 'web']);
    expect((seen.document as unknown as StatusDocument).groups[0]?.remarks.join('\n')).to.match(
      new RegExp(`and keeps its old half since ${TIME}\\. 2 old instances kept until ${TIME}; rollback takes about 1m`),
    );
    const watched = await stage.run(['watch', '--asg', 'web']);
    const until = watched.events.flatMap(({ event }) => (event.type === 'group.waiting' ? [event.wait.until] : []));
    expect(until[0]).to.be.greaterThan(stage.sandbox.clock.now());
  });

  it('is said by watch, too', async () => {
    stand();
    await remarks(['--gate-command', 'ask', '--gate-timeout', '3000'], 400_000);
    const watched = await stage.run(['watch', '--asg', 'web', '--output', 'lines'], { elsewhere: true });
    expect(watched.said).to.match(new RegExp(`prove: waits at the verdict since ${TIME}: the gate command says`));
    stand();
    await stage.run(['update-asgs', '--asg', 'web', '--swap', 'always', '--pause-at', '100%']);
    const paused = await stage.run(['watch', '--asg', 'web', '--output', 'lines']);
    expect(paused.said).to.match(
      new RegExp(`pause: paused at 100 % since ${TIME}, as asked, until somebody resumes it`),
    );
  });
});
