import type { Clock } from '../clock.js';
import type { Emit } from '../model/event.js';
import type { Finding } from '../model/finding.js';

/** Reasons kept per instance: the first ones and the last matter. */
const MOST_REASONS = 8;

/** What a run waited for at single instances, through time: when they are gone, nobody else knows. */
export function createHealthHistory(clock: Pick<Clock, 'now'>): { readonly see: Emit; readonly findings: () => readonly Finding[] } {
  const seen = new Map<string, { readonly group: string; readonly reasons: { readonly at: number; readonly why: string }[] }>();
  return {
    see: (event) => {
      if (event.type !== 'group.waiting' || event.wait.phase !== 'prove') return;
      for (const { id, why } of event.wait.instances) {
        const known = seen.get(id) ?? { group: event.wait.group, reasons: [] };
        seen.set(id, known);
        if (known.reasons.at(-1)?.why === why) continue;
        if (known.reasons.length >= MOST_REASONS) known.reasons.splice(MOST_REASONS - 1, 1);
        known.reasons.push({ at: clock.now(), why });
      }
    },
    findings: () =>
      [...seen].map(([id, { group, reasons }]) => ({
        code: 'diagnose.notProven',
        group,
        resource: id,
        ...(reasons[0] !== undefined && { at: reasons[0].at }),
        text: `Instance ${id} of group ${group}: ${reasons.map(({ at, why }) => `${why.replace(/\.$/, '')} (since ${new Date(at).toISOString().slice(11, 19)})`).join(', then ')}.`,
        remedy: '',
        evidence: [],
      })),
  };
}
