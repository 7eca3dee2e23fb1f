import { expect } from 'chai';
import { commandLine } from '../../../src/text/commands/next-command.js';
import { AwsFault, Failure } from '../../../src/errors.js';
import { statusLook } from '../../../src/engine/stack/read-status.js';
import { stackGroups } from '../../../src/engine/stack/change-stack.js';
import type { StackResource } from '../../../src/model/stack/stack.js';
import {
  badUpdate,
  childId,
  fault,
  goodUpdate,
  ScriptedStack,
  stackId,
  template,
  type Beat,
} from './scripted-stack.js';

describe('changing a stack', () => {
  it('updates it and follows its events, oldest first and each once', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    const change = await web.change();
    expect(change).to.deep.equal({ action: 'updated', stackId });
    const told = web.ofType('stack.event').map(({ event }) => `${event.logicalId} ${event.status}`);
    expect(told).to.deep.equal(goodUpdate.map(({ id, status }) => `${id} ${status}`));
    expect(web.ofType('stack.settled')).to.deep.include.members([
      {
        type: 'stack.settled',
        stack: 'web',
        status: 'UPDATE_COMPLETE',
        ok: true,
        rootCauses: [],
        elapsedMs: web.ofType('stack.settled')[0]?.elapsedMs,
      },
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
    const done = web
      .ofType('stack.event')
      .find(({ event }) => event.logicalId === 'Group' && event.status === 'UPDATE_COMPLETE');
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

  it('takes "no updates" as success, and leaves no change set behind', async () => {
    const web = new ScriptedStack();
    web.answer = 'unchanged';
    expect(await web.change()).to.deep.equal({ action: 'unchanged', stackId });
    expect([...web.changeSets]).to.deep.equal([]);
    expect(web.emitted.map(({ type }) => type)).to.include('stack.unchanged');
  });

  it('executes one change set, named by the run, with its token', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    await web.change();
    expect(web.requests).to.have.length(1);
    expect(web.requests[0]).to.deep.include({
      stack: 'web',
      name: 'ha-updater-r1',
      type: 'UPDATE',
      token: 'ha-updater-r1',
    });
  });

  it('fails with the root cause first when CloudFormation rolls it back', async () => {
    const web = new ScriptedStack();
    web.script = badUpdate;
    const failure = await failureOf(web.change());
    expect(failure.exitCode).to.equal(7);
    expect(failure.facts.what).to.match(
      /^Group .*UPDATE_FAILED: The image id ami-0 does not exist; .*UPDATE_ROLLBACK_COMPLETE/,
    );
    expect(failure.facts.reasons.map(({ text }) => text)).to.have.length(1);
    expect(failure.facts.serves).to.include('as before');
    expect(web.ofType('stack.settled')[0]?.rootCauses.map(({ logicalId }) => logicalId)).to.deep.equal(['Group']);
  });

  it('finds the root cause down a nested stack', async () => {
    const web = new ScriptedStack();
    web.script = nestedFailure;
    const failure = await failureOf(web.change());
    expect(failure.facts.what).to.match(
      /^Group \(AWS::AutoScaling::AutoScalingGroup in web-child\) CREATE_FAILED: no such subnet/,
    );
    expect(failure.facts.reasons).to.have.length(1);
  });
});

describe('before a stack is changed', () => {
  it('refuses a template with faults, naming each with its place, and asks nothing', async () => {
    const web = new ScriptedStack();
    const finding = {
      code: 'template.rollingUpdate',
      path: 'Resources/G',
      line: 3,
      column: 5,
      text: 'Bad.',
      remedy: 'Remove it.',
      severity: 'error',
    } as const;
    const failure = await failureOf(web.change({ template: template({ findings: [finding] }) }));
    expect(failure.exitCode).to.equal(3);
    expect(failure.facts.reasons).to.deep.equal([
      { code: 'template.rollingUpdate', text: 'web.yml:3:5 Resources/G: Bad.', remedy: 'Remove it.' },
    ]);
    expect(web.calls).to.deep.equal([]);
  });

  it('tells warnings and goes on', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    await web.change({
      template: template({
        findings: [{ code: 'x', path: '', line: 1, column: 1, text: 'Hm.', remedy: '', severity: 'warning' }],
      }),
    });
    expect(web.ofType('warning').map(({ reason }) => reason.text)).to.deep.equal(['web.yml:1:1 Hm.']);
  });

  for (const status of ['UPDATE_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED']) {
    it(`refuses a stack in ${status} and changes nothing`, async () => {
      const web = new ScriptedStack(status);
      const failure = await failureOf(web.change());
      expect(failure.exitCode).to.equal(3);
      expect(failure.facts.next.map(commandLine)).not.to.deep.equal([]);
      expect(web.calls).not.to.include.members(['updateStack']);
      expect(web.calls).not.to.include.members(['createChangeSet']);
    });
  }

  it('waits for the clean-up of the update before, then goes on', async () => {
    const web = new ScriptedStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    web.clock.after(40_000, () => web.set({ ...web.stack!, status: 'UPDATE_COMPLETE' }));
    web.script = goodUpdate;
    expect((await web.change()).action).to.equal('updated');
    expect(web.ofType('stack.waiting')).not.to.deep.equal([]);
  });

  it('names everything that is wrong with parameters in one error', async () => {
    const web = new ScriptedStack();
    web.summary = { ...web.summary, parameters: [{ key: 'Image', type: 'String', hasDefault: false, noEcho: false }] };
    const failure = await failureOf(web.change({ given: [{ key: 'Imag', value: 'x' }] }));
    expect(failure.exitCode).to.equal(2);
    expect(failure.facts.reasons.map(({ code }) => code)).to.deep.equal(['parameters.unknown', 'parameters.missing']);
    expect(web.count('updateStack')).to.equal(0);
  });

  it('sends what the service says is needed, with its reason, and only what the user says when he does', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.summary = {
      ...web.summary,
      capabilities: ['CAPABILITY_IAM'],
      capabilitiesReason: 'A role.',
      transforms: ['Own'],
    };
    await web.change();
    expect(web.requests[0]?.capabilities).to.deep.equal(['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND']);
    expect(web.ofType('stack.started')[0]).to.deep.include({
      capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      capabilitiesReason: 'A role.',
    });
    const other = new ScriptedStack();
    other.script = goodUpdate;
    other.summary = web.summary;
    await other.change({ capabilities: [] });
    expect(other.requests[0]?.capabilities).to.deep.equal([]);
  });

  it('refuses what the service refuses, in its words', async () => {
    const web = new ScriptedStack();
    web.faults.push({
      method: 'validateTemplate',
      fault: fault('invalid', 'ValidationError', 'Template format error: x'),
    });
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'template.rejected']);
    expect(failure.message).to.include('Template format error: x');
  });

  it('goes on by its own reading where the service may not be asked', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.faults.push(
      { method: 'validateTemplate', fault: fault('denied', 'AccessDenied') },
      { method: 'templateSummary', fault: fault('unsupported', 'InvalidAction') },
    );
    const declared = [{ key: 'Image', type: 'String', hasDefault: false, noEcho: false }];
    await web.change({ template: template({ declared }), given: [{ key: 'Image', value: 'ami-1' }] });
    expect(web.requests[0]?.parameters).to.deep.equal([{ key: 'Image', value: 'ami-1' }]);
    expect(web.ofType('warning')).to.have.length(2);
  });

  it('refuses to create a stack from its own template', async () => {
    const failure = await failureOf(
      new ScriptedStack('none').change({ template: template({ source: { kind: 'previous' } }) }),
    );
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'stack.missing']);
  });

  it('a signal before the call changes nothing', async () => {
    const web = new ScriptedStack();
    web.faults.push({ method: 'describeStack', fault: fault('throttled') });
    web.signalAt(0.5);
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'run.interrupted']);
    expect(web.requests).to.deep.equal([]);
  });
});

