// Rolls one image out, says what matters, and ends with the exit code that the command would have had:
//
//     node release.mjs web ami-0123456789abcdef0
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { createUpdater, UpdaterError } from 'ha-updater';

/**
 * @param {import('ha-updater').Updater} updater
 * @param {{ stack: string, image: string, signal?: AbortSignal }} what
 * @param {(line: string) => void} say
 * @returns {Promise<number>} the exit code
 */
export async function release(updater, { stack, image, signal }, say) {
  const run = updater.updateStack({ stack, parameters: { ImageId: image }, healthyTimeout: '10m', signal });
  try {
    for await (const { event } of run) {
      if (event.type === 'stack.settled') say(`The stack is ${event.status}.`);
      if (event.type === 'group.finished') say(`${event.result.group}: ${event.result.outcome}`);
    }
    const { outcome, exitCode } = await run;
    say(`Done: ${outcome}.`);
    return exitCode;
  } catch (error) {
    if (!(error instanceof UpdaterError)) throw error;
    say(`${error.message} [${error.code}]`);
    say(error.facts.serves);
    for (const command of error.facts.next) say(`  ${command}`);
    return error.exitCode;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [stack = '', image = ''] = process.argv.slice(2);
  // The first Ctrl-C rolls back; the library itself listens for no signals.
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const updater = createUpdater({ region: 'eu-west-1' });
  process.exitCode = await release(updater, { stack, image, signal: stop.signal }, (line) => {
    process.stdout.write(`${line}\n`);
  });
}
