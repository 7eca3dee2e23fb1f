import type { RunEvent, Stamped } from '../../../src/model/event.js';
import type { InstanceRow } from '../../../src/model/rollout/instance-row.js';

/** A swap in which no two instances go the same way: each is launched, is healthy and leaves at a time of its own. */
export function scattered(many: number): readonly Stamped[] {
  const from = Date.parse('2026-11-21T03:00:00Z');
  const row = (half: 'old' | 'new', index: number, state: InstanceRow['state']): InstanceRow => ({
    id: `i-${half === 'old' ? 'a' : 'b'}${index.toString(16).padStart(16, '0')}`,
    half,
    state,
    lifecycle: 'InService',
    zone: 'a',
    says: [{ balancer: 'web-targets', verdict: state === 'unhealthy' ? 'unhealthy' : 'healthy', reason: '' }],
  });
  const all = Array.from({ length: many }, (_, index) => index);
  const tell = (event: RunEvent, index: number): Stamped => ({
    v: 1,
    seq: index + 1,
    at: from + index * 500,
    run: 'r',
    event,
  });
  const changes = (['launching', 'booting', 'unhealthy', 'serving', 'proven'] as const).flatMap((state) =>
    all.map((index) => row('new', index, state)),
  );
  const told: readonly RunEvent[] = [
    { type: 'groups.found', groups: ['web'] },
    {
      type: 'group.instances',
      group: 'web',
      instances: all.map((index) => row('old', index, 'serving')),
      gone: [],
      all: true,
    },
    ...[...changes, ...all.map((index) => row('old', index, 'leaving'))].map((one): RunEvent => ({
      type: 'group.instances',
      group: 'web',
      instances: [one],
      gone: [],
    })),
  ];
  return told.map(tell);
}