describe('sending the change', () => {
  it('a lost reply is no harm: the same token is sent again and the change followed', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.faults.push({ method: 'executeChangeSet', fault: fault('transient', 'InternalFailure'), lost: true });
    expect((await web.change()).action).to.equal('updated');
    expect(web.requests).to.have.length(1);
    expect(web.count('executeChangeSet')).to.equal(2);
  });

  it('so it is when the service calls its own change busy, or done', async () => {
    for (const kind of ['busy', 'unchanged'] as const) {
      const web = new ScriptedStack();
      web.script = goodUpdate;
      const direct = kind === 'unchanged';
      const method = direct ? 'updateStack' : 'executeChangeSet';
      web.faults.push({ method, fault: fault('transient'), lost: true });
      if (direct) web.forgetTokens();
      else web.faults.push({ method, fault: fault('busy', 'ValidationError', 'is in UPDATE_IN_PROGRESS state') });
      expect((await web.change(direct ? { settings: { policyDuringUpdate: '{}' } } : {})).action, kind).to.equal(
        'updated',
      );
    }
  });

  it('a lost reply of a creation finds the stack that it made', async () => {
    const web = new ScriptedStack('none');
    web.script = [
      { after: 0, id: 'web', status: 'CREATE_IN_PROGRESS' },
      { after: 9, id: 'web', status: 'CREATE_COMPLETE' },
    ];
    web.faults.push({ method: 'executeChangeSet', fault: fault('transient'), lost: true });
    expect(await web.change()).to.deep.equal({ action: 'created', stackId });
    expect(web.requests).to.have.length(1);
  });

  it("somebody else's change that came between is refused", async () => {
    const web = new ScriptedStack();
    web.faults.push({
      method: 'executeChangeSet',
      fault: fault('busy', 'ValidationError', 'Stack:web is in UPDATE_IN_PROGRESS state and can not be updated.'),
    });
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'stack.busy']);
  });

  it('without any answer it says that it does not know', async () => {
    const web = new ScriptedStack();
    for (let i = 0; i < 10; i++) web.faults.push({ method: 'executeChangeSet', fault: fault('transient') });
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([5, 'stack.unclear']);
  });

  it('refused at the last moment, it leaves no change set behind', async () => {
    const web = new ScriptedStack();
    web.faults.push({
      method: 'executeChangeSet',
      fault: fault('busy', 'ValidationError', 'Stack:web is in UPDATE_IN_PROGRESS state and can not be updated.'),
    });
    await failureOf(web.change());
    expect([...web.changeSets]).to.deep.equal([]);
  });

  it('throttled to the end, nothing was changed', async () => {
    const web = new ScriptedStack();
    for (let i = 0; i < 10; i++) web.faults.push({ method: 'executeChangeSet', fault: fault('throttled') });
    const error = await web.change().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(AwsFault).with.property('kind', 'throttled');
  });

  it('hides the values of secrets in every word of the service', async () => {
    const web = new ScriptedStack();
    web.summary = {
      ...web.summary,
      parameters: [{ key: 'Password', type: 'String', hasDefault: false, noEcho: true }],
    };
    const given = [{ key: 'Password', value: 'hunter2' }];
    web.script = badUpdate.map((beat) =>
      beat.status === 'UPDATE_FAILED' ? { ...beat, reason: 'Login failed with hunter2' } : beat,
    );
    const failure = await failureOf(web.change({ given }));
    expect(JSON.stringify([web.emitted, failure.facts])).not.to.include('hunter2');
    expect(failure.message).to.include('Login failed with ****');
    expect(web.requests[0]?.parameters).to.deep.equal([{ key: 'Password', value: 'hunter2' }]);
    const refusing = new ScriptedStack();
    refusing.summary = web.summary;
    refusing.faults.push({
      method: 'createChangeSet',
      fault: fault('invalid', 'ValidationError', 'hunter2 is too short'),
    });
    expect((await failureOf(refusing.change({ given }))).message).to.include('**** is too short');
  });
});

