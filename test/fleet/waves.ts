import type { Wave } from '../../src/fleet/waves.js';

/** A wave of so many targets, `NAME0` and on, one at a time unless told otherwise. */
export function waveOf(name: string, targets: number, more: Partial<Omit<Wave, 'name' | 'targets'>> = {}): Wave {
  return {
    name,
    concurrency: 1,
    bakeMs: 0,
    alarms: [],
    approval: false,
    tolerated: 0,
    ...more,
    targets: Array.from({ length: targets }, (_, index) => ({
      name: `${name}${index}`,
      wave: name,
      stack: name,
      asgs: [],
      parameters: [],
      settings: {},
      at: '',
    })),
  };
}
