import { expect } from 'chai';
import { drawRow, type Look } from '../../../src/render/live/appearance.js';
import { cellWidth } from '../../../src/render/live/cells.js';
import { frameOf } from '../../../src/render/live/frame.js';
import { NOTHING_SEEN, viewAfter, type RunView } from '../../../src/render/live/run-view.js';
import type { RunEvent, Stamped } from '../../../src/model/event.js';
import type { AwaitedInstance, Progress } from '../../../src/model/rollout/decision.js';
import { LEASE, RECORD } from '../../support/groups.js';
import { recording } from './recordings.js';

const PLAIN: Look = { colour: false, unicode: true };
const START = Date.parse('2026-11-21T03:00:00Z');

const stamped = (seconds: number, event: RunEvent): Stamped => ({
  v: 1,
  seq: 1,
  at: START + seconds * 1000,
  run: 'r',
  event,
});

function rowsOf(view: RunView, seconds: number, columns = 80, rows = 24): readonly string[] {
  return frameOf(view, START + seconds * 1000, { columns, rows }, PLAIN).map((row) => drawRow(row, columns, PLAIN));
}

const progress = (group: string, more: Partial<Progress> = {}): RunEvent => ({
  type: 'group.progress',
  progress: {
    group,
    phase: 'prove',
    old: 2,
    new: 2,
    leaving: 0,
    inService: 0,
    proven: 0,
    needed: 2,
    size: { min: 2, desired: 4, max: 4 },
    strategy: 'swap',
    began: START,
    ...more,
  },
});

const waiting = (group: string, instances: readonly AwaitedInstance[]): RunEvent => ({
  type: 'group.waiting',
  wait: { group, phase: 'prove', why: '0 of 2', instances, until: START + 600_000, then: 'rollBack' },
});

const started = (stack: string): RunEvent => ({
  type: 'run.started',
  run: 'r',
  command: 'update-asgs',
  version: '1',
  identity: { account: '1', arn: 'a', region: 'r' },
  stack,
  groups: [],
  parameters: {},
});

function viewOf(...events: readonly RunEvent[]): RunView {
  return events.reduce((view, event) => viewAfter(view, stamped(10, event)), NOTHING_SEEN);
}

describe('the rows of a frame', () => {
  it('fit into every screen at every moment of forty groups, and are never wider than it', async () => {
    const events = await recording('forty-groups');
    let view = NOTHING_SEEN;
    let sizes = 0;
    for (const [index, event] of events.entries()) {
      view = viewAfter(view, event);
      if (index % 97 !== 0) continue;
      for (const [columns, rows] of [
        [20, 5],
        [40, 3],
        [60, 10],
        [80, 24],
        [200, 60],
        [80, 1],
      ] as const) {
        const frame = frameOf(view, event.at, { columns, rows }, PLAIN);
        expect(frame.length, `${columns}x${rows}`).to.be.at.most(Math.max(1, rows - 1));
        for (const row of frame) expect(cellWidth(drawRow(row, columns, PLAIN))).to.be.at.most(columns);
        sizes++;
      }
    }
    expect(sizes).to.be.above(50);
  });

  it('fit when no group is like another', () => {
    const names = Array.from({ length: 40 }, (_, n) => `group-${n}`);
    const view = viewOf(
      { type: 'groups.found', groups: names },
      ...names.map((name, n) => progress(name, { old: n })),
      ...names.map((name, n) => waiting(name, [{ id: `i-${n}`, why: `reason ${n}` }])),
    );
    const rows = rowsOf(view, 10);
    expect(rows.length).to.be.at.most(23);
    expect(rows.join('\n')).to.match(/and \d+ more groups/);
  });

  it('show the worst group first, and Group2 before Group10', () => {
    const names = ['Group10', 'Group2', 'Group1', 'Group3'];
    const sick: AwaitedInstance = { id: 'i-1', why: 'x', state: 'unhealthy', balancer: 'tg', reason: 'Target.Timeout' };
    const view = viewOf(
      { type: 'groups.found', groups: names },
      ...names.map((name, n) => progress(name, { old: 2 + n })),
      waiting('Group3', [sick]),
    );
    const text = rowsOf(view, 10).join('\n');
    const places = ['● Group3', '● Group1 ', '● Group2', '● Group10'].map((name) => text.indexOf(name));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
    expect(text).to.include('unhealthy: health checks time out');
  });

  it('leave out what keeps a size while the stack changes, and what keeps the lease', () => {
    const lease = { run: 'r', host: 'h', pid: 1, beat: 1, ttlMs: 1, at: START };
    const size = { min: 1, desired: 1, max: 1 };
    const record = {
      version: 2,
      strategy: 'keep-size',
      changed: [],
      run: 'r',
      startedAt: START,
      size,
      old: 1,
    } as const;
    const view = viewOf(
      started('shop'),
      {
        type: 'action.started',
        action: { type: 'record', group: 'web', record: { ...record, suspended: [], together: false }, lease },
        why: 'x',
      },
      { type: 'action.started', action: { type: 'renew', groups: ['web'], lease }, why: 'this run is alive' },
    );
    expect(rowsOf(view, 10).join('\n')).not.to.include('web');
  });

  it('say the state of an instance before its id, and drop what names have in common with the stack', () => {
    const young: AwaitedInstance = {
      id: 'i-0f785e56fad7f2f71',
      why: 'x',
      state: 'booting',
      balancer: 'web-Classic-C8kuhaLQurbf',
      reason:
        'OutOfService: Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
      launchedAt: START,
    };
    const view = viewOf(started('web'), progress('web-Group-J87XHLMSVXD0'), waiting('web-Group-J87XHLMSVXD0', [young]));
    expect(rowsOf(view, 65)).to.include('  booting: failed health checks (Classic), 1m 05s old  i-0f785…');
    expect(rowsOf(view, 65).join('\n')).to.include('rolls back at 03:10:00Z, in 8m 55s, unless one more is proven');
  });

  it('tell after the verdict that there is no way back, and which way it goes', () => {
    const forth = viewOf(progress('web', { verdict: 'promote', phase: 'halve', old: 0, leaving: 2 }));
    expect(rowsOf(forth, 10).join('\n')).to.include('old 2 draining  new 2').and.to.include('no way back');
    const back = viewOf(progress('web', { verdict: 'rollBack', phase: 'halve', new: 0, leaving: 2 }));
    expect(rowsOf(back, 10).join('\n'))
      .to.include('old 2  new 2 draining')
      .and.to.include('rolling back: the old ones are untouched');
  });

  it('say that there is a way back while the old half is kept, and never that there is none', () => {
    const record: RunEvent = {
      type: 'action.started',
      action: { type: 'record', group: 'web', record: { ...RECORD, gates: { keepMs: 600_000 } }, lease: LEASE },
      why: '',
    };
    for (const phase of ['halve', 'keep'] as const) {
      const rows = rowsOf(
        viewOf(record, progress('web', { verdict: 'promote', phase, old: 0, inService: 2, proven: 2 })),
        10,
      ).join('\n');
      expect(rows).to.include('old ones kept, to go back to').and.not.include('no way back');
      if (phase === 'keep') expect(rows).to.include('Ctrl-C can bring the old ones back');
    }
  });
});
