import { expect } from 'chai';
import { groupStatus } from '../../../src/app/inspect/status-group.js';
import { currencyOf, sayOutdated } from '../../../src/decide/instances/outdated.js';
import { preflight } from '../../../src/decide/rollout/start/preflight.js';
import { groupOutlook } from '../../../src/decide/stack/forecast.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import { PLAN, group, instance, observed } from '../../support/groups.js';

const LT = 'lt/lt-1:1';
const lt = (differs: Partial<Instance> = {}): Instance => instance('i-1', { configuration: LT, ...differs });
const launching = (...ways: NonNullable<Group['ways']>): Partial<Group> => ({
  configurations: [...new Set(ways.map(({ configuration }) => configuration))],
  ways,
});

const CASES: readonly {
  readonly when: string;
  readonly of: Partial<Group>;
  readonly instance: Instance;
  readonly is: 'current' | 'outdated' | 'unknown';
  readonly differs?: string;
  readonly why?: string;
}[] = [
  {
    when: 'the same launch configuration',
    of: { configurations: ['lc/two'] },
    instance: instance('i-1', { configuration: 'lc/two' }),
    is: 'current',
  },
  {
    when: 'another launch configuration',
    of: { configurations: ['lc/two'] },
    instance: instance('i-1'),
    is: 'outdated',
    differs: 'configuration',
    why: 'runs lc/one',
  },
  {
    when: 'a launch configuration that was deleted',
    of: { configurations: ['lc/two'] },
    instance: instance('i-1', { configuration: '' }),
    is: 'outdated',
    differs: 'unknown',
    why: 'runs a configuration that AWS no longer knows',
  },
  { when: 'the same version', of: { configurations: [LT] }, instance: lt(), is: 'current' },
  {
    when: 'another version',
    of: { configurations: ['lt/lt-1:2'] },
    instance: lt(),
    is: 'outdated',
    differs: 'configuration',
    why: 'runs lt/lt-1:1',
  },
  { when: 'what the group launches is not known', of: { configurations: [] }, instance: lt(), is: 'unknown' },
  {
    when: 'the type of an override',
    of: launching({ configuration: LT, type: 'm5.large' }, { configuration: LT, type: 'm6i.large' }),
    instance: lt({ type: 'm6i.large' }),
    is: 'current',
  },
  {
    when: 'a type that no override names any more',
    of: launching({ configuration: LT, type: 'm5.large' }, { configuration: LT, type: 'm6i.large' }),
    instance: lt({ type: 't3.large' }),
    is: 'outdated',
    differs: 'type',
    why: 'is of type t3.large, and the overrides name m5.large, m6i.large',
  },
  {
    when: 'a type that is named for another template only',
    of: launching({ configuration: LT, type: 'm5.large' }, { configuration: 'lt/lt-2:1', type: 't3.large' }),
    instance: lt({ type: 't3.large' }),
    is: 'outdated',
    differs: 'type',
    why: 'is of type t3.large, and the overrides name m5.large',
  },
  {
    when: 'an override by instance requirements beside one by type',
    of: launching({ configuration: LT, type: 'm5.large' }, { configuration: LT }),
    instance: lt({ type: 't3.large' }),
    is: 'current',
  },
  {
    when: 'a type that AWS does not say',
    of: launching({ configuration: LT, type: 'm5.large' }),
    instance: lt(),
    is: 'current',
  },
  {
    when: 'the image that the parameter points to',
    of: launching({ configuration: LT, image: 'ami-2', parameter: '/golden' }),
    instance: lt({ image: 'ami-2' }),
    is: 'current',
  },
  {
    when: 'the image that the parameter pointed to before',
    of: launching({ configuration: LT, image: 'ami-2', parameter: '/golden' }),
    instance: lt({ image: 'ami-1' }),
    is: 'outdated',
    differs: 'image',
    why: 'runs ami-1, and /golden points to ami-2 now',
  },
  {
    when: 'the image of an override',
    of: launching({ configuration: LT, type: 'm5.large', image: 'ami-2' }),
    instance: lt({ type: 'm5.large', image: 'ami-1' }),
    is: 'outdated',
    differs: 'image',
    why: 'runs ami-1, and an override names ami-2',
  },
  {
    when: 'an image that EC2 does not say',
    of: launching({ configuration: LT, image: 'ami-2', parameter: '/golden' }),
    instance: lt(),
    is: 'current',
  },
];

