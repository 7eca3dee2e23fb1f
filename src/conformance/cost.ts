import type { Milliseconds } from '../clock.js';

/**
 * What an hour of each costs at the most, in US dollars, by AWS's price lists of us-east-1, rounded up; other
 * regions take up to twice as much.
 */
const HOURLY = {
  /** t4g.nano, its public IPv4 address and 8 GiB of its volume. */
  instance: 0.012,
  applicationBalancer: 0.035,
  classicBalancer: 0.03,
} as const;

/** Instances that run at once at the most, and how many more are launched and ended, each billed a minute at least. */
const INSTANCES = 6;
const LAUNCHED = 40;
/** What deleting may take beyond the deadline. */
const CLEAN_UP_HOURS = 0.5;

/** What a run costs at the most, in US dollars with instances of the smallest type: rounded up to whole cents. */
export function mostDollars(deadlineMs: Milliseconds): number {
  const hours = deadlineMs / 3_600_000 + CLEAN_UP_HOURS;
  const perHour = INSTANCES * HOURLY.instance + HOURLY.applicationBalancer + HOURLY.classicBalancer;
  return Math.ceil((hours * perHour + (LAUNCHED * HOURLY.instance) / 60) * 100) / 100;
}
