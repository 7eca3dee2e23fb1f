import { expect } from 'chai';
import { templateSizes, writtenSizes } from '../../../src/decide/stack/template-sizes.js';
import type { ResourceChange } from '../../../src/model/stack/change-set.js';

/** A change of a group, with what the template says afterwards. */
function changeTo(after: object | string | undefined): ResourceChange {
  return {
    action: 'Modify',
    logicalId: 'Web',
    physicalId: 'web',
    type: 'AWS::AutoScaling::AutoScalingGroup',
    replacement: 'False',
    details: [],
    ...(after !== undefined && { after: typeof after === 'string' ? after : JSON.stringify(after) }),
  };
}

const properties = (Properties: object): object => ({ Properties });

describe('the sizes that a template states', () => {
  const cases: readonly (readonly [string, object | string | undefined, object | undefined])[] = [
    [
      'all three, as texts or numbers',
      properties({ MinSize: '1', MaxSize: 4, DesiredCapacity: '2' }),
      { min: 1, max: 4, desired: 2 },
    ],
    ['no desired capacity', properties({ MinSize: '1', MaxSize: '4' }), { min: 1, max: 4 }],
    ['what is no number', properties({ MinSize: '{{changeSet:KNOWN_AFTER_APPLY}}', MaxSize: '4' }), { max: 4 }],
    ['no properties', { Tags: [] }, undefined],
    ['a change set that does not show it', undefined, undefined],
    ['what is no JSON', 'as it was', undefined],
  ];
  for (const [what, after, expected] of cases)
    it(what, () => expect(templateSizes(changeTo(after))).to.deep.equal(expected));

  it('are all written again, unless the update policy leaves alone what is not changed', () => {
    const stated = { Properties: { MinSize: '1', MaxSize: '4' } };
    const policy = { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: 'true' } };
    expect(writtenSizes(changeTo(stated))).to.deep.equal({ min: 1, max: 4 });
    expect(writtenSizes(changeTo({ ...stated, UpdatePolicy: policy }))).to.deep.equal({});
  });
});
