/**
 * What stands in for Lambda's runtime in the process of a function: JavaScript of its own, because that process runs
 * another Node and finds nothing of this package. Its time is the world's; waits of timers stay the machine's, so that
 * limits of connections do. All that the function writes and answers goes one way, in order.
 */
export const BOOTSTRAP = `
const { file, handler, world, real, speed } = JSON.parse(process.env.SANDBOX_FUNCTION);
const Real = Date;
const now = () => Math.round(world + (Real.now() - real) * speed);
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now() {
    return now();
  }
};
const write = (chunk, ...more) => {
  process.send({ log: String(chunk) });
  const done = more.find((one) => typeof one === 'function');
  if (done) done();
  return true;
};
process.stdout.write = write;
process.stderr.write = write;
process.on('disconnect', () => process.exit());
const told = (error) => ({
  ErrorType: error instanceof Error ? error.name : typeof error,
  ErrorMessage: error instanceof Error ? error.message : String(error),
});
let loaded;
process.on('message', async ({ event, timeoutMs }) => {
  const until = Real.now() + timeoutMs;
  try {
    loaded ??= import(file);
    const context = {
      awsRequestId: event.requestId,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
      getRemainingTimeInMillis: () => Math.max(0, until - Real.now()),
    };
    const answer = await (await loaded)[handler](event.payload, context);
    process.send({ answer });
  } catch (error) {
    process.send({ failed: told(error) });
  }
});
`;
