import { expect } from 'chai';
import { clockCheck } from '../../../src/decide/checkup/clock.js';
import { NEEDED_ACTIONS } from '../../../src/decide/checkup/needed-actions.js';
import { permissionCheck, permissionQuestions } from '../../../src/decide/checkup/permissions.js';
import { quotaOf, roomCheck } from '../../../src/decide/checkup/room.js';
import type { AnsweredPermissions, CountedInstance, Growth, Room } from '../../../src/model/checkup.js';
import { actionsOf, POLICY, readPolicy } from '../../permissions/policy.js';

const NOW = Date.parse('2026-11-21T03:00:00Z');

describe('the clock of a checkup', () => {
  for (const [what, offBy, tookMs, state] of [
    ['the same second', 900, 100, 'ok'],
    ['a slow answer', 20_000, 19_000, 'ok'],
    ['a minute ahead', 60_000, 100, 'warning'],
    ['a minute behind', -60_000, 100, 'warning'],
    ['six minutes behind, which AWS refuses', -360_000, 100, 'against'],
  ] as const)
    it(`calls ${what} ${state}`, () => {
      const check = clockCheck({ here: NOW + offBy, there: NOW, tookMs });
      expect(check.state).to.equal(state);
      if (state !== 'ok') expect(check.findings[0]?.text).to.include(offBy < 0 ? 'behind' : 'ahead of');
    });
});

describe('the permissions of a checkup', () => {
  const place = { region: 'eu-west-1', account: '123456789012', partition: 'aws' };
  const groups = [{ name: 'web', tags: { 'aws:cloudformation:stack-name': 'shop', env: 'prod' } }];

  it('are those that the policy of the templates allows for the same things', () => {
    const allowed = actionsOf(readPolicy(POLICY));
    const onGroups = ['SwapInstances'];
    const onStacks = ['LookAtStacks', 'ChangeStacks'];
    for (const { on, actions } of NEEDED_ACTIONS)
      for (const action of actions) {
        const where = (allowed.get(action) ?? []).map(({ Sid }) => Sid);
        expect(where, action).to.not.deep.equal([]);
        expect(
          where.some((sid) => onGroups.includes(sid)),
          action,
        ).to.equal(on === 'each group');
        expect(
          where.some((sid) => onStacks.includes(sid)),
          action,
        ).to.equal(on === 'the stack');
      }
  });

  it('are asked with the thing that they are taken on and its tags, so that policies on parts of an account answer', () => {
    const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';
    const asked = permissionQuestions({ ...place, stackId, groups });
    const swap = asked.find(({ purpose }) => purpose === 'replacing instances');
    expect(swap?.resource).to.match(/:autoScalingGroup:[\w-]+:autoScalingGroupName\/web$/);
    expect(swap?.context['aws:ResourceTag/aws:cloudformation:stack-name']).to.deep.equal(['shop']);
    expect(swap?.context['aws:ResourceTag/env']).to.deep.equal(['prod']);
    expect(asked.find(({ purpose }) => purpose.startsWith('showing'))?.resource).to.match(/:instance\/i-0+$/);
    expect(asked.find(({ purpose }) => purpose === 'changing the stack')?.resource).to.equal(stackId);
    expect(permissionQuestions({ ...place, groups: [] }).every(({ resource }) => resource === undefined)).to.equal(
      true,
    );
  });

  const answered = (missingContext: readonly string[]): AnsweredPermissions[] =>
    permissionQuestions({ ...place, groups }).map((question) => ({
      question,
      answers: question.actions.map((action) => ({
        action,
        allowed: action !== 'autoscaling:UpdateAutoScalingGroup',
        missingContext: action === 'autoscaling:UpdateAutoScalingGroup' ? missingContext : [],
      })),
    }));

  it('call a denial a denial, and one that depends on what only a call has a warning', () => {
    expect(permissionCheck(answered([]), 'me')).to.include({ state: 'against' });
    const open = permissionCheck(answered(['aws:SourceIp']), 'me');
    expect([open.state, open.findings.map(({ code }) => code)]).to.deep.equal(['warning', ['permission.conditional']]);
    expect(open.findings[0]?.text).to.include('aws:SourceIp');
  });
});

