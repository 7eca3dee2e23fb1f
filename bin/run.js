#!/usr/bin/env node
import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';

// Commands are compiled; oclif must never look for their TypeScript sources.
settings.enableAutoTranspile = false;

// No flush() at the end: it waits for a reader that may be gone, and node writes out pipes by itself.
await run(process.argv.slice(2), import.meta.url).catch(handle);