describe('a stack that waits for its first change set', () => {
  const row = (name: string, createdAt: number): never =>
    ({
      id: `arn:${name}`,
      name,
      stackId,
      stackName: 'web',
      status: 'CREATE_COMPLETE',
      executionStatus: 'AVAILABLE',
      reason: '',
      parameters: [],
      changes: [],
      createdAt,
    }) as never;
  const creation: readonly Beat[] = [
    { after: 1, id: 'web', status: 'CREATE_IN_PROGRESS' },
    { after: 9, id: 'web', status: 'CREATE_COMPLETE' },
  ];

  it("is refused, with the change sets that wait: somebody else's is never touched", async () => {
    for (const name of ['theirs', 'ha-updater-kept-r0']) {
      const web = new ScriptedStack('REVIEW_IN_PROGRESS');
      web.changeSets.set('arn', row(name, 0));
      const failure = await failureOf(web.change());
      expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'stack.review']);
      expect(failure.facts.reasons[0]?.text).to.include(name);
      expect(failure.facts.next.map(commandLine)[0]).to.equal(
        `ha-updater update-stack web --change-set ${name}   # executes it`,
      );
      expect([web.changeSets.size, web.count('createChangeSet'), web.count('deleteStack')]).to.deep.equal([1, 0, 0]);
    }
  });

  it('is created when only a run of ours left it so; what a dead run made is removed', async () => {
    const web = new ScriptedStack('REVIEW_IN_PROGRESS');
    web.script = creation;
    web.changeSets.set('arn:ha-updater-r0', row('ha-updater-r0', web.clock.now() - 7_200_000));
    expect((await web.change()).action).to.equal('created');
    expect([...web.changeSets.keys()]).not.to.include('arn:ha-updater-r0');
  });
});

