import { count } from '../../text/count.js';
import type { Frozen, Serving, Share } from './serving.js';

/** What is said of one group, right behind its name. */
export interface GroupWords {
  readonly group: string;
  readonly words: string;
}

/** Group by group; no full stop. */
export function sayEach(rows: readonly GroupWords[]): string {
  return rows.map(({ group, words }) => `${group}${words}`).join('; ');
}

/** The same in short: what is said of several groups alike is said once, of so many groups. */
export function sayAlike(rows: readonly GroupWords[]): string {
  const names = new Map<string, string[]>();
  for (const { group, words } of rows) names.set(words, [...(names.get(words) ?? []), group]);
  return sayEach(
    [...names].map(([words, same]) => ({
      group: same.length > 1 ? count(same.length, 'group') : (same[0] ?? ''),
      words,
    })),
  );
}

/** `web: 1 of 2 serve (1 old, 0 of 1 new), min 1, desired 2, max 4`, group by group; no full stop. */
export function sayServing(rows: readonly Serving[]): string {
  return sayEach(rows.map(servingWords));
}

export function servingWords(one: Serving): GroupWords {
  const { group, size } = one;
  return { group, words: `: ${sayCounts(one)}, min ${size.min}, desired ${size.desired}, max ${size.max}` };
}

/** `web (Launch suspended)` */
export function frozenWords({ group, processes }: Frozen): GroupWords {
  return { group, words: ` (${processes.join(', ') || 'nothing'} suspended)` };
}

/** `1 of 2 serve (1 old, 0 of 1 new)`, for where the group and its sizes are told already. */
export function sayCounts({ by, all, halves, size }: Serving): string {
  if (all.of === 0)
    return size.desired === 0
      ? 'it has no instances, and should have none'
      : `nothing serves: none of its ${size.desired} instances is there`;
  if (by === 'unknown') {
    const there = halves === undefined ? '' : ` (there are ${halves.old.of} old, ${halves.new.of} new)`;
    return `how many of ${all.of} serve is not known, because no balancer was asked${there}`;
  }
  const told = halves === undefined ? [] : [...half(halves.old, 'old'), ...half(halves.new, 'new')];
  const unsorted = halves === undefined ? 0 : all.of - halves.old.of - halves.new.of;
  const rest = unsorted > 0 ? [`${unsorted} of unknown age`] : [];
  const parts = [...told, ...rest];
  const alone =
    by === 'autoScaling'
      ? ' by the word of Auto Scaling alone, as no balancer judges them'
      : by === 'statusChecks'
        ? ' by their application status checks, as no balancer judges them'
        : '';
  const who = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${all.serve} of ${all.of} serve${who}${alone}`;
}

/** `1 old`, `0 of 1 new`; nothing of a half that is not there. */
function half({ serve, of }: Share, name: string): readonly string[] {
  if (of === 0) return [];
  return [serve === of ? `${serve} ${name}` : `${serve} of ${of} ${name}`];
}