describe('the room of a checkup', () => {
  const size = (desired: number) => ({ min: 0, desired, max: 100 });
  const instance = (id: string, type = 'm7i.large', spot = false): CountedInstance => ({ id, type, spot, vcpus: 2 });
  const growth = (more: Partial<Growth> = {}): Growth => ({
    group: 'web',
    size: size(2),
    peak: size(4),
    units: 2,
    instances: ['a', 'b'],
    subnets: ['s1', 's2'],
    ...more,
  });
  const room = (more: Partial<Room> = {}): Room => ({
    counted: [instance('a'), instance('b')],
    quotas: { 'L-1216C47A': 8 },
    subnets: [
      { id: 's1', zone: 'z1', free: 10 },
      { id: 's2', zone: 'z2', free: 10 },
    ],
    ...more,
  });
  const said = (growths: readonly Growth[], of: Room): readonly string[] =>
    roomCheck(growths, of).findings.map(({ code }) => code);

  it('is enough up to the last vCPU and the last address', () => {
    expect(roomCheck([growth()], room())).to.include({ state: 'ok' });
    expect(said([growth()], room({ quotas: { 'L-1216C47A': 7 } }))).to.deep.equal(['room.vcpus']);
    const tight = [
      { id: 's1', zone: 'z1', free: 1 },
      { id: 's2', zone: 'z2', free: 1 },
    ];
    expect(said([growth()], room({ subnets: tight }))).to.deep.equal([]);
    expect(said([growth()], room({ subnets: tight.slice(1) }))).to.deep.equal(['room.addresses']);
  });

  it('counts all groups together, and what else runs in the account', () => {
    const both = [growth(), growth({ group: 'api', instances: ['c', 'd'] })];
    const four = ['a', 'b', 'c', 'd'].map((id) => instance(id));
    expect(said(both, room({ counted: four, quotas: { 'L-1216C47A': 16 } }))).to.deep.equal([]);
    expect(said(both, room({ counted: four, quotas: { 'L-1216C47A': 15 } }))).to.deep.equal(['room.vcpus']);
    expect(said([growth()], room({ counted: [...four, instance('x')] }))).to.deep.equal(['room.vcpus']);
  });

  it('keeps spot and the families apart', () => {
    expect(quotaOf(instance('a', 'g5.xlarge'))?.code).to.equal('L-DB2E81BA');
    expect(quotaOf(instance('a', 'inf2.xlarge'))?.code).to.equal('L-1945791B');
    expect(quotaOf(instance('a', 'i4i.large', true))?.code).to.equal('L-34B43A08');
    expect(quotaOf(instance('a', 'hpc7a.48xlarge'))).to.equal(undefined);
    expect(
      said([growth()], room({ counted: [instance('a', 'p5.48xlarge'), instance('b', 'p5.48xlarge')] })),
    ).to.deep.equal(['room.unknown']);
  });

  it('takes weights for what they are: units of capacity, not instances', () => {
    const weighted = growth({ size: size(8), peak: size(16), units: 8 });
    expect(said([weighted], room())).to.deep.equal([]);
  });

  it('warns of a subnet that cannot take its share while the others can', () => {
    const uneven = [
      { id: 's1', zone: 'z1', free: 0 },
      { id: 's2', zone: 'z2', free: 10 },
    ];
    expect(roomCheck([growth()], room({ subnets: uneven }))).to.include({ state: 'warning' });
  });

  it('is not asked for what grows by nothing', () => {
    expect(roomCheck([growth({ peak: size(2) })], room({ counted: 'no' }))).to.include({ state: 'ok' });
  });
});
