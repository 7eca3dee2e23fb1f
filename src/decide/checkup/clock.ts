import type { Check, Clocks } from '../../model/checkup.js';
import { duration } from '../../text/duration.js';

/** AWS refuses calls signed at another time than its own. Source: IAM user guide, "Troubleshoot AWS Signature V4". */
const REFUSED_FROM_MS = 300_000;
/** AWS tells whole seconds, and an answer takes its time: less than this is no difference. */
const NOTHING_MS = 5_000;

/** How far the clock of this machine is from AWS's. @param clocks absent: they are not compared, by choice */
export function clockCheck(clocks: Clocks | undefined): Check {
  const topic = 'clock';
  if (clocks === undefined)
    return { topic, state: 'ok', says: 'not compared: the sandbox has a time of its own', findings: [] };
  const offBy = clocks.here - clocks.there;
  const off = Math.max(0, Math.abs(offBy) - clocks.tookMs);
  if (off < NOTHING_MS) return { topic, state: 'ok', says: 'agrees with that of AWS', findings: [] };
  const distance = duration(Math.round(off / 1000) * 1000);
  const far = `the clock of this machine is ${distance} ${offBy < 0 ? 'behind' : 'ahead of'} that of AWS`;
  const state = off >= REFUSED_FROM_MS ? 'against' : 'warning';
  return {
    topic,
    state,
    says: 'differs from that of AWS',
    findings: [
      {
        code: 'clock.off',
        text: `${far}; AWS refuses calls from a difference of ${duration(REFUSED_FROM_MS)}`,
        remedy: 'Set it by NTP, and see that it stays so.',
      },
    ],
  };
}
