import { expect } from 'chai';
import { groupAfter, newGroup, type GroupView } from '../../../src/render/live/group-view.js';
import { storyOf } from '../../../src/render/live/story.js';
import type { RunEvent } from '../../../src/model/event.js';
import { LEASE, RECORD } from '../../support/groups.js';
import type { GroupResult, Progress } from '../../../src/model/rollout/decision.js';

const START = Date.parse('2026-11-21T03:00:00Z');

const progress = (more: Partial<Progress> = {}): RunEvent => ({
  type: 'group.progress',
  progress: {
    group: 'web',
    phase: 'prove',
    old: 4,
    new: 0,
    leaving: 0,
    inService: 0,
    proven: 0,
    needed: 4,
    size: { min: 4, desired: 8, max: 8 },
    strategy: 'swap',
    began: START,
    serving: { group: 'web', by: 'balancers', all: { serve: 4, of: 4 }, size: { min: 4, desired: 8, max: 8 } },
    ...more,
  },
});

const ended = (outcome: 'promoted' | 'paused' | 'stuck'): RunEvent => ({
  type: 'group.finished',
  result: { group: 'web', outcome, why: 'of the test' } as GroupResult,
});

/** The group after these events, ten seconds apart. */
function after(...events: readonly RunEvent[]): GroupView {
  return events.reduce((group, event, n) => groupAfter(group, event, START + n * 10_000), newGroup('web', START));
}

const told = (...groups: readonly GroupView[]): readonly string[] => storyOf(groups).map(({ text }) => text);

describe('the story of a group', () => {
  it('does not say that the old ones are gone where it paused or is stuck', () => {
    for (const outcome of ['paused', 'stuck'] as const) {
      const text = told(after(progress({ new: 2, inService: 2, proven: 2 }), ended(outcome))).join('\n');
      expect(text).not.to.include('gone');
      expect(text).to.include(`web: ${outcome}, of the test.`);
      expect(text).to.include('it stands at 4 old and 2 new; never below 4 in service');
    }
  });

  it('takes no canary for all that has to be proven', () => {
    const canary = progress({ needed: 1, new: 1, inService: 1, proven: 1 });
    expect(after(canary).marks).not.to.have.any.keys('launched', 'serves', 'proven');
    const all = progress({ new: 4, inService: 4, proven: 4 });
    expect(told(after(canary, all)).join('\n'))
      .to.include('doubled, 4 old and 4 new')
      .and.to.include('4 new proven');
  });

  it('says how few served at any look, also where nobody was asked who does', () => {
    const unknown = { by: 'unknown', all: { serve: 0, of: 3 } } as const;
    const size = { min: 4, desired: 4, max: 8 };
    const group = after(progress(), progress({ old: 0, new: 3, serving: { group: 'web', ...unknown, size } }));
    expect(group.lowest).to.equal(3);
  });

  it('says neither that there is no way back nor that the new ones are gone where the old half was kept', () => {
    const record = { ...RECORD, gates: { keepMs: 600_000 } };
    const begun: RunEvent = {
      type: 'action.started',
      action: { type: 'record', group: 'web', record, lease: LEASE },
      why: '',
    };
    const all = { new: 4, inService: 4, proven: 4 } as const;
    const way = [begun, progress(), progress(all), progress({ ...all, verdict: 'promote', phase: 'halve' })];
    expect(told(after(...way, ended('promoted'))).join('\n'))
      .to.include('promoted: the old ones are kept, to go back to')
      .and.not.include('no way back');
    const back: RunEvent = {
      type: 'group.finished',
      result: { group: 'web', outcome: 'rolledBack', why: 'of the test', frozen: [], stay: 2 },
    };
    expect(told(after(...way, progress({ ...all, verdict: 'rollBack', phase: 'halve' }), back)).join('\n'))
      .to.include('the old ones serve again, and 2 new ones beside them; never below 4')
      .and.not.include('gone');
  });

  it('is one for groups that went the same way, with the first and the last time, at most five lines', () => {
    const way = [
      progress(),
      progress({ new: 4 }),
      progress({ new: 4, inService: 4 }),
      progress({ new: 4, inService: 4, proven: 4 }),
      progress({ new: 4, verdict: 'promote', phase: 'halve' }),
      ended('promoted'),
    ];
    const one = after(...way);
    const other = { ...after(progress(), ...way), name: 'api' };
    const lines = told(one, other);
    expect(lines[0]).to.equal('2 groups (api, web): promoted, of the test.');
    expect(lines).to.have.length(6);
    expect(lines[1]).to.equal('  03:00:10Z to 03:00:20Z  doubled, 4 old and 4 new (10s to 20s)');
    expect(lines[5]).to.equal('  03:00:50Z to 03:01:00Z  the old ones are gone; never below 4 in service');
  });
});
