import type { Size } from '../model/rollout/group.js';

/** `min 2, desired 4, max 8` */
export function sizes(size: Size): string {
  return `min ${size.min}, desired ${size.desired}, max ${size.max}`;
}
