import { expect } from 'chai';
import fc from 'fast-check';
import { decodeNotes, encodeNotes, GATES_KEY, NOTE_KEYS } from '../../../src/aws/groups/note-tags.js';
import type {
  FrozenNote,
  Lease,
  RecordGates,
  RolloutRecord,
  Verdict,
  CancellationNote,
} from '../../../src/model/rollout/record.js';
import { RECORD } from '../../support/groups.js';

const PROCESSES = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
];

/** What every AWS service takes as a tag's value. */
const ALLOWED = /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u;

const run = fc.string({ unit: 'binary', maxLength: 6 });
const at = fc.integer({ min: 0, max: 4_102_444_800_000 });
const second = at.map((ms) => ms - (ms % 1000));
const count = fc.integer({ min: 0, max: 10_000 });
const processes = fc.subarray([...PROCESSES]);
const sentence = fc.string({ unit: 'grapheme', maxLength: 400 });

const base = {
  run,
  startedAt: second,
  size: fc.record({ min: count, max: count, desired: count }),
  old: count,
  suspended: processes,
  together: fc.boolean(),
};
const gates: fc.Arbitrary<RecordGates> = fc.record(
  {
    canary: count,
    bakeMs: count,
    pauseAt: fc.constantFrom([25], [10, 50, 100]),
    paused: count,
    passed: count,
    pauseEnds: fc.record({ afterMs: count, by: fc.constantFrom('resume' as const, 'rollback' as const) }),
    pauseUntil: second,
    passedBy: fc.constantFrom('--pause-timeout', 'resume on ci-7', 'resume on ci-7, deploy 12'),
    needs: fc.subarray(['check', 'before', 'after', 'alarms', 'gate', 'metrics', 'calendar'] as const, {
      minLength: 1,
    }),
  },
  { requiredKeys: [] },
);
const plain: fc.Arbitrary<RolloutRecord> = fc.oneof(
  fc.record({ version: fc.constant(1 as const), strategy: fc.constant('swap' as const), ...base }),
  fc.record({
    version: fc.constant(2 as const),
    strategy: fc.constant('rolling' as const),
    surge: fc.integer({ min: 1, max: 10_000 }),
    unavailable: count,
    serial: fc.boolean(),
    ...base,
    run: fc.constant('20261121-030512-x7k2m'),
  }),
);
const record = fc
  .tuple(plain, fc.option(gates))
  .map(([one, its]): RolloutRecord => (its === null ? one : { ...one, gates: its }));
const ours = {
  run,
  host: fc.string({ unit: 'binary', maxLength: 4 }),
  pid: fc.nat(),
  beat: fc.nat(),
  ttlMs: fc.nat(),
  at,
};
const lease: fc.Arbitrary<Lease> = fc.oneof(
  fc.record(ours),
  fc.record({
    ...ours,
    run: fc.constant('20261121-030512-x7k2m'),
    build: fc.constantFrom('Jenkins:web-deploy:118', 'GoCD:web/7'),
    lock: fc.constantFrom('dynamodb://ha-updater-locks?region=eu-west-1', 'rediss://cache.example.com:6380/1'),
  }),
);
const verdict: fc.Arbitrary<Verdict> = fc.record({
  run,
  outcome: fc.constantFrom('promote', 'rollBack'),
  at,
  why: sentence,
});
const frozen: fc.Arbitrary<FrozenNote> = fc.record(
  { run, at, processes, why: sentence, since: at },
  { requiredKeys: ['run', 'at', 'processes', 'why'] },
);

const wish: fc.Arbitrary<CancellationNote> = fc.record({ run, at, why: sentence });

