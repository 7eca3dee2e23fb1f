/** A long rollout in simulated time, by the function's own steps and waits: what it costs in operations and bytes. */
import { expect } from 'chai';
import { checkJournal } from '../../dist/src/check/check-journal.js';
import { updaterOver } from '../../dist/src/library/updater.js';
import { rolloutOf } from '../rollout.js';
import { groupStage } from './support/stage.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The most that the result of a step may hold. Source: AWS's durable execution SDK, `constants.d.ts`. */
const MOST_BYTES = 256 * 1024;
/** Taken for the most operations of an execution, see docs/SERVER.md. */
const MOST_OPERATIONS = 3_000;

/** A sandbox with a group, and what runs executions on it one after the other, as each hands over to the next. */
function stage() {
  const { sandbox, group, world } = groupStage();
  const { clock } = sandbox;
  const lines = [];
  const next = [];
  const execute = rolloutOf({
    updater: { look: (asked) => updaterOver({ region: 'eu-west-1' }, world).look(JSON.parse(JSON.stringify(asked))) },
    log: (line) => lines.push(line),
    by: 'lambda:updater:1',
    startNext: async (started) => {
      next.push(JSON.parse(JSON.stringify(started)));
      return { arn: `arn:${started.name}` };
    },
  });
  const run = async (name, input) => {
    const cost = { executions: 0, operations: [], bytes: 0, largest: 0 };
    next.push({ name, input });
    for (let result; ;) {
      const started = next.shift();
      if (started === undefined) return { result, cost };
      cost.executions += 1;
      cost.operations.push(0);
      const count = () => (cost.operations[cost.operations.length - 1] += 1);
      result = await execute(started.input, {
        executionContext: { durableExecutionArn: `arn:x/${started.name}/1` },
        step: async (_name, take) => {
          count();
          const text = JSON.stringify(await take({ attempt: 1 }));
          cost.bytes += text.length;
          cost.largest = Math.max(cost.largest, text.length);
          return JSON.parse(text);
        },
        wait: (_name, { seconds }) => {
          count();
          return clock.sleep(seconds * 1000);
        },
      });
    }
  };
  return { sandbox, group, lines, run };
}

describe('a rollout of 24 h with a pause of 10 days', function () {
  this.timeout(900_000);
  it('is promoted within the limits of each execution, and costs nothing while it is paused', async () => {
    const { sandbox, group, lines, run } = stage();
    const { clock } = sandbox;
    group.changeImage('ami-new');
    const began = clock.now();
    const options = { groups: ['web'], bake: '23h50m', deadline: '24h', pauseAt: '100%' };
    const first = await run('web-1', { command: 'update-asgs', options });
    expect(first.result, JSON.stringify(first.result.failure)).to.include({ outcome: 'paused', exitCode: 0 });
    expect(clock.now() - began).to.be.greaterThan(23.8 * HOUR);
    const calls = sandbox.calls.size;
    await clock.sleep(10 * DAY);
    expect(sandbox.calls.size).to.equal(calls);
    const second = await run('web-2', { command: 'resume', options: { groups: ['web'], poll: 60 } });
    expect(second.result).to.include({ outcome: 'swapped', exitCode: 0 });
    expect(clock.now() - began).to.be.greaterThan(10.9 * DAY);
    for (const [what, { cost }] of [
      ['24 h until the pause', first],
      ['after 10 days', second],
    ]) {
      const operations = cost.operations.reduce((sum, one) => sum + one, 0);
      console.log(
        `      ${what}: ${cost.executions} executions, ${operations} operations, at most ` +
          `${Math.max(...cost.operations)} in one; results ${cost.bytes} bytes, the largest ${cost.largest}`,
      );
      expect(Math.max(...cost.operations)).to.be.lessThan(MOST_OPERATIONS);
      expect(cost.largest).to.be.lessThan(MOST_BYTES / 10);
    }
    expect(first.cost.executions).to.be.greaterThan(1);
    const events = lines.map((line) => JSON.parse(line));
    for (const name of ['web-1', 'web-2']) {
      const own = events.filter((stamped) => stamped.run === name);
      expect(own.map(({ seq }) => seq)).to.deep.equal(own.map((_, index) => index + 1));
    }
    const broken = checkJournal(events.map((stamped, index) => ({ line: index + 1, stamped }))).flatMap(
      ({ invariants }) => invariants.filter(({ verdict }) => verdict === 'broken'),
    );
    expect(broken).to.deep.equal([]);
    expect(sandbox.monitor.violations).to.deep.equal([]);
  });
});