describe('the change set of a change', () => {
  it('is dropped when nobody executes it, and kept when asked for', async () => {
    const web = new ScriptedStack();
    expect(await web.change({}, () => Promise.resolve('drop'))).to.deep.include({ action: 'dropped', stackId });
    expect([...web.changeSets.keys(), ...web.requests]).to.deep.equal([]);
    expect(await web.change({ changeSetName: 'mine' }, () => Promise.resolve('keep'))).to.deep.include({
      action: 'kept',
    });
    expect([...web.changeSets.values()].map(({ name }) => name)).to.deep.equal(['mine']);
    expect(web.requests).to.deep.equal([]);
  });

  it('is dropped when whoever looks at it throws', async () => {
    const web = new ScriptedStack();
    const failure = await failureOf(
      web.change({}, () =>
        Promise.reject(new Failure('refused', { code: 'x', what: 'No.', reasons: [], serves: '', left: '', next: [] })),
      ),
    );
    expect([failure.facts.code, web.changeSets.size, web.requests.length]).to.deep.equal(['x', 0, 0]);
  });

  it('of a stack that is not there goes with the empty stack it made', async () => {
    const web = new ScriptedStack('none');
    await web.change({}, () => Promise.resolve('drop'));
    expect([web.stack, web.changeSets.size, web.count('deleteStack')]).to.deep.equal([undefined, 0, 1]);
  });

  it("leaves the empty stack when somebody else's change set is there as well", async () => {
    const web = new ScriptedStack('none');
    await web.change({}, () => {
      web.changeSets.set('theirs', {
        ...([...web.changeSets.values()][0] as never as object),
        id: 'theirs',
        name: 'theirs',
      } as never);
      return Promise.resolve('drop');
    });
    expect([...web.changeSets.keys()]).to.deep.equal(['theirs']);
    expect([web.stack?.status, web.count('deleteStack')]).to.deep.equal(['REVIEW_IN_PROGRESS', 0]);
  });

  it('that fails is refused with every finding of the validation, and goes', async () => {
    const web = new ScriptedStack('none');
    web.refuses = 'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation].';
    web.findings = [
      {
        id: 'e',
        at: 0,
        stackId,
        stackName: 'web',
        logicalId: 'Group',
        physicalId: '',
        type: 'AWS::AutoScaling::AutoScalingGroup',
        status: '',
        reason: 'MinSize is no number',
        kind: 'VALIDATION_ERROR',
        path: '/Resources/Group/Properties/MinSize',
      },
    ];
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'stack.rejected']);
    expect(failure.facts.reasons.map(({ text }) => text)).to.deep.equal([
      'Group (AWS::AutoScaling::AutoScalingGroup) /Resources/Group/Properties/MinSize: MinSize is no number',
    ]);
    expect([web.stack, web.changeSets.size]).to.deep.equal([undefined, 0]);
  });

  it('is made once though the reply is lost, and waited for though reads lag behind', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.faults.push({ method: 'createChangeSet', fault: fault('transient'), lost: true });
    web.faults.push({ method: 'describeChangeSet', fault: fault('missing', 'ChangeSetNotFound') });
    expect((await web.change()).action).to.equal('updated');
    expect(web.requests).to.have.length(1);
  });

  it('is dropped at a signal, and nothing is changed', async () => {
    const web = new ScriptedStack();
    web.signalAt(0.5);
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([3, 'run.interrupted']);
    expect([web.changeSets.size, web.requests.length]).to.deep.equal([0, 0]);
  });

  it('of somebody else is executed by name, and stays when it is refused', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    await web.change({ changeSetName: 'theirs' }, () => Promise.resolve('keep'));
    await failureOf(
      web.change({ existing: 'arn:changeSet/theirs' }, () =>
        Promise.reject(new Failure('refused', { code: 'x', what: 'No.', reasons: [], serves: '', left: '', next: [] })),
      ),
    );
    expect(web.changeSets.size).to.equal(1);
    expect((await web.change({ existing: 'arn:changeSet/theirs' })).action).to.equal('updated');
    expect((await failureOf(web.change({ existing: 'none' }))).facts.code).to.equal('stack.changeSetMissing');
  });

  it('counts what is left while it is carried out', async () => {
    const web = new ScriptedStack();
    web.changes = ['Lc', 'Group'].map((logicalId) => ({
      action: 'Modify',
      logicalId,
      physicalId: 'x',
      type: 'T',
      details: [],
    }));
    web.script = goodUpdate;
    await web.change();
    const counts = web
      .ofType('stack.event')
      .map(({ event, done }) => `${event.logicalId} ${done?.changes}/${done?.of}`);
    expect(counts).to.deep.equal(['web 0/2', 'Lc 0/2', 'Lc 1/2', 'Group 1/2', 'Group 2/2', 'web 2/2', 'web 2/2']);
  });
});