describe('whether an instance is outdated', () => {
  for (const { when, of, instance: one, is, differs, why } of CASES)
    it(`${when}: ${is}`, () => {
      const found = currencyOf(group({ ...of, instances: [one] }), one);
      expect(found).to.deep.equal(why === undefined ? { state: is } : { state: is, differs, why });
    });

  for (const { when, of, instance: one, is } of CASES.filter((row) => row.is !== 'unknown'))
    it(`plan, status and the run say the same of ${when}`, () => {
      const shown = group({ ...of, size: { min: 1, desired: 1, max: 2 }, instances: [one] });
      const look = observed([shown]);
      const around = { at: look.at, place: { region: 'eu-west-1' }, holderIsGone: () => false, failures: [] };
      const status = groupStatus(shown, around);
      const outlook = groupOutlook(look, PLAN, shown, { replaced: [] });
      const found = preflight({ observed: look, plan: PLAN }, shown);
      const stale = is === 'outdated';
      expect(status.instances[0]?.side).to.equal(is);
      expect(outlook.outdated.map(({ id }) => id)).to.deep.equal(stale ? ['i-1'] : []);
      expect(outlook.action).to.equal(stale ? 'swap' : 'skip');
      expect(found.kind === 'skip').to.equal(!stale);
    });

  it('says why where the configuration is the same', () => {
    const golden = group({ ...launching({ configuration: LT, image: 'ami-2', parameter: '/golden' }) });
    expect(sayOutdated(golden, [lt({ image: 'ami-2' }), lt({ id: 'i-2', image: 'ami-1' })])).to.equal(
      '1 of 2 instances are outdated (i-2 runs ami-1, and /golden points to ami-2 now)',
    );
    expect(sayOutdated(group(), [instance('i-1')])).to.equal('1 of 1 instances are outdated');
    expect(sayOutdated(golden, [lt({ image: 'ami-2' })])).to.equal('');
  });
});

describe('a group that has none of its instances', () => {
  const none = (differs: Partial<Group> = {}): Group => group({ instances: [], ...differs });
  const failure = (at: number, message: string): object => ({
    id: 'a',
    group: 'web',
    startedAt: at,
    message,
    cause: '',
  });
  const later = (shown: Group, failures: readonly object[] = []): Parameters<typeof preflight>[0] => {
    const look = observed([shown]);
    return { observed: { ...look, at: look.at + 3_600_000, failures: failures as never }, plan: PLAN };
  };

  it('is not up to date: it waits for launches first', () => {
    const found = preflight({ observed: observed([none()]), plan: PLAN }, none());
    expect(found.kind).to.equal('wait');
  });

  it('is refused in the end, with the last launch that failed', () => {
    const found = preflight(
      later(none(), [failure(2_000, 'The image id [ami-0] does not exist.'), failure(1_000, 'older')]),
      none(),
    );
    expect(found).to.deep.include({ kind: 'refuse' });
    expect(found.kind === 'refuse' && found.reasons.map(({ code, text }) => [code, text])).to.deep.equal([
      [
        'group.none',
        'it has none of its 2 instances; the last launch failed at 1970-01-01T00:00:02Z: The image id [ami-0] does not exist',
      ],
    ]);
  });

  it('by force too, unless all were asked for', () => {
    const { observed: look } = later(none());
    expect(preflight({ observed: look, plan: { ...PLAN, force: true } }, none()).kind).to.equal('refuse');
  });

  it('and its plan says so', () => {
    const outlook = groupOutlook(observed([none()]), PLAN, none(), { replaced: [] });
    expect([outlook.action, outlook.why]).to.deep.equal(['refuse', 'it has none of its 2 instances']);
    const mended = groupOutlook(observed([none()]), PLAN, none(), { becomes: 'LaunchTemplate changes', replaced: [] });
    expect(mended.action).to.equal('swap');
  });

  it('says what is missing where only some are there', () => {
    const one = group({ configurations: ['lc/one'], instances: [instance('i-1')] });
    const found = preflight({ observed: observed([one]), plan: PLAN }, one);
    expect(found).to.deep.equal({
      kind: 'skip',
      why: 'its one instance runs lc/one already; 1 of 2 is missing',
      upToDate: true,
    });
  });
});
