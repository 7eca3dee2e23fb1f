import { counts, isLeaving, type GroupState } from '../state.js';

/** The group's zones, the one with the fewest instances first. */
export function zonesInOrder(group: GroupState): string[] {
  const population = populationOf(group);
  return [...group.zones].sort((a, b) => (population.get(a) ?? 0) - (population.get(b) ?? 0));
}

/** How many instances each zone holds, the leaving ones left out. */
export function populationOf(group: GroupState): Map<string, number> {
  const population = new Map<string, number>(group.zones.map((zone) => [zone, 0]));
  for (const member of group.members.values()) {
    if (!isLeaving(member)) population.set(member.zone, (population.get(member.zone) ?? 0) + 1);
  }
  return population;
}

/** The fullest and the emptiest zone when they differ by two or more and everything is at rest. */
export function imbalance(group: GroupState): { readonly fullest: string; readonly emptiest: string } | undefined {
  if ([...group.members.values()].some((member) => !counts(member) || member.lifecycle !== 'InService'))
    return undefined;
  const order = zonesInOrder(group);
  const emptiest = order[0];
  const fullest = order.at(-1);
  if (emptiest === undefined || fullest === undefined) return undefined;
  const population = populationOf(group);
  return (population.get(fullest) ?? 0) - (population.get(emptiest) ?? 0) >= 2 ? { fullest, emptiest } : undefined;
}
