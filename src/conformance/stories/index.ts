import type { Story } from '../stage.js';
import { BALANCER_STORIES } from './balancers.js';
import { CALL_STORIES } from './calls.js';
import { MEMBER_STORIES } from './members.js';
import { STANDBY_STORIES } from './standby.js';

/** All stories, in the order in which they are played: what ends quickly first, so that a deadline costs little. */
export const STORIES: readonly Story[] = [...CALL_STORIES, ...STANDBY_STORIES, ...MEMBER_STORIES, ...BALANCER_STORIES];
