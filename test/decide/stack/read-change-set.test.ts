import { expect } from 'chai';
import { unapproved } from '../../../src/decide/stack/unapproved-changes.js';
import { causeOf, certainDetails, parametersBehind } from '../../../src/decide/stack/change-causes.js';
import { effectOn } from '../../../src/decide/stack/change-impact.js';
import { leaves } from '../../../src/decide/stack/value-diff.js';
import { instance } from '../../support/groups.js';
import type { ChangeDetail, ResourceChange, StackChanges } from '../../../src/model/stack/change-set.js';

const detail = (name: string, source: string, entity?: string, more: Partial<ChangeDetail> = {}): ChangeDetail => ({
  attribute: 'Properties',
  name,
  recreation: 'Never',
  evaluation: 'Static',
  source,
  ...(entity !== undefined && { entity }),
  ...more,
});
const byParameter = (name: string, key: string, more: Partial<ChangeDetail> = {}): ChangeDetail =>
  detail(name, 'ParameterReference', key, more);
const modify = (logicalId: string, type: string, ...details: ChangeDetail[]): ResourceChange => ({
  action: 'Modify',
  logicalId,
  physicalId: `${logicalId}-1`,
  type,
  replacement: 'False',
  details,
});
const stack = (...changes: StackChanges['changes'][number][]): StackChanges => ({ stackName: 'web', changes });

const LAUNCH = modify('Launch', 'AWS::EC2::LaunchTemplate', byParameter('LaunchTemplateData', 'ImageId'));
const GROUP = modify(
  'Group',
  'AWS::AutoScaling::AutoScalingGroup',
  detail('LaunchTemplate', 'ResourceAttribute', 'Launch.LatestVersionNumber'),
);

const codes = (changes: StackChanges, keys: readonly string[], moved: readonly string[] = keys): readonly string[] =>
  unapproved(changes, keys, moved).map(({ text }) => text);

describe('what only an approved parameter causes', () => {
  it('is let through, also through other resources and whatever stands first', () => {
    expect(codes(stack(LAUNCH, GROUP), ['ImageId'])).to.deep.equal([]);
    expect(codes(stack(GROUP, LAUNCH), ['ImageId'])).to.deep.equal([]);
  });

  it('is not: another parameter, the template, a resource that comes or goes', () => {
    expect(codes(stack(LAUNCH, GROUP), ['Size'], ['ImageId'])).to.have.length(3);
    expect(
      codes(stack(modify('Group', 'AWS::AutoScaling::AutoScalingGroup', detail('MaxSize', 'DirectModification'))), [
        'ImageId',
      ]),
    ).to.deep.equal(['Group (AWS::AutoScaling::AutoScalingGroup in web) is changed: MaxSize by the template']);
    for (const [action, how] of [
      ['Add', 'is added'],
      ['Remove', 'is removed'],
    ] as const) {
      expect(codes(stack({ ...LAUNCH, action, details: [] }), ['ImageId'])).to.deep.equal([
        `Launch (AWS::EC2::LaunchTemplate in web) ${how}`,
      ]);
    }
  });

  it('is not: a resource that an approved parameter and something else change', () => {
    const both = modify(
      'Launch',
      'AWS::EC2::LaunchTemplate',
      byParameter('LaunchTemplateData', 'ImageId'),
      byParameter('TagSpecifications', 'Stage'),
    );
    expect(codes(stack(both, GROUP), ['ImageId'], ['ImageId'])).to.have.length(2);
  });

  it('is not: resources that only cause each other', () => {
    const a = modify('A', 'AWS::X::Y', detail('P', 'ResourceReference', 'B'));
    const b = modify('B', 'AWS::X::Y', detail('P', 'ResourceReference', 'A'));
    expect(codes(stack(a, b), ['ImageId'])).to.have.length(2);
  });

  it('is as good below as what its parent gives to a nested stack', () => {
    const inner: StackChanges = {
      stackName: 'inner',
      changes: [modify('Launch', 'AWS::EC2::LaunchTemplate', byParameter('LaunchTemplateData', 'Image'))],
    };
    const nested = (given: ChangeDetail): StackChanges =>
      stack({ ...modify('Front', 'AWS::CloudFormation::Stack', given, detail('', 'Automatic')), nested: inner });
    expect(codes(nested(byParameter('Parameters.Image', 'ImageId')), ['ImageId'])).to.deep.equal([]);
    expect(codes(nested(detail('TemplateURL', 'DirectModification')), ['ImageId'])).to.have.length(2);
  });
});