describe('notes as tags', () => {
  it('have room for all gates that a rollout can have, and for why a calendar does not count as far as there is', () => {
    const { needs, ...some } = {
      canary: 1000,
      bakeMs: 86_400_000,
      pauseAt: [25, 50, 75, 100],
      paused: 100,
      passed: 100,
      pauseEnds: { afterMs: 2_592_000_000, by: 'rollback' as const },
      keepMs: 86_400_000,
      keptUntil: 1_795_231_328_000,
      backAt: 1_795_231_329_000,
      needs: ['check', 'before', 'after', 'alarms', 'anomaly', 'gate', 'metrics', 'calendar'] as const,
    };
    const despite = 'hot fix, asked for by Ann, because the shop is down and the pager rings';
    const of = (its: RecordGates): RecordGates | undefined => {
      const [one] = fc.sample(plain, { numRuns: 1, seed: 1 });
      if (one === undefined) throw new Error('no record');
      return decodeNotes(encodeNotes({ record: { ...one, run: '20261121-030512-x7k2m', gates: its } })).record?.gates;
    };
    expect(of({ ...some, needs })).to.deep.equal({ ...some, needs });
    // As many pauses as may be asked for, before the kept time and while it is over.
    const most = { ...some, canary: 10_000, bakeMs: 604_800_000, keepMs: 2_592_000_000, needs };
    const pauses = (count: number): readonly number[] =>
      Array.from({ length: count }, (_, index) => 100 - count + index);
    const kept = { ...most, pauseAt: [...pauses(7), 100] };
    expect(of(kept)).to.deep.equal(kept);
    const { keepMs: _, keptUntil: _until, backAt: _back, ...plainly } = most;
    const paused = { ...plainly, pauseAt: [...pauses(15), 100], pauseUntil: 1_795_231_328_000 };
    expect(of(paused)).to.deep.equal(paused);
    expect(of({ canary: 1, despite })).to.deep.equal({ canary: 1, despite });
    expect(despite.startsWith(of({ ...some, despite })?.despite?.replace('…', '') ?? '?')).to.equal(true);
  });

  it('reads back what it wrote: record and lease exactly, sentences as far as a tag holds them', () => {
    fc.assert(
      fc.property(record, lease, verdict, frozen, wish, (r, l, v, f, w) => {
        const tags = encodeNotes({ record: r, lease: l, verdict: v, frozen: f, wish: w });
        for (const { value } of tags) expect(value).to.match(ALLOWED);
        const read = decodeNotes(tags);
        expect(read.unreadable).to.equal(undefined);
        expect(read.record).to.deep.equal(r);
        expect(read.lease).to.deep.equal(l);
        expect({ ...read.verdict, why: '' }).to.deep.equal({ ...v, why: '' });
        expect({ ...read.frozen, why: '' }).to.deep.equal({ ...f, why: '' });
        expect({ ...read.wish, why: '' }).to.deep.equal({ ...w, why: '' });
        // What was read is written again as the same tags: nothing erodes.
        expect(encodeNotes(read)).to.deep.equal(tags);
      }),
    );
  });

  it('takes no gates of another rollout for those of this one', () => {
    const theirs = encodeNotes({ record: { ...RECORD, run: 'run-9', gates: { canary: 3 } } }).filter(
      ({ key }) => key === GATES_KEY,
    );
    expect(theirs.length).to.equal(1);
    expect(decodeNotes([...encodeNotes({ record: RECORD }), ...theirs]).record).to.deep.equal(RECORD);
    expect(decodeNotes(theirs)).to.deep.equal({});
    expect(decodeNotes([{ key: GATES_KEY, value: 'v=1 run=run-9 canary=many' }]).unreadable).to.include(
      'ha-updater:gates',
    );
  });

  it('never throws at a tag and never half reads one: it is a whole record, or told as unreadable', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (r, where, damage) => {
        const [tag] = encodeNotes({ record: r });
        const value = tag?.value ?? '';
        const cut = where % value.length;
        for (const broken of [value.slice(0, cut), value.slice(0, cut) + damage + value.slice(cut)]) {
          const read = decodeNotes([{ key: NOTE_KEYS.record, value: broken }]);
          expect(read.record === undefined).to.equal(read.unreadable !== undefined);
        }
      }),
    );
  });

  it('holds the longest record and lease of a real run', () => {
    const tags = encodeNotes({
      record: {
        version: 2,
        strategy: 'rolling',
        surge: 10_000,
        unavailable: 10_000,
        serial: true,
        run: '20261121T030000-0f3a9c',
        startedAt: Date.parse('2026-11-21T03:00:00Z'),
        size: { min: 10_000, max: 10_000, desired: 10_000 },
        old: 10_000,
        suspended: PROCESSES,
        together: true,
      },
      lease: {
        run: '20261121T030000-0f3a9c',
        host: 'a-very-long-name.'.repeat(20),
        pid: 4_194_304,
        beat: 100_000,
        ttlMs: 90_000,
        at: 1,
      },
    });
    for (const { value } of tags) expect(value).to.match(ALLOWED);
    expect(decodeNotes(tags).lease?.host).to.match(/^a-very-long-name\.a-/);
  });

  it('is readable by a person', () => {
    const [tag] = encodeNotes({
      verdict: {
        run: 'r7',
        outcome: 'rollBack',
        at: Date.parse('2026-11-21T03:10:00Z'),
        why: "i-1 isn't healthy (Target.FailedHealthChecks); 1 of 3 proven",
      },
    });
    expect(tag).to.deep.equal({
      key: 'ha-updater:verdict',
      value:
        'v=1 run=r7 outcome=rollBack at=2026-11-21T03:10:00Z why=i-1 isnt healthy - Target.FailedHealthChecks - 1 of 3 proven',
    });
  });

  const unreadable = (key: string, value: string, words: RegExp): void => {
    it(`does not guess at ${key} = "${value}"`, () => {
      const read = decodeNotes([{ key, value }]);
      expect(read.record).to.equal(undefined);
      expect(read.unreadable).to.match(words).and.to.contain(key);
    });
  };
  const good =
    'v=1 run=r strategy=swap started=2026-11-21T03:00:00Z min=1 max=2 desired=1 old=1 together=yes suspended=-';
  const rolling = `${good.replace('v=1', 'v=2').replace('swap', 'rolling')} limits=1/0`;

  it('reads a rolling record only in its own version, which an older version of the tool refuses', () => {
    expect(decodeNotes([{ key: NOTE_KEYS.record, value: rolling }]).record).to.include({
      version: 2,
      strategy: 'rolling',
      surge: 1,
      unavailable: 0,
      serial: false,
    });
  });
  unreadable(
    NOTE_KEYS.record,
    good.replace('v=1', 'v=3'),
    /version 3 is of another ha-updater; this one reads versions 1 and 2/,
  );
  unreadable(NOTE_KEYS.record, rolling.replace(' limits=1/0', ''), /limits is not there/);
  unreadable(NOTE_KEYS.record, rolling.replace('v=2', 'v=1'), /limits=1/);
  unreadable(NOTE_KEYS.record, rolling.replace('rolling', 'swap'), /none of rolling/);
  unreadable(NOTE_KEYS.record, rolling.replace('1/0', '0/0'), /allow nothing/);
  unreadable(NOTE_KEYS.record, rolling.replace('1/0', '1/0/cereal'), /no limits/);
  unreadable(NOTE_KEYS.record, rolling.replace('1/0', '1/'), /not a count/);
  unreadable(NOTE_KEYS.verdict, 'v=2 run=r outcome=promote at=2026-11-21T03:00:00Z why=', /this one reads version 1/);
  unreadable(NOTE_KEYS.record, '', /does not start with a version/);
  unreadable(NOTE_KEYS.record, good.replace('min=1', 'min=-1'), /not a count/);
  unreadable(NOTE_KEYS.record, good.replace('min=1 ', ''), /min is not there/);
  unreadable(NOTE_KEYS.record, `${good} colour=red`, /colour=red/);
  unreadable(NOTE_KEYS.record, good.replace('swap', 'rolling'), /none of swap/);
  unreadable(NOTE_KEYS.record, good.replace('03:00:00Z', '03:00:00.500Z'), /whole seconds/);
  unreadable('ha-updater:else', 'v=1', /no note of this version/);

  it('leaves the tags of others alone', () => {
    expect(
      decodeNotes([
        { key: 'Name', value: 'web' },
        { key: 'aws:cloudformation:stack-name', value: 'v=1' },
      ]),
    ).to.deep.equal({});
  });

  it('refuses to write a record that does not fit, rather than half of it', () => {
    const [read] = [decodeNotes([{ key: NOTE_KEYS.record, value: good }]).record];
    expect(read).to.not.equal(undefined);
    if (read) expect(() => encodeNotes({ record: { ...read, run: 'x'.repeat(300) } })).to.throw(RangeError);
  });
});
