import { expect } from 'chai';
import { showLock, status, updateStack, type LockDocument, type Settings } from '../../../src/index.js';
import { liveAccount, type LiveAccount } from '../../support/live-account.js';
import { startDynalite } from '../../support/lock-stores.js';

const TEMPLATE = JSON.stringify({
  Parameters: { Value: { Type: 'String' } },
  Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Value' } } } },
});
const VALUE = { ParameterKey: 'Value', ParameterValue: '1' };
const LOCK = 'ha-updater/123456789012/eu-west-1/stack/web-v2';

/** A stack of two names is one stack, whichever is typed. */
describe('a stack that is named by its alias', function () {
  this.timeout(20_000);
  let account: LiveAccount;
  let store: Awaited<ReturnType<typeof startDynalite>>;
  beforeEach(async () => {
    [account, store] = await Promise.all([liveAccount({}, 100), startDynalite()]);
    const { invoke, clock } = account.sandbox;
    invoke('cloudformation', 'CreateStack', {
      StackName: 'web-v2',
      TemplateBody: TEMPLATE,
      Parameters: [VALUE],
    });
    clock.advance(60_000);
    invoke('cloudformation', 'SetAlias', { StackName: 'web-v2', AliasName: 'prod' });
  });
  afterEach(async () => {
    await account.stop();
    await store.stop();
  });

  const change = { stack: 'prod', parameters: ['Value=2'], capabilities: [], 'on-interrupt': 'cancel' };

  it('goes by its own name in all that is told, and says that the other one is an alias', async () => {
    const ended = await updateStack(change, account.context());
    const said = account.said();
    expect([ended.exitCode, ended.stack], said).to.deep.equal([0, 'web-v2']);
    expect(said).to.include('prod is an alias of web-v2.');
    const shown = await status({ stack: 'prod', asgs: [] }, account.context());
    expect(shown).to.have.nested.property('stack.name', 'web-v2');
    expect(account.said()).to.include('prod is an alias of web-v2.');
  });

  it('has one strict lock', async () => {
    Object.assign(process.env, store.env);
    const context = account.context({}, store.env);
    const lock = { lock: store.address };
    for (const stack of ['prod', 'web-v2']) {
      const { exitCode } = await updateStack({ ...change, ...lock, stack }, context);
      const said = account.said();
      expect(exitCode, said).to.equal(0);
      expect(said).to.include(`Holds the lock ${LOCK} in`);
    }
    const shown = (await showLock({ stack: 'prod', asgs: [], ...lock }, context)) as LockDocument;
    expect(shown.locks.map(({ name }) => name)).to.deep.equal([LOCK]);
  });

  it('is refused where settings were written for the other name', async () => {
    const settings: Settings = { file: 'ha.yml', stacks: ['web-v2'], said: [], overridden: [], remarks: [] };
    const ended = await updateStack(change, account.context({ settings }));
    expect([ended.exitCode, ended.failure?.code]).to.deep.equal([2, 'stack.alias']);
    expect(ended.failure?.what).to.include('ha.yml has settings for web-v2');
  });
});
