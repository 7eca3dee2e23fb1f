import type { encodeNotes } from '../../src/aws/groups/note-tags.js';

/** Notes of every kind, and with everything that one can hold. */
export interface Sample {
  readonly name: string;
  readonly notes: Parameters<typeof encodeNotes>[0];
  /** Its sentence is cut or loses characters that a tag cannot hold, so another one is read than was written. */
  readonly shortened?: true;
}

const RUN = '20261121-030512-x7k2m';
const AT = Date.parse('2026-11-21T03:05:12Z');
const LATER = Date.parse('2026-11-21T03:09:40.250Z');

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

const BASE = {
  run: RUN,
  startedAt: AT,
  size: { min: 2, max: 10, desired: 4 },
  old: 4,
  suspended: ['AlarmNotification', 'ScheduledActions', 'AZRebalance', 'ReplaceUnhealthy', 'InstanceRefresh'],
  together: true,
};
const SWAP = { version: 1, strategy: 'swap', ...BASE } as const;
const ROLLING = { version: 2, strategy: 'rolling', surge: 1, unavailable: 0, serial: false, ...BASE } as const;
const RESTART = { version: 2, strategy: 'restart', quorum: 0.66, ...BASE } as const;
const LEASE = { run: RUN, host: 'agent-7.example.com', pid: 4242, beat: 17, ttlMs: 300_000, at: LATER };
const LONG = 'The sentence of a person who tells the whole story, with all of its turns, of why it is so. '.repeat(5);

const id = (n: number): string => `i-0123456789abc${n.toString(16).padStart(4, '0')}`;

