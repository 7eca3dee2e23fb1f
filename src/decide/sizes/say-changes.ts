/** The most of AWS's sentences that a person is told. */
const MOST = 5;

/**
 * Who changed the desired capacity, in AWS's words out of the causes of scaling activities, newest first and each once.
 * A cause tells every step that led to the activity, such as `At 2026-11-21T03:00:00Z a user request explicitly set
 * group desired capacity changing the desired capacity from 2 to 6.` Source: DescribeScalingActivities, Cause.
 */
export function sayChanges(causes: readonly string[]): readonly string[] {
  const sentences = causes.flatMap((cause) => cause.split(/(?<=\.)\s+(?=At )/));
  return [...new Set(sentences.filter((one) => /changing the desired capacity from \d+ to \d+/.test(one)))].slice(
    0,
    MOST,
  );
}
