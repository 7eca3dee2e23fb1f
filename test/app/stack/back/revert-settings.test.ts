import { expect } from 'chai';
import { settingsBack, type FormerSettings } from '../../../../src/app/stack/back/revert-settings.js';
import type { StackSettings } from '../../../../src/engine/gateway.js';

const OLD: FormerSettings = {
  tags: { a: '1', b: '2' },
  roleArn: 'old',
  notificationArns: ['old'],
  terminationProtection: true,
};
const NEW: FormerSettings = {
  tags: { a: '2' },
  roleArn: 'new',
  notificationArns: ['new'],
  rollback: { triggers: ['alarm'], monitoringMinutes: 5 },
};
const ALL: StackSettings = {
  tags: { a: '2' },
  roleArn: 'new',
  notificationArns: ['new'],
  rollback: { triggers: ['alarm'] },
  terminationProtection: false,
};

describe('the settings that a stack goes back to', () => {
  it('are those that the run changed, with what there was none of cleared', () => {
    expect(settingsBack({ settings: ALL }, OLD, NEW).settings).to.deep.equal({
      tags: { a: '1', b: '2' },
      roleArn: 'old',
      notificationArns: ['old'],
      rollback: { triggers: [], monitoringMinutes: 0 },
      terminationProtection: true,
    });
    expect(settingsBack({ settings: ALL }, {}, NEW).settings).to.deep.equal({
      tags: {},
      notificationArns: [],
      rollback: { triggers: [], monitoringMinutes: 0 },
    });
  });

  it('are nothing that the run did not set, or that is as it was', () => {
    expect(settingsBack({}, OLD, NEW)).to.deep.equal({ settings: {}, back: [], stays: [] });
    expect(settingsBack({ settings: ALL }, OLD, { ...OLD, tags: { b: '2', a: '1' } })).to.deep.equal({
      settings: {},
      back: [],
      stays: [],
    });
  });

  it('are all that can be when nobody knows what the stack has now, and those that an executed change set moved', () => {
    expect(settingsBack({ settings: { notificationArns: ['old'] } }, OLD, undefined).settings).to.deep.equal({
      notificationArns: ['old'],
    });
    expect(settingsBack({ existing: 'theirs' }, OLD, NEW).back).to.deep.equal([
      'the tags',
      'the notifications',
      'the roll-back triggers',
      'the service role',
    ]);
  });

  it('a role, and a policy, that there was none of stay, and so does a policy that could not be read', () => {
    expect(settingsBack({ settings: { roleArn: 'new' } }, {}, NEW).stays.join()).to.include(
      'service role of this run stays',
    );
    const none = settingsBack({ settings: { policy: '{}' } }, { policy: null }, NEW);
    expect(none.policy).to.include('Update:*');
    expect(none.stays.join()).to.include('allows every update now');
    expect(settingsBack({ settings: { policy: '{}' } }, {}, NEW))
      .to.deep.include({ settings: {}, back: [] })
      .and.not.to.have.property('policy');
    expect(settingsBack({ settings: { policy: '{}' } }, { policy: '{"a":1}' }, NEW)).to.deep.include({
      policy: '{"a":1}',
      stays: [],
      back: ['the policy'],
    });
  });

  it('what was allowed for the change is allowed for the way back', () => {
    expect(settingsBack({ settings: { policyDuringUpdate: '{}' } }, OLD, NEW).settings).to.deep.equal({
      policyDuringUpdate: '{}',
    });
  });
});
