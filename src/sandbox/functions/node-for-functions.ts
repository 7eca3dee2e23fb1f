import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** What the bundle of the function is made for. */
const LEAST = 22;

const REMEDY = 'Start the sandbox with --node FILE, where FILE is the program of Node.js 22 or newer.';

/**
 * A program as it was given at the command line, by a path that holds in every folder: functions run in their own. A
 * name without a folder is one of the search path.
 */
export function programFrom(given: string): string {
  return /[\\/]/.test(given) ? resolve(given) : given;
}

/**
 * Why functions cannot be run by this Node, in words for people; undefined where they can.
 *
 * @param node path of its program
 */
export function whyNotBy(node: string): string | undefined {
  const version = node === process.execPath ? process.version : versionOf(node);
  if (version === undefined) return `The sandbox cannot run functions: ${node} does not answer what it is. ${REMEDY}`;
  if (Number(/^v(\d+)\./.exec(version)?.[1]) >= LEAST) return undefined;
  return `The sandbox cannot run functions: they need Node.js ${LEAST} or newer, and this is ${version}. ${REMEDY}`;
}

function versionOf(node: string): string | undefined {
  try {
    return execFileSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  } catch {
    return undefined;
  }
}