describe('following a change', () => {
  it('is not taken in by reads that show the stack as it was', async () => {
    const web = new ScriptedStack();
    web.script = [
      { after: 18, id: 'web', status: 'UPDATE_IN_PROGRESS' },
      { after: 60, id: 'web', status: 'UPDATE_COMPLETE' },
    ];
    web.staleMs = 20_000;
    const began = web.clock.now();
    expect((await web.change()).action).to.equal('updated');
    expect(web.clock.now() - began).to.be.at.least(60_000);
  });

  it("leaves another run's events alone", async () => {
    const web = new ScriptedStack();
    web.script = [
      { after: 0, id: 'web', status: 'UPDATE_ROLLBACK_COMPLETE', token: 'another-run' },
      { after: 0, id: 'Group', status: 'UPDATE_FAILED', token: 'another-run' },
      ...goodUpdate,
    ];
    expect((await web.change()).action).to.equal('updated');
    expect(web.ofType('stack.event').map(({ event }) => event.token)).to.deep.equal(
      goodUpdate.map(() => 'ha-updater-r1'),
    );
  });

  it('takes events without a token that came after those before the call', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate.map((beat) => ({ ...beat, token: null }));
    expect((await web.change()).action).to.equal('updated');
    expect(web.ofType('stack.event')).to.have.length(goodUpdate.length);
  });

  it('misses none of many events between two looks, and none that comes late', async () => {
    const web = new ScriptedStack();
    const many = Array.from({ length: 250 }, (_, i): Beat => ({ after: 10, id: `R${i}`, status: 'UPDATE_COMPLETE' }));
    web.script = [...goodUpdate.slice(0, 4), ...many, ...goodUpdate.slice(4)];
    web.clock.after(14_000, () => {
      // Shown four seconds after it happened, behind newer ones.
      const late = web.events.findIndex(({ logicalId }) => logicalId === 'R0');
      web.add({ after: 0, id: 'Late', status: 'UPDATE_COMPLETE' }, web.clock.now() - 4_000);
      web.events.splice(late, 0, ...web.events.splice(-1));
    });
    await web.change();
    const told = web.ofType('stack.event').map(({ event }) => event.logicalId);
    expect(told).to.have.length(goodUpdate.length + 251);
    expect(new Set(told)).to.include('Late').and.to.include('R249');
  });

  it('outlives throttled and failing looks, saying so', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.clock.after(4_000, () => {
      for (let i = 0; i < 8; i++)
        web.faults.push({ method: 'stackEvents', fault: fault(i % 2 === 0 ? 'throttled' : 'transient') });
    });
    expect((await web.change()).action).to.equal('updated');
    expect(web.ofType('call.retried')).not.to.deep.equal([]);
    expect(web.ofType('stack.event')).to.have.length(goodUpdate.length);
  });

  it('a last look that fails does not fail a change that succeeded', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.onEvents = (read) => {
      if (
        read.some(
          ({ status, logicalId, token }) =>
            logicalId === 'web' && status === 'UPDATE_COMPLETE' && token === 'ha-updater-r1',
        )
      ) {
        for (let i = 0; i < 3; i++) web.faults.push({ method: 'stackEvents', fault: fault('throttled') });
        web.onEvents = () => undefined;
      }
    };
    expect((await web.change()).action).to.equal('updated');
    expect(web.ofType('warning').map(({ reason }) => reason.code)).to.deep.equal(['stack.eventsMissing']);
  });

  it('follows by the stack alone where its events may not be read', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.always.set('stackEvents', fault('denied', 'AccessDenied'));
    expect((await web.change()).action).to.equal('updated');
  });

  it('stops when it may see nothing any more', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.clock.after(5_000, () => {
      web.always.set('stackEvents', fault('expired', 'ExpiredToken'));
      web.always.set('describeStack', fault('expired', 'ExpiredToken'));
    });
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([5, 'stack.blind']);
    expect(failure.facts.next.map(commandLine).join()).to.include('status web');
  });

  it('says what is in progress at least every half minute', async () => {
    const web = new ScriptedStack();
    web.script = [
      { after: 1, id: 'web', status: 'UPDATE_IN_PROGRESS' },
      { after: 2, id: 'Group', status: 'UPDATE_IN_PROGRESS' },
      { after: 200, id: 'Group', status: 'UPDATE_COMPLETE' },
      { after: 201, id: 'web', status: 'UPDATE_COMPLETE' },
    ];
    await web.change();
    const waits = web.ofType('stack.waiting');
    expect(waits).to.have.length.within(5, 7);
    expect(waits[0]).to.deep.include({ status: 'UPDATE_IN_PROGRESS', inProgress: ['Group'] });
  });

  it('gives up when nothing begins within the warm-up', async () => {
    const web = new ScriptedStack();
    const began = web.clock.now();
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([5, 'stack.notStarted']);
    expect(web.clock.now() - began).to.be.within(25_000, 30_000);
  });

  it('gives up after the action timeout without an event, with what stands and how to go on', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate.slice(0, 4);
    const began = web.clock.now();
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.code]).to.deep.equal([5, 'stack.silent']);
    expect(web.clock.now() - began).to.be.within(309_000, 320_000);
    expect(failure.facts.left).to.include('goes on');
    expect(failure.facts.next.map(commandLine)).to.have.length(3);
  });

  it('waits for the end after UPDATE_FAILED, whether a roll-back follows or not', async () => {
    const rolled = new ScriptedStack();
    rolled.script = [
      goodUpdate[0]!,
      { after: 5, id: 'web', status: 'UPDATE_FAILED' },
      { after: 6, id: 'web', status: 'UPDATE_ROLLBACK_IN_PROGRESS' },
      { after: 30, id: 'web', status: 'UPDATE_ROLLBACK_COMPLETE' },
    ];
    expect((await failureOf(rolled.change())).message).to.include('now UPDATE_ROLLBACK_COMPLETE');
    const stuck = new ScriptedStack();
    stuck.script = [goodUpdate[0]!, { after: 5, id: 'web', status: 'UPDATE_FAILED' }];
    const failure = await failureOf(stuck.change());
    expect([failure.exitCode, failure.facts.next.map(commandLine).at(-1)]).to.deep.equal([
      7,
      'aws cloudformation rollback-stack --stack-name web',
    ]);
  });

  it('a resource that could not be cleaned up is told and fails nothing', async () => {
    const web = new ScriptedStack();
    web.script = [
      ...goodUpdate.slice(0, 6),
      { after: 35, id: 'Old', status: 'DELETE_FAILED', reason: 'in use' },
      ...goodUpdate.slice(6),
    ];
    expect((await web.change()).action).to.equal('updated');
    expect(web.ofType('warning').map(({ reason }) => reason.code)).to.deep.equal(['stack.leftover']);
  });

  it('a failed creation says that nothing serves and how to remove it', async () => {
    const web = new ScriptedStack('none');
    web.script = [
      { after: 1, id: 'web', status: 'CREATE_IN_PROGRESS' },
      { after: 5, id: 'Group', status: 'CREATE_FAILED', reason: 'no subnet' },
      {
        after: 6,
        id: 'web',
        status: 'ROLLBACK_IN_PROGRESS',
        reason: 'The following resource(s) failed to create: [Group].',
      },
      { after: 20, id: 'web', status: 'ROLLBACK_COMPLETE' },
    ];
    const failure = await failureOf(web.change());
    expect(failure.exitCode).to.equal(7);
    expect(failure.facts.serves).to.include('Nothing of this stack serves');
    expect(failure.facts.next.map(commandLine)).to.include('aws cloudformation delete-stack --stack-name web');
  });
});

