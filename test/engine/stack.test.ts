import { expect } from 'chai';
import { Failure } from '../../src/errors.js';
import { badUpdate, childId, goodUpdate, ScriptedStack, stackId, type Beat } from './scripted-stack.js';

describe('changing a stack', () => {
  it('updates it and follows its events, oldest first and each once', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    const change = await web.change();
    expect(change).to.deep.equal({ action: 'updated', stackId });
    const told = web.ofType('stack.event').map(({ event }) => `${event.logicalId} ${event.status}`);
    expect(told).to.deep.equal(goodUpdate.map(({ id, status }) => `${id} ${status}`));
    expect(web.ofType('stack.settled')).to.deep.include.members([
      { type: 'stack.settled', stack: 'web', status: 'UPDATE_COMPLETE', ok: true, rootCauses: [], elapsedMs: web.ofType('stack.settled')[0]?.elapsedMs },
    ]);
  });

  it('waits for the clean-up: the update is not over before it', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    const began = web.clock.now();
    await web.change();
    expect(web.clock.now() - began).to.be.within(40_000, 46_000);
  });

  it('tells how long each resource took', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    await web.change();
    const done = web.ofType('stack.event').find(({ event }) => event.logicalId === 'Group' && event.status === 'UPDATE_COMPLETE');
    expect(done?.elapsedMs).to.equal(21_000);
  });

  it('creates it when there is none', async () => {
    const web = new ScriptedStack('none');
    web.script = [
      { after: 1, id: 'web', status: 'CREATE_IN_PROGRESS' },
      { after: 2, id: 'Group', status: 'CREATE_IN_PROGRESS', physicalId: '' },
      { after: 9, id: 'web', status: 'CREATE_COMPLETE' },
    ];
    expect(await web.change()).to.deep.equal({ action: 'created', stackId });
    expect(web.count('updateStack')).to.equal(0);
  });

  it('takes "no updates" as success at once', async () => {
    const web = new ScriptedStack();
    web.answer = 'unchanged';
    const began = web.clock.now();
    expect(await web.change()).to.deep.equal({ action: 'unchanged', stackId });
    expect(web.clock.now()).to.equal(began);
    expect(web.emitted.map(({ type }) => type)).to.include('stack.unchanged');
  });

  it('sends one token and the stack by its ARN', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    await web.change();
    expect(web.requests).to.have.length(1);
    expect(web.requests[0]).to.deep.include({ stack: stackId, token: 'ha-updater-r1' });
  });

  it('fails with the root cause first when CloudFormation rolls it back', async () => {
    const web = new ScriptedStack();
    web.script = badUpdate;
    const failure = await failureOf(web.change());
    expect(failure.exitCode).to.equal(7);
    expect(failure.facts.what).to.match(/^Group .*UPDATE_FAILED: The image id ami-0 does not exist; .*UPDATE_ROLLBACK_COMPLETE/);
    expect(failure.facts.reasons.map(({ text }) => text)).to.have.length(1);
    expect(failure.facts.serves).to.include('as before');
    expect(web.ofType('stack.settled')[0]?.rootCauses.map(({ logicalId }) => logicalId)).to.deep.equal(['Group']);
  });

  it('finds the root cause down a nested stack', async () => {
    const web = new ScriptedStack();
    web.script = nestedFailure;
    const failure = await failureOf(web.change());
    expect(failure.facts.what).to.match(/^Group \(AWS::AutoScaling::AutoScalingGroup in web-child\) CREATE_FAILED: no such subnet/);
    expect(failure.facts.reasons).to.have.length(1);
  });
});

const nestedFailure: readonly Beat[] = [
  { after: 1, id: 'web', status: 'UPDATE_IN_PROGRESS' },
  { after: 2, id: 'Nested', status: 'CREATE_IN_PROGRESS', type: 'AWS::CloudFormation::Stack', physicalId: '' },
  { after: 3, id: 'Nested', status: 'CREATE_IN_PROGRESS', type: 'AWS::CloudFormation::Stack', physicalId: childId },
  { after: 3, id: 'child', status: 'CREATE_IN_PROGRESS' },
  { after: 5, id: 'Group', status: 'CREATE_IN_PROGRESS', in: 'child' },
  { after: 9, id: 'Group', status: 'CREATE_FAILED', in: 'child', reason: 'no such subnet' },
  { after: 10, id: 'child', status: 'CREATE_FAILED', reason: 'The following resource(s) failed to create: [Group].' },
  { after: 11, id: 'Nested', status: 'CREATE_FAILED', type: 'AWS::CloudFormation::Stack', physicalId: childId, reason: 'Embedded stack was not successfully created' },
  { after: 12, id: 'web', status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'The following resource(s) failed to create: [Nested].' },
  { after: 20, id: 'web', status: 'UPDATE_ROLLBACK_COMPLETE' },
];

async function failureOf(run: Promise<unknown>): Promise<Failure> {
  try {
    await run;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
