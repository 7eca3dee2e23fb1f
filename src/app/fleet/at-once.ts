/** How many targets are looked at, or taken back, at the same time. */
export const LOOKS_AT_ONCE = 8;

/** Does the task for every item, so many at the same time; the answers are in the order of the items. */
export async function atOnce<T, R>(
  items: readonly T[],
  most: number,
  task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers = new Array<R>(items.length);
  const rest = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of rest) answers[index] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  return answers;
}
