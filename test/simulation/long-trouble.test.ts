import { expect } from 'chai';
import { commandLine } from '../../src/text/commands/next-command.js';
import { createGateway } from '../../src/aws/gateway.js';
import { AwsFault } from '../../src/errors.js';
import { createSandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { createStage, stateOf } from '../support/stage.js';

describe('trouble that lasts for minutes', () => {
  it('the lease is renewed while the load balancers’ API is down', async () => {
    const stage = createStage(
      { faults: [{ kind: 'serverError', calls: 'elb*:*', rate: 1, from: 345, until: 345 + 480 }] },
      [{ name: 'web', size: 2, min: 1, max: 3 }],
    );
    stage.groups[0]?.changeImage('ami-new');
    const beats: number[] = [];
    stage.sandbox.onCall(({ at, operation, outcome }) => {
      if (operation === 'CreateOrUpdateTags' && outcome === 'ok') beats.push(at);
    });
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    const gaps = beats.slice(1).map((at, index) => (at - (beats[index] ?? 0)) / 1000);
    expect(beats.length).to.be.greaterThan(5);
    // The lease is 300 s long.
    expect(Math.max(...gaps)).to.be.lessThan(200);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('credentials that expire in the middle: exit 5, the record kept, and anybody with good ones finishes it', async () => {
    const stage = createStage({ faults: [{ kind: 'expireCredentials', key: 'AKIDSANDBOX', from: 330, until: 700 }] }, [
      { name: 'web', size: 2, min: 1, max: 3 },
    ]);
    stage.groups[0]?.changeImage('ami-new');
    const ending = await stage.run();
    expect([ending.outcome, ending.failure?.exitCode, ending.failure?.facts.code]).to.deep.equal([
      'stopped',
      5,
      'aws.expired',
    ]);
    expect(ending.failure?.facts.left).to.include('The record of the rollout is kept on web');
    expect(ending.failure?.facts.next.map(commandLine)).to.include('ha-updater resume --asg web');
    expect((stateOf(stage)[0] as { tags: string[] }).tags).to.include('ha-updater:rollout');
    stage.sandbox.clock.advance(600_000);
    expect((await stage.run({ adoptOnly: true })).results.map(({ outcome }) => outcome)).to.deep.equal(['promoted']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('credentials that the provider can renew are renewed, and the call is made again', async () => {
    const sandbox = createSandbox({
      ...DEFAULT_SCENARIO,
      faults: [{ kind: 'expireCredentials', key: 'AKIDFIRST', from: 60 }],
    });
    const { region, requestHandler } = sandbox.clientConfig();
    const keys = ['AKIDFIRST', 'AKIDFIRST', 'AKIDSECOND'];
    let asked = 0;
    const gateway = createGateway({
      region,
      requestHandler,
      credentials: () => Promise.resolve({ accessKeyId: keys[asked++] ?? 'AKIDSECOND', secretAccessKey: 'x' }),
    });
    for (let call = 0; call < 3; call++) expect((await gateway.describeGroups(['web'])).groups).to.deep.equal([]);
    expect(asked, 'kept while they serve').to.equal(1);
    sandbox.clock.advance(61_000);
    // The provider has nothing newer yet.
    const refused = await gateway.describeGroups(['web']).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(AwsFault).and.to.include({ kind: 'expired' });
    // Now it has: one call, refused and made again.
    expect((await gateway.describeGroups(['web'])).groups).to.deep.equal([]);
    expect(asked).to.equal(3);
  });
});
