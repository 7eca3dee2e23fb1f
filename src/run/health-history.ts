import type { Clock } from '../clock.js';
import type { Emit } from '../model/event.js';
import type { Finding } from '../model/finding.js';

/** Reasons kept per instance: the first ones and the last matter. */
const MOST_REASONS = 8;

/** What an instance is last waited for before it is proven; it says nothing of what went wrong. */
const NEARLY = /^in service, (?:warming up|its check command runs)$/;

/** How a restart begins for each instance; what matters is whether it comes back. */
const GOING = /^(?:the command runs$|draining from )/;

interface Waited {
  readonly group: string;
  readonly restarted: boolean;
  readonly reasons: { readonly at: number; readonly why: string }[];
}

/** What a run waited for at single instances, through time: when they are gone, nobody else knows. */
export function createHealthHistory(clock: Pick<Clock, 'now'>): {
  readonly see: Emit;
  readonly findings: () => readonly Finding[];
} {
  const seen = new Map<string, Waited>();
  /** Who was waited for at the last look, by group. */
  const open = new Map<string, ReadonlySet<string>>();
  const wasProven = (id: string, { group, reasons }: Waited): boolean =>
    NEARLY.test(reasons.at(-1)?.why ?? '') && open.get(group)?.has(id) !== true;
  return {
    see: (event) => {
      if (event.type !== 'group.waiting' || (event.wait.phase !== 'prove' && event.wait.phase !== 'restart')) return;
      const { group, phase, instances } = event.wait;
      const restarted = phase === 'restart';
      open.set(group, new Set(instances.map(({ id }) => id)));
      for (const { id, why } of instances) {
        if (restarted && GOING.test(why)) continue;
        const known = seen.get(id) ?? { group, restarted, reasons: [] };
        seen.set(id, known);
        if (known.reasons.at(-1)?.why === why) continue;
        if (known.reasons.length >= MOST_REASONS) known.reasons.splice(MOST_REASONS - 1, 1);
        known.reasons.push({ at: clock.now(), why });
      }
    },
    findings: () =>
      [...seen].filter(([id, waited]) => !wasProven(id, waited)).map(([id, waited]) => finding(id, waited)),
  };
}

function finding(id: string, { group, restarted, reasons }: Waited): Finding {
  const through = reasons
    .map(({ at, why }) => `${why.replace(/\.$/, '')} (since ${new Date(at).toISOString().slice(11, 19)})`)
    .join(', then ');
  return {
    code: restarted ? 'diagnose.notBack' : 'diagnose.notProven',
    group,
    resource: id,
    ...(reasons[0] !== undefined && { at: reasons[0].at }),
    text: `Instance ${id} of group ${group}: ${through}.`,
    remedy: '',
    evidence: [],
  };
}
