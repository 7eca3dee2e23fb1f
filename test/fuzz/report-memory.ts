import { writeFileSync } from 'node:fs';

/** Loaded before a program: writes what it took for itself when it ends. */
process.on('exit', () => {
  const file = process.env['FUZZ_REPORT'];
  const { maxRSS: kilobytes, userCPUTime, systemCPUTime } = process.resourceUsage();
  if (file !== undefined)
    writeFileSync(file, JSON.stringify({ kilobytes, ms: Math.round((userCPUTime + systemCPUTime) / 1000) }));
});
