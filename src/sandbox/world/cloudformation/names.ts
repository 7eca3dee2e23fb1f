import type { World } from '../world.js';
import type { Random } from '../../random.js';
import { draw } from './deploy/state.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const MIXED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function uuid(world: World): string {
  const random = draw(world);
  return [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
}

export function stackArn(world: World, name: string): string {
  return `arn:aws:cloudformation:${world.region}:${world.account}:stack/${name}/${uuid(world)}`;
}

export function changeSetArn(world: World, name: string): string {
  return `arn:aws:cloudformation:${world.region}:${world.account}:changeSet/${name}/${uuid(world)}`;
}

/**
 * `STACK-LOGICALID-RANDOM`, as CloudFormation names what the template does not name. Services with
 * short names (load balancers, target groups) get both parts cut so that the random part stays whole.
 */
export function physicalName(world: World, stack: string, logicalId: string, longest = 255): string {
  const random = draw(world);
  if (longest >= 64) {
    const tail = letters(random, LETTERS, 12);
    const room = longest - tail.length - 2;
    const keep = Math.min(stack.length, Math.max(room - logicalId.length, Math.floor(room / 2)));
    return `${stack.slice(0, keep)}-${logicalId.slice(0, room - keep)}-${tail}`;
  }
  const tail = letters(random, MIXED, 12);
  const room = longest - tail.length - 2;
  const half = Math.floor(room / 2);
  const first = stack.slice(0, Math.max(half, room - logicalId.length));
  return `${first}-${logicalId.slice(0, room - first.length)}-${tail}`;
}

/** An id such as `vpc-0123456789abcdef0`. */
export function resourceId(world: World, prefix: string): string {
  return `${prefix}-${draw(world).hex(17)}`;
}

function letters(random: Random, alphabet: string, count: number): string {
  return Array.from({ length: count }, () => alphabet[random.int(0, alphabet.length - 1)]).join('');
}
