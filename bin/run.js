#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';

// Commands are compiled; oclif must never look for their TypeScript sources.
settings.enableAutoTranspile = false;

// No flush() at the end: it waits for a reader that may be gone, and node writes out pipes by itself.
// Plugins of a user's are nothing of ours: what lies in a home folder is neither read nor run.
await run(process.argv.slice(2), { root: fileURLToPath(import.meta.url), userPlugins: false, devPlugins: false }).catch(
  handle,
);