describe('causes', () => {
  it('go back to the parameter that moved a resource, and up to what the parent gave', () => {
    const changes = stack(LAUNCH, GROUP);
    expect(causeOf(GROUP.details[0]!, { stack: changes })).to.equal('Launch.LatestVersionNumber (parameter ImageId)');
    expect(parametersBehind('Launch.LatestVersionNumber', { stack: changes })).to.deep.equal(['ImageId']);
    const front = modify('Front', 'AWS::CloudFormation::Stack', byParameter('Parameters.Image', 'ImageId'));
    const place = {
      stack: { stackName: 'inner', changes: [] },
      parent: { place: { stack: stack(front) }, change: front },
    };
    expect(causeOf(byParameter('LaunchTemplateData', 'Image'), place)).to.equal(
      'parameter Image, from parameter ImageId',
    );
  });

  it('leave out the doubt that the service adds to a parameter', () => {
    const doubt = detail('ImageId', 'DirectModification', undefined, { evaluation: 'Dynamic' });
    expect(certainDetails(modify('L', 'T', byParameter('ImageId', 'ImageId'), doubt))).to.have.length(1);
    expect(certainDetails(modify('L', 'T', doubt)), 'alone it is all that is known').to.have.length(1);
  });

  it('end where resources cause each other', () => {
    const a = modify('A', 'T', detail('P', 'ResourceReference', 'B'));
    const b = modify('B', 'T', detail('P', 'ResourceReference', 'A'));
    expect(parametersBehind('A', { stack: stack(a, b) })).to.deep.equal([]);
  });
});

describe('the difference of two values', () => {
  it('is told leaf by leaf, with its path', () => {
    expect(
      leaves(
        '{"ImageId":"a","Net":[{"Port":1},{"Port":2}],"Same":1}',
        '{"ImageId":"b","Net":[{"Port":1},{"Port":3}],"Same":1,"New":"x"}',
      ),
    ).to.deep.equal([
      { path: '.ImageId', before: 'a', after: 'b' },
      { path: '.Net[1].Port', before: '2', after: '3' },
      { path: '.New', after: 'x' },
    ]);
  });
  it('of plain texts, and of what looks like JSON and is none, is the two', () => {
    expect(leaves('1', '2')).to.deep.equal([{ path: '', before: '1', after: '2' }]);
    expect(leaves('{broken', '[1]')).to.deep.equal([{ path: '', before: '{broken', after: '[1]' }]);
    expect(leaves('same', 'same')).to.deep.equal([]);
  });
  it('never shows user data, and cuts what is long', () => {
    expect(leaves('{"UserData":"c2VjcmV0"}', '{"UserData":"b3RoZXI="}')).to.deep.equal([{ path: '.UserData' }]);
    expect(leaves('', 'x'.repeat(500))[0]?.after).to.match(/^x{120}…$/);
  });
});

