/**
 * Node loads this before a program that the bench starts. At the end of the program, which UNTIL=request puts at its
 * first call to AWS, it tells on the third pipe what was spent until then.
 */
const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
const { writeSync } = process.getBuiltinModule('node:fs');

if (process.env.UNTIL === 'request') subscribe('http.client.request.start', () => process.exit(0));
process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const spent = {
    cpuMs: (user + system) / 1000,
    wallMs: performance.now(),
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  };
  writeSync(3, JSON.stringify(spent));
});
