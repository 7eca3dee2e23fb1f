import type { World } from './world.js';

/** Draws milliseconds from a span of seconds. Every topic has its own stream, so draws never shift each other. */
export function drawMs(world: World, topic: string, [least, most]: readonly [number, number]): number {
  return Math.round(world.random.fork(topic).between(least, most) * 1000);
}

/** A number that is used once, kept in the service's own state. */
export function next(state: { counter: number }): number {
  return ++state.counter;
}
