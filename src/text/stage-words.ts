/** The stages of a rollout at which the gate command is asked, in words after "at". */
export const STAGE_WORDS = {
  canary: 'the canary',
  verdict: 'the verdict',
  batch: 'the end of a batch',
  kept: 'the beginning of the time for which the old instances are kept',
  end: 'the end of the time for which the old instances are kept',
} as const;
