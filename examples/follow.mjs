// Follows a rollout that somebody else runs, and ends with the exit code that it ends with; changes nothing:
//
//     node follow.mjs web
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { createUpdater, UpdaterError } from 'ha-updater';

/**
 * @param {import('ha-updater').Updater} updater
 * @param {string} stack
 * @param {(line: string) => void} say
 * @param {AbortSignal} [signal] ends the watching, not the rollout
 * @returns {Promise<number>} the exit code
 */
export async function follow(updater, stack, say, signal) {
  const watching = updater.watch({ stack, wait: true, timeout: '2h', signal });
  try {
    for await (const { event } of watching) {
      if (event.type === 'stack.settled') say(`The stack is ${event.status}.`);
      if (event.type === 'group.progress') {
        const { group, proven, needed } = event.progress;
        say(`${group}: ${proven} of ${needed} new instances are proven.`);
      }
    }
    const { outcome, exitCode } = await watching;
    say(`Done: ${outcome}.`);
    return exitCode;
  } catch (error) {
    if (!(error instanceof UpdaterError)) throw error;
    say(`${error.message} [${error.code}]`);
    return error.exitCode;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [stack = ''] = process.argv.slice(2);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const updater = createUpdater({ region: 'eu-west-1' });
  const say = (line) => void process.stdout.write(`${line}\n`);
  process.exitCode = await follow(updater, stack, say, stop.signal);
}
