import { simulate, type Story } from './simulator.js';

/**
 * The shortest story that still goes wrong: leaves out faults, mishaps, rivals, recoveries and groups one by
 * one, for as long as something stays wrong. Answers JSON-able data that a regression test can keep.
 */
export async function shrink(
  story: Story,
  isWrong: (story: Story) => Promise<boolean> = async (one) => (await simulate(one)).wrong.length > 0,
): Promise<Story> {
  let shortest = story;
  for (let smaller: Story | undefined = shortest; smaller !== undefined;) {
    shortest = smaller;
    smaller = undefined;
    for (const candidate of shorter(shortest)) {
      if (!(await isWrong(candidate))) continue;
      smaller = candidate;
      break;
    }
  }
  return shortest;
}

function shorter(story: Story): readonly Story[] {
  const { groups, images, mishaps, scenario } = story;
  const faults = scenario.faults ?? [];
  const lacks = <T>(list: readonly T[], index: number): readonly T[] => list.filter((_, at) => at !== index);
  const without = <T>(of: Readonly<Record<number, T>>, key: string): Readonly<Record<number, T>> =>
    Object.fromEntries(Object.entries(of).filter(([one]) => one !== key));
  return [
    ...groups.flatMap((group, index) =>
      groups.length === 1
        ? []
        : [
            {
              ...story,
              groups: lacks(groups, index),
              images: lacks(images, index),
              scenario: {
                ...scenario,
                faults: faults.filter((fault) => !('group' in fault) || fault.group !== group.name),
              },
            },
          ],
    ),
    ...faults.map((_, index) => ({ ...story, scenario: { ...scenario, faults: lacks(faults, index) } })),
    ...Object.keys(story.rivals).map((key) => ({ ...story, rivals: without(story.rivals, key) })),
    ...Object.keys(story.recovers).map((key) => ({ ...story, recovers: without(story.recovers, key) })),
    ...(mishaps.length > 0 ? [{ ...story, mishaps: mishaps.slice(0, -1) }] : []),
    ...mishaps.flatMap((mishap, index) =>
      Object.keys(mishap).length === 0
        ? []
        : [{ ...story, mishaps: mishaps.map((one, at) => (at === index ? {} : one)) }],
    ),
    ...groups.flatMap((group, index) =>
      (group.size ?? 1) > 1
        ? [{ ...story, groups: groups.map((one, at) => (at === index ? { ...one, size: 1, min: 0, max: 2 } : one)) }]
        : [],
    ),
  ];
}
