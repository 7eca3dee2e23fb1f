import type { Milliseconds } from '../clock.js';

/*
 * How long reads are assumed to lag behind what was written. AWS calls the reads of Auto Scaling, CloudFormation and
 * the load balancers eventually consistent and gives no numbers. What is assumed here differs by what a wrong guess
 * costs: where it would make us do harm the wait is long, where it would only make us send once more it is short.
 */

/** A change whose reply was lost is sent again when no look shows it for so long. Sending twice does no harm. */
export const UNSURE_MS: Milliseconds = 15_000;

/** Reads may show a group as it was before its stack changed. Waiting costs a run that has nothing to do so long. */
export const STACK_LAG_MS: Milliseconds = 20_000;

/** A note that no look shows for so long does not lag: somebody removed it. */
export const NOTE_LAG_MS: Milliseconds = 30_000;

/** A run that takes over looks so long before it judges: a verdict of the dead run may not be visible yet. */
export const VERDICT_LAG_MS: Milliseconds = 30_000;

/**
 * A verdict whose reply was lost may show so late: the look that it was decided by may be a minute old when it is sent,
 * its answer is waited for 30 s, and reads lag by 30 s. Until then no other verdict is sent.
 */
export const VERDICT_UNSURE_MS: Milliseconds = 120_000;

/** A run that takes over looks so long before it puts back: the last note of the dead run may not be visible yet. */
export const OUT_NOTE_LAG_MS: Milliseconds = 30_000;

/** A size that is not ours is taken for somebody's once looks have shown it for so long: reads may show older ones. */
export const SIZE_LAG_MS: Milliseconds = 30_000;

/** A pause that the run before us wrote may show so late, although it was resumed already. */
export const PAUSE_LAG_MS: Milliseconds = 60_000;

/** The longest time between two looks over which "in service without a break" may be claimed. */
export const BLIND_MS: Milliseconds = 30_000;

/** A look that is so old is made again before instances are taken out of service: what serves changes fastest. */
export const FRESH_TO_TAKE_MS: Milliseconds = 15_000;

/** A look that is so old is made again before anything else is changed. */
export const FRESH_MS: Milliseconds = 60_000;

/** For so long the silence of an application status check about an instance says nothing of it. */
export const STATUS_LAG_MS: Milliseconds = 60_000;