describe('what a change does to a group', () => {
  const size = { min: 2, max: 4, desired: 2 };
  const group = { name: 'Group-1', size, instances: [] };

  it('makes it outdated by its own launch settings, or by a template of which it takes the latest', () => {
    expect(effectOn(stack(LAUNCH, GROUP), group, []).becomes).to.equal(
      'LaunchTemplate changes by Launch.LatestVersionNumber (parameter ImageId)',
    );
    expect(effectOn(stack(LAUNCH), group, ['lt/Launch-1:$Latest']).becomes).to.equal(
      'its launch template Launch changes by parameter ImageId',
    );
    expect(effectOn(stack(LAUNCH), group, ['lt/Launch-1:7']).becomes, 'a fixed version stays').to.equal(undefined);
    expect(
      effectOn(stack(modify('Group', 'AWS::AutoScaling::AutoScalingGroup', byParameter('Tags', 'Team'))), group, [])
        .becomes,
    ).to.equal(undefined);
  });

  it('makes it outdated by a mixed policy only where an instance is not what would be launched', () => {
    const policy = (types: readonly string[], more: object = {}, overrides: object = {}): string =>
      JSON.stringify({
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1', Version: '1' },
          Overrides: types.map((type) => ({ InstanceType: type, ...overrides })),
          ...more,
        },
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: types.length },
      });
    const before = policy(['m5.large', 'm5.xlarge']);
    const becomes = (after: string | undefined, types: readonly (string | undefined)[] = ['m5.large']): boolean =>
      effectOn(
        stack(
          modify(
            'Group',
            'AWS::AutoScaling::AutoScalingGroup',
            byParameter('MixedInstancesPolicy', 'Type', { before, ...(after !== undefined && { after }) }),
          ),
        ),
        { ...group, instances: types.map((type) => instance('i-1', type === undefined ? {} : { type })) },
        [],
      ).becomes !== undefined;
    expect(becomes(policy(['m6i.large', 'm5.xlarge'])), 'its type is named no more').to.equal(true);
    expect(becomes(policy(['m6i.large', 'm5.xlarge']), ['m5.xlarge']), 'its type stays').to.equal(false);
    expect(becomes(policy(['m6i.large']), [undefined]), 'its type is not known').to.equal(true);
    expect(becomes(policy(['m5.large'])), 'distribution, and one type less').to.equal(false);
    expect(becomes(policy(['m5.large'], {}, { WeightedCapacity: '2' })), 'weights').to.equal(false);
    expect(becomes(policy(['m5.large'], {}, { ImageId: 'ami-2' })), 'an image of its own').to.equal(true);
    expect(
      becomes(policy(['m5.large'], { LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1', Version: '2' } })),
      'another version',
    ).to.equal(true);
    expect(
      becomes(policy([], { Overrides: [{ InstanceRequirements: { VCpuCount: { Min: 2 } } }] })),
      'requirements',
    ).to.equal(false);
    expect(becomes(policy([])), 'the type of the template').to.equal(true);
    expect(becomes(undefined), 'the service does not say').to.equal(true);
    expect(becomes('m6i.large'), 'no policy').to.equal(true);
  });

  it('resizes it, the desired capacity between the other two', () => {
    const resize = (...pairs: readonly (readonly [string, string])[]): unknown =>
      effectOn(
        stack(
          modify(
            'Group',
            'AWS::AutoScaling::AutoScalingGroup',
            ...pairs.map(([name, after]) => byParameter(name, name, { after })),
          ),
        ),
        group,
        [],
      ).resized;
    expect(resize(['MaxSize', '6'])).to.deep.equal({ min: 2, max: 6, desired: 2 });
    expect(resize(['MinSize', '3'])).to.deep.equal({ min: 3, max: 4, desired: 3 });
    expect(resize(['MaxSize', '1'], ['MinSize', '0'])).to.deep.equal({ min: 0, max: 1, desired: 1 });
    expect(resize(['DesiredCapacity', '4'])).to.deep.equal({ min: 2, max: 4, desired: 4 });
    expect(resize(['MaxSize', '4']), 'the same as now').to.equal(undefined);
    expect(resize(['MaxSize', '{{unknown}}']), 'known only when it runs').to.equal(undefined);
  });

  it('names the balancers that others take the place of', () => {
    const targets = {
      ...modify('Targets', 'AWS::ElasticLoadBalancingV2::TargetGroup', byParameter('Port', 'Port')),
      replacement: 'True',
    };
    expect(effectOn(stack(targets, GROUP), group, []).replaced).to.deep.equal(['Targets-1']);
  });
});
