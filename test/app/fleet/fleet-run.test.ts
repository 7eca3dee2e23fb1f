import { expect } from 'chai';
import type { FleetPlanDocument } from '../../../src/app/fleet/fleet-plan.js';
import { all, BAD, fleetForEach, GOOD, NAMES, outcomes, type FleetStage } from './fleet-stage.js';

describe('a fleet of six targets', function () {
  this.timeout(60_000);
  const each = fleetForEach();
  let stage: FleetStage;
  beforeEach(() => {
    stage = each.stage();
  });

  it('is planned in one table, rolled out wave after wave, and current then', async () => {
    stage.to(GOOD, ...NAMES);
    const plan = (await stage.fleet('plan', ['--detailed-exitcode'])).document as unknown as FleetPlanDocument;
    expect([plan.exitCode, plan.outcome]).to.deep.equal([10, 'changes']);
    expect(
      plan.targets.map(({ wave, target, replaced, against }) => [wave, target, replaced, against.length]),
    ).to.deep.equal([
      ['one', 'a', 2, 0],
      ['two', 'b', 2, 0],
      ['two', 'c', 2, 0],
      ['two', 'd', 2, 0],
      ['three', 'e', 2, 0],
      ['three', 'f', 2, 0],
    ]);
    expect(plan.expectedMs).to.be.greaterThan(5 * 60_000);
    expect(await stage.states()).to.deep.equal(all('outdated'));
    const ended = await stage.rollOut();
    expect(outcomes(ended)).to.deep.equal(all('swapped 0'));
    expect([ended.exitCode, ended.outcome, ended.next]).to.deep.equal([0, 'updated', undefined]);
    expect(ended.waves.map(({ state }) => state)).to.deep.equal(['through', 'through', 'through']);
    // The bake time of the first wave lies between it and the next one.
    const at = (index: number): number => ended.targets[index]?.startedAt ?? 0;
    expect(at(1) - (at(0) + (ended.targets[0]?.elapsedMs ?? 0))).to.be.at.least(5 * 60_000);
    expect(await stage.states()).to.deep.equal(all('current'));
    const again = await stage.rollOut();
    expect(outcomes(again)).to.deep.equal(all('nothing 0'));
    expect([again.exitCode, again.outcome]).to.deep.equal([0, 'nothing']);
    expect(again.elapsedMs).to.be.lessThan(5 * 60_000);
  });

  it('stops behind a wave in which one target failed, and starts that one again only when asked', async () => {
    stage.to(GOOD, ...NAMES);
    stage.to(BAD, 'c');
    const failed = await stage.rollOut();
    expect(outcomes(failed)).to.deep.equal([
      'swapped 0',
      'swapped 0',
      'swapRolledBack 4',
      'swapped 0',
      'notBegun -',
      'notBegun -',
    ]);
    expect([failed.exitCode, failed.failure?.code]).to.deep.equal([4, 'fleet.failed']);
    expect(failed.waves.map(({ state }) => state)).to.deep.equal(['through', 'failed', 'notBegun']);
    expect(failed.next?.[0]).to.match(/^ha-updater fleet run \S+fleet\.yaml --retry c /);
    expect(await stage.states()).to.deep.equal(['current', 'current', 'frozen', 'current', 'outdated', 'outdated']);
    stage.to(GOOD, 'c');
    const refused = await stage.rollOut();
    expect(outcomes(refused)[2]).to.equal('refused 3');
    expect(refused.targets[2]?.code).to.equal('fleet.frozen');
    expect(refused.exitCode).to.equal(3);
    const ended = await stage.rollOut(['--retry', 'c']);
    expect(outcomes(ended)).to.deep.equal([
      'nothing 0',
      'nothing 0',
      'swapped 0',
      'nothing 0',
      'swapped 0',
      'swapped 0',
    ]);
    expect(await stage.states()).to.deep.equal(all('current'));
  });

  it('refuses names that there are not, and does nothing then', async () => {
    stage.to(GOOD, ...NAMES);
    const ended = (await stage.fleet('run', ['--approve', 'x', '--retry', 'y'])).document;
    expect([ended?.exitCode, ended?.failure?.what]).to.deep.equal([
      2,
      `--approve: there is no wave x in ${stage.file}. --retry: there is no target y in ${stage.file}.`,
    ]);
    const near = (await stage.fleet('run', ['--approve', 'thee'])).document;
    expect(near?.failure?.what).to.match(/ Did you mean three\?$/);
    expect(await stage.states()).to.deep.equal(all('outdated'));
  });

  it('begins nothing after Ctrl-C, which every running target hears', async () => {
    stage.to(GOOD, ...NAMES);
    const ended = await stage.rollOut([], {
      when: ({ event, ...line }) =>
        event.type === 'group.progress' && (line as unknown as { readonly target: string }).target === 'c',
    });
    expect(outcomes(ended)).to.deep.equal([
      'swapped 0',
      'swapRolledBack 4',
      'swapRolledBack 4',
      'notBegun -',
      'notBegun -',
      'notBegun -',
    ]);
    expect([ended.exitCode, ended.failure?.code, ended.interrupted]).to.deep.equal([4, 'fleet.interrupted', 'SIGINT']);
    expect(ended.waves.map(({ state }) => state)).to.deep.equal(['through', 'stopped', 'notBegun']);
  });
});
