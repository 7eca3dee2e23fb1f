import type { ServiceName } from './world/world.js';

/** Whether `autoscaling:*`, `*:Describe*`, or `*` for everything, means a call. */
export function matchesCalls(calls: string): (service: ServiceName, operation: string) => boolean {
  const expression = new RegExp(
    `^${calls
      .split('*')
      .map((text) => text.replace(/[^\w:]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  );
  return (service, operation) => expression.test(`${service}:${operation}`);
}
