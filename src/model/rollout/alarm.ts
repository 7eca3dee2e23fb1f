import type { Instant } from '../../clock.js';

/** A CloudWatch alarm, of one metric or composed of others. */
export interface Alarm {
  readonly name: string;
  /** INSUFFICIENT_DATA is no alarm: an idle service has no data. */
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** When it came into this state. */
  readonly since: Instant;
  /** CloudWatch's own words. */
  readonly reason: string;
}
