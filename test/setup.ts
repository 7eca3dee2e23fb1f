/**
 * Before all tests: nothing of the machine they run on may matter. No test may reach an account of AWS,
 * and the SDK must not write its warning about Node 20 between the dots.
 */
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
Object.assign(process.env, {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
delete process.env['HA_UPDATER_SPEED'];

/**
 * A limit by the clock is for what hangs: on a busy machine everything else takes many times as long, too. Whatever a file
 * says its tests may take, they get this.
 */
const HANGS_MS = 600_000;

/** The parts of a suite of mocha's that its types leave out. */
interface Hooked extends Mocha.Suite {
  getHooks(name: string): readonly Mocha.Runnable[];
}

function giveTime(suite: Mocha.Suite): void {
  const hooks = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'].flatMap((name) =>
    (suite as Hooked).getHooks(name),
  );
  // A limit of 0 is none: somebody debugs.
  for (const one of [...suite.tests, ...hooks]) if (one.timeout() > 0) one.timeout(Math.max(one.timeout(), HANGS_MS));
  suite.suites.forEach(giveTime);
}

export const mochaHooks: Mocha.RootHookObject = {
  beforeAll(this: Mocha.Context) {
    if (this.test?.parent !== undefined) giveTime(this.test.parent);
  },
};
