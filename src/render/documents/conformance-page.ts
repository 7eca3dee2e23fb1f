import { CONFORMANCE_VERDICTS, type StoryHead, type StoryResult } from '../../model/story-result.js';
import { count } from '../../text/count.js';
import { duration } from '../../text/duration.js';

/** One story as it went: its verdict, and what AWS said otherwise. */
export function storyLines({ name, verdict, fact, comparisons, reason, measured, elapsedMs }: StoryResult): string[] {
  const differ = comparisons.filter(({ agrees }) => !agrees);
  const took = elapsedMs > 0 ? `, ${duration(elapsedMs)}` : '';
  return [
    `${verdict.padEnd(11)} ${name} (${count(comparisons.length, 'comparison')}${took})`,
    ...(verdict === 'as expected' ? [] : [`  ${fact}`]),
    ...differ.map(({ what, expected, said }) => `  differs: ${what}: expected ${expected}, AWS said: ${said}`),
    ...(reason === undefined ? [] : [`  not shown: ${reason}`]),
    ...Object.entries(measured).map(([what, ms]) => `  measured: ${what}: ${duration(ms)}`),
  ];
}

/** How many stories came out how. */
export function tallyLine(results: readonly StoryResult[]): string {
  const tally = CONFORMANCE_VERDICTS.map((verdict) => {
    const some = results.filter((result) => result.verdict === verdict);
    return `${some.length} ${verdict === 'differs' && some.length !== 1 ? 'differ' : verdict}`;
  });
  return `${results.length} ${results.length === 1 ? 'story' : 'stories'}: ${tally.join(', ')}.`;
}

/** What there is to play. */
export function storyList(stories: readonly StoryHead[]): string[] {
  return stories.flatMap(({ name, fact, source, facts }) => [
    name,
    `  ${fact}`,
    `  ${source === 'assumed' ? 'Assumed: AWS does not document it.' : source}`,
    ...facts.map((one) => `  ${one}`),
  ]);
}