describe('a look at the stack itself', () => {
  it('believes an end only when it is later than our call and seen twice running', async () => {
    const web = new ScriptedStack();
    const before = web.stack!;
    const look = statusLook(web.deps(), stackId, before);
    const seen = async (status: string, updatedAt = before.updatedAt): Promise<boolean> => {
      web.set({ ...before, status, ...(updatedAt !== undefined && { updatedAt }) });
      return (await look()).settled;
    };
    const now = web.clock.now();
    expect([await seen('UPDATE_COMPLETE'), await seen('UPDATE_COMPLETE')], 'as before the call').to.deep.equal([
      false,
      false,
    ]);
    expect(
      [await seen('UPDATE_FAILED', now), await seen('UPDATE_ROLLBACK_IN_PROGRESS', now)],
      'in passing',
    ).to.deep.equal([false, false]);
    expect([await seen('UPDATE_COMPLETE'), await seen('UPDATE_COMPLETE')], 'stale again').to.deep.equal([false, false]);
    expect(
      [await seen('UPDATE_ROLLBACK_COMPLETE', now), await seen('UPDATE_ROLLBACK_COMPLETE', now)],
      'the end',
    ).to.deep.equal([false, true]);
  });
});

describe('a signal while a stack changes', () => {
  const cancelled: readonly Beat[] = [
    {
      after: 1,
      id: 'web',
      status: 'UPDATE_ROLLBACK_IN_PROGRESS',
      reason: 'User Initiated',
      token: 'ha-updater-r1-cancel',
    },
    { after: 30, id: 'web', status: 'UPDATE_ROLLBACK_COMPLETE', token: 'ha-updater-r1-cancel' },
  ];

  it('cancels the update at once, with one call, and follows it to its end', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.afterCancel = cancelled;
    web.signalAt(12, 'SIGTERM');
    const began = web.clock.now();
    let cancelledAt = 0;
    web.onCancel = () => (cancelledAt = web.clock.now() - began);
    const failure = await failureOf(web.change());
    expect(failure.exitCode).to.equal(7);
    expect(failure.message).to.include('SIGTERM').and.to.include('UPDATE_ROLLBACK_COMPLETE');
    expect(web.count('cancelUpdate')).to.equal(1);
    expect(cancelledAt).to.equal(12_000);
    // The roll-back's events carry the token of the cancelling.
    expect(web.ofType('stack.event').at(-1)?.event).to.include({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      token: 'ha-updater-r1-cancel',
    });
    expect(web.ofType('stack.cancelled')).to.deep.equal([{ type: 'stack.cancelled', stack: 'web', why: 'SIGTERM' }]);
  });

  it('cancels when the reply of the cancelling is lost, too', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.afterCancel = cancelled;
    web.signalAt(12);
    web.faults.push({ method: 'cancelUpdate', fault: fault('transient'), lost: true });
    web.faults.push({ method: 'cancelUpdate', fault: fault('invalid', 'TokenAlreadyExistsException') });
    expect((await failureOf(web.change())).exitCode).to.equal(7);
    expect(web.ofType('stack.cancelled')).to.have.length(1);
  });

  it('that comes too late does not touch the groups', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.signalAt(12);
    web.faults.push({
      method: 'cancelUpdate',
      fault: fault('invalid', 'ValidationError', 'CancelUpdateStack cannot be called from current stack status'),
    });
    const failure = await failureOf(web.change());
    expect([failure.exitCode, failure.facts.next.map(commandLine)]).to.deep.equal([5, ['ha-updater update-asgs web']]);
    expect(web.count('cancelUpdate')).to.equal(1);
  });

  it('leaves the update when asked to', async () => {
    const web = new ScriptedStack();
    web.script = goodUpdate;
    web.signalAt(12);
    const failure = await failureOf(web.change({ onInterrupt: 'leave' }));
    expect([failure.exitCode, web.count('cancelUpdate')]).to.deep.equal([5, 0]);
    expect(failure.facts.left).to.include('goes on');
  });

  it('leaves a creation, which cannot be cancelled', async () => {
    const web = new ScriptedStack('none');
    web.script = [{ after: 1, id: 'web', status: 'CREATE_IN_PROGRESS' }];
    web.signalAt(12);
    const failure = await failureOf(web.change());
    expect([failure.exitCode, web.count('cancelUpdate')]).to.deep.equal([5, 0]);
  });

  it('in a roll-back is answered by its end', async () => {
    const web = new ScriptedStack();
    web.script = badUpdate;
    web.signalAt(30);
    expect((await failureOf(web.change())).exitCode).to.equal(7);
    expect(web.count('cancelUpdate')).to.equal(0);
  });
});

