import { writeSync } from 'node:fs';

/** For `node --import`: whoever started this process hears through its fourth stream how many bytes it had at most. */
process.on('exit', () => void writeSync(3, String(process.resourceUsage().maxRSS * 1024)));
