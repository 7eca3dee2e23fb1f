import { seededRandom } from '../../../src/sandbox/random.js';
import { BREAKS, type Fault } from '../../../src/sandbox/scenario.js';

const CALLS = ['*', '*:Describe*', 'autoscaling:*', 'autoscaling:Terminate*', 'autoscaling:Update*', 'elb*:*'] as const;

/** The simulated seconds within which answers break, as all drawn faults do: a story has to come to its end. */
const WINDOW = { from: 300, until: 1_800 };

/**
 * The same story over a wire on which answers break, in one to three ways. They are drawn from a stream of their own, so
 * that nothing else of the story changes.
 */
export function withBrokenAnswers<T extends { readonly seed: number; readonly scenario: object }>(story: T): T {
  const random = seededRandom(story.seed).fork('broken answers');
  const { faults = [] } = story.scenario as { readonly faults?: readonly Fault[] };
  const broken = Array.from({ length: random.int(1, 3) }, (): Fault => ({
    kind: 'brokenAnswer',
    calls: random.pick(CALLS),
    rate: random.between(0.05, 0.4),
    how: random.pick(BREAKS),
    effect: random.pick(['before', 'after'] as const),
    ...WINDOW,
  }));
  return { ...story, scenario: { ...story.scenario, faults: [...faults, ...broken] } };
}