describe('the groups of a stack', () => {
  const row = (logicalId: string, type: string, physicalId: string, status = 'CREATE_COMPLETE'): StackResource => ({
    stack: '',
    logicalId,
    physicalId,
    type,
    status,
    statusReason: '',
  });
  const group = 'AWS::AutoScaling::AutoScalingGroup';
  const nested = 'AWS::CloudFormation::Stack';

  it('are those of its nested stacks too, without what is deleted or not there yet', async () => {
    const web = new ScriptedStack();
    web.resources.set(stackId, [
      row('A', group, 'asg-a'),
      row('B', group, 'asg-b', 'DELETE_COMPLETE'),
      row('C', group, ''),
      row('N', nested, childId),
      row('T', 'AWS::SNS::Topic', 't'),
    ]);
    web.resources.set(childId, [row('A', group, 'asg-c'), row('Again', nested, stackId)]);
    expect(await stackGroups(web.deps(), 'web')).to.deep.equal(['asg-a', 'asg-c']);
  });

  it('of no stack are refused', async () => {
    expect((await failureOf(stackGroups(new ScriptedStack('none').deps(), 'web'))).facts.code).to.equal(
      'stack.missing',
    );
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
  {
    after: 11,
    id: 'Nested',
    status: 'CREATE_FAILED',
    type: 'AWS::CloudFormation::Stack',
    physicalId: childId,
    reason: 'Embedded stack was not successfully created',
  },
  {
    after: 12,
    id: 'web',
    status: 'UPDATE_ROLLBACK_IN_PROGRESS',
    reason: 'The following resource(s) failed to create: [Nested].',
  },
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
