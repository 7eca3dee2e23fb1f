import type { RunEvent, Stamped } from '../../src/model/event.js';

const START = Date.parse('2026-11-21T03:00:00Z');
const RUN = '20261121-030000-x7k2m';

/** What no recorded run shows: events after how many seconds. */
export type Story = readonly (readonly [number, RunEvent])[];

/** The events as a stream hands them on. */
export function stamp(story: Story): readonly Stamped[] {
  return story.map(([seconds, event], index) => ({
    v: 1,
    seq: index + 1,
    at: START + seconds * 1000,
    run: RUN,
    event,
  }));
}