export const SAMPLES: readonly Sample[] = [
  { name: 'record of a swap', notes: { record: SWAP } },
  { name: 'record of a swap that protects the old ones', notes: { record: { ...SWAP, shield: true } } },
  {
    name: 'record of a swap, judged alone, nothing suspended',
    notes: { record: { ...SWAP, together: false, suspended: [], old: 0 } },
  },
  {
    name: 'record with all processes and one that AWS may add',
    notes: { record: { ...SWAP, suspended: [...PROCESSES, 'NewOne'] } },
  },
  { name: 'record of a run whose name needs escapes', notes: { record: { ...SWAP, run: 'my run/7 = ü+😀' } } },
  { name: 'record of a run without a name', notes: { record: { ...SWAP, run: '' } } },
  { name: 'record of a rolling rollout', notes: { record: ROLLING } },
  { name: 'record of a rolling rollout without a surge', notes: { record: { ...ROLLING, surge: 0, unavailable: 2 } } },
  { name: 'record of a serial rollout', notes: { record: { ...ROLLING, serial: true } } },
  {
    name: 'record of a rollout that gives another image',
    notes: {
      record: {
        ...SWAP,
        image: {
          id: 'ami-0123456789abcdef1',
          template: 'lt-0573ed696ac013c6a',
          former: '$Default',
          source: '3',
          made: '4',
        },
      },
    },
  },
  {
    name: 'record of an image whose version is not made yet, of a template that AWS names by name alone',
    notes: {
      record: { ...ROLLING, image: { id: 'ami-1', template: 'my template/ü', former: '$Latest', source: '12' } },
    },
  },
  { name: 'record of a restart', notes: { record: RESTART } },
  { name: 'record of a restart with a number as quorum', notes: { record: { ...RESTART, quorum: 3 } } },
  { name: 'gates: a canary', notes: { record: { ...SWAP, gates: { canary: 1 } } } },
  { name: 'gates: a time to bake', notes: { record: { ...ROLLING, gates: { bakeMs: 600_000 } } } },
  { name: 'gates: pauses, before the first', notes: { record: { ...ROLLING, gates: { pauseAt: [25, 50, 100] } } } },
  {
    name: 'gates: pauses, waiting at the second',
    notes: { record: { ...ROLLING, gates: { pauseAt: [25, 50], paused: 50, passed: 25 } } },
  },
  {
    name: 'gates: a pause that says since when',
    notes: { record: { ...SWAP, gates: { pauseAt: [50], paused: 50, pausedAt: AT } } },
  },
  {
    name: 'gates: commands and alarms',
    notes: { record: { ...SWAP, gates: { needs: ['check', 'before', 'after', 'alarms'] } } },
  },
  {
    name: 'gates: everything',
    notes: {
      record: { ...ROLLING, gates: { canary: 2, bakeMs: 0, pauseAt: [10], paused: 10, passed: 10, needs: ['check'] } },
    },
  },
  { name: 'lease', notes: { lease: LEASE } },
  { name: 'lease of a build', notes: { lease: { ...LEASE, build: 'Jenkins:web-deploy:118' } } },
  {
    name: 'lease under a strict lock',
    notes: { lease: { ...LEASE, build: 'GoCD:web/7', lock: 'dynamodb://ha-updater-locks?region=eu-west-1' } },
  },
  {
    name: 'lease of a run that waits for its gate command',
    notes: { lease: { ...LEASE, waits: { stage: 'verdict', on: 'gate', since: AT, until: LATER } } },
  },
  {
    name: 'lease of a run that waits for a calendar, which opens nobody knows when',
    notes: { lease: { ...LEASE, waits: { stage: 'end', on: 'calendar', since: AT } } },
  },
  {
    name: 'lease of a run that waits, whose host has a name that leaves no room for that',
    notes: { lease: { ...LEASE, host: 'a-long-name.'.repeat(12), waits: { stage: 'end', on: 'metrics', since: AT } } },
    shortened: true,
  },
  {
    name: 'freeze of a rollout with flags',
    notes: {
      frozen: {
        run: RUN,
        at: AT,
        processes: ['Launch'],
        why: 'no further instance was proven for 600 s',
        flags: ['--strategy', 'rolling', '--surge', '1', '--serial', '--pause-at', '25%,50%'],
        needs: ['gate', 'metrics', 'calendar'],
      },
    },
  },
  {
    name: 'freeze of a rollout with more flags than there is room for',
    notes: {
      frozen: {
        run: RUN,
        at: AT,
        processes: PROCESSES,
        since: AT,
        why: 'short',
        flags: ['--canary', '1', '--bake', '600', '--keep-old', '14400', '--pause-at', '25%,50%'],
      },
    },
    shortened: true,
  },
  {
    name: 'lease of a host and a build with long names',
    notes: { lease: { ...LEASE, host: 'a-long-name.'.repeat(30), build: 'b'.repeat(60) } },
    shortened: true,
  },
  {
    name: 'verdict to promote',
    notes: { verdict: { run: RUN, outcome: 'promote', at: LATER, why: '4 of 4 new instances are proven' } },
  },
  {
    name: 'verdict to roll back',
    notes: { verdict: { run: RUN, outcome: 'rollBack', at: AT, why: '2 of 4 proven after 600 s' } },
  },
  { name: 'verdict without a reason', notes: { verdict: { run: RUN, outcome: 'promote', at: AT, why: '' } } },
  {
    name: 'verdict with a sentence that a tag cannot hold',
    notes: {
      verdict: {
        run: RUN,
        outcome: 'rollBack',
        at: AT,
        why: 'i-1 isn\'t healthy (Target.FailedHealthChecks); "500", <gone> & 1 of 3',
      },
    },
    shortened: true,
  },
  {
    name: 'verdict with a long sentence',
    notes: { verdict: { run: RUN, outcome: 'rollBack', at: AT, why: LONG } },
    shortened: true,
  },
  {
    name: 'frozen',
    notes: { frozen: { run: RUN, at: LATER, processes: ['Launch', 'AZRebalance'], why: '2 of 4 proven after 600 s' } },
  },
  {
    name: 'frozen, nothing suspended',
    notes: { frozen: { run: RUN, at: AT, processes: [], why: 'interrupted by SIGTERM' } },
  },
  { name: 'wish', notes: { wish: { run: RUN, at: LATER, why: 'ha-updater cancel on ci-7' } } },
  { name: 'out: nobody', notes: { out: { run: RUN, number: 0, instances: [] } } },
  { name: 'out: two', notes: { out: { run: RUN, number: 3, instances: [{ id: id(1) }, { id: id(2) }] } } },
  {
    name: 'out: with ports',
    notes: {
      out: {
        run: RUN,
        number: 4,
        instances: [
          { id: id(1), ports: { 'web/0123456789abcdef': [80, 8080] } },
          { id: id(2), ports: { 'web/0123456789abcdef': [80], 'api:v2/fedcba9876543210': [9000] } },
        ],
      },
    },
  },
  {
    name: 'out: as many as need all tags',
    notes: { out: { run: RUN, number: 12, instances: Array.from({ length: 40 }, (_, n) => ({ id: id(n) })) } },
  },
  {
    name: 'everything at once',
    notes: {
      record: { ...RESTART, gates: { needs: ['check'] } },
      lease: LEASE,
      verdict: { run: RUN, outcome: 'promote', at: LATER, why: 'all are proven' },
      frozen: { run: RUN, at: AT, processes: ['Launch'], why: 'frozen before' },
      wish: { run: RUN, at: AT, why: 'ha-updater cancel on ci-7' },
      out: { run: RUN, number: 1, instances: [{ id: id(7) }] },
    },
  },
];
