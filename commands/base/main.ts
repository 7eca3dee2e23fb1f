import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';

/**
 * Runs the command that the words name, and leaves its exit code behind.
 * @param script where the script that was started is: its package is the tool
 */
export async function main(words: readonly string[], script: string): Promise<void> {
  // Commands are compiled; oclif must never look for their TypeScript sources.
  settings.enableAutoTranspile = false;
  // No flush() at the end: it waits for a reader that may be gone, and node writes out pipes by itself.
  // Plugins of a user's are nothing of ours: what lies in a home folder is neither read nor run.
  await run([...words], { root: script, userPlugins: false, devPlugins: false }).catch(handle);
}
