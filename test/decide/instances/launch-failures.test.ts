import { expect } from 'chai';
import { hopeless } from '../../../src/decide/instances/hopeless.js';
import { launchCause, typesNamed, zoneNamed } from '../../../src/decide/instances/launch-words.js';
import type { FailedActivity, Group } from '../../../src/model/rollout/group.js';
import { doubledGroup, fresh, instance, RECORD, T0, verdict } from '../../support/groups.js';
import { ROLLING } from '../../support/rolling.js';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1e'] as const;
const [A, B, E] = ZONES;

const notIn = (zone: string, type = 'c7g.large'): string =>
  `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}). Please ` +
  'retry your request by not specifying an Availability Zone or choosing us-east-1c. Launching EC2 instance failed.';
const noRoomFor = (type: string, zone: string): string =>
  `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system ` +
  'will be working on provisioning additional capacity. Launching EC2 instance failed.';
const VCPUS =
  'You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the ' +
  'specified instance type belongs to. Launching EC2 instance failed.';
const VERSION =
  'Could not find the specified version 2 for the launch template with ID lt-0123456789abcdef0. Launching EC2 ' +
  'instance failed.';
const mixed = (code: string, words: string): string => `Could not launch On-Demand Instances. ${code} - ${words}`;

/** A try to launch, so many seconds after the record. */
function tried(seconds: number, message: string, zone?: string): FailedActivity {
  const id = `${seconds} ${zone ?? ''}`;
  return {
    id,
    group: 'web',
    startedAt: T0 + seconds * 1000,
    message,
    cause: '',
    ...(zone !== undefined && { zone }),
  };
}

const OLD = [instance('i-old1'), instance('i-old2')];

/** What is said of a swap of a group in three zones after these tries. */
function said(tries: readonly FailedActivity[], differs: Partial<Group> = {}): string | undefined {
  const group = doubledGroup({ zones: ZONES, instances: OLD, ...differs });
  return hopeless(
    group,
    RECORD,
    tries,
    group.instances.filter(({ launchedAt = 0 }) => launchedAt >= T0),
  );
}

describe('failed launches', () => {
  it('are no reason while they are those of one zone of three (RO-001)', () => {
    expect(said([tried(10, notIn(E), E)])).to.equal(undefined);
    expect(said([tried(10, notIn(E), E), tried(20, notIn(A), A), tried(30, notIn(E), E)])).to.equal(undefined);
  });

  it('are final when every zone said so, whether the activity or its words name the zone', () => {
    const tries = [tried(10, notIn(E), E), tried(20, notIn(A)), tried(30, notIn(B))];
    expect(said(tries)).to.equal(
      `launching cannot succeed in any of its zones (us-east-1a, us-east-1b, us-east-1e): ${notIn(B)}`,
    );
  });

  it('are waited for when one zone only lacks capacity', () => {
    expect(said([tried(10, notIn(A), A), tried(10, noRoomFor('c7g.large', B), B), tried(10, notIn(E), E)])).to.equal(
      undefined,
    );
  });

  it('count only since the record, and only those of the group', () => {
    const before = ZONES.map((zone) => tried(-5, notIn(zone), zone));
    const others = ZONES.map((zone) => ({ ...tried(5, notIn(zone), zone), group: 'api' }));
    expect(said([...before, ...others, tried(-1, VERSION)])).to.equal(undefined);
  });

  it('are taken back by a launch that worked later', () => {
    const instances = [...OLD, fresh('i-new1', { launchedAt: T0 + 60_000, zone: A })];
    const tries = [A, B, E].map((zone) => tried(10, VCPUS, zone));
    expect(said(tries)).to.match(/^there is no room/);
    expect(said(tries, { instances })).to.equal(undefined);
    expect(said([tried(50, VERSION)], { instances })).to.equal(undefined);
    expect(said([tried(60, VERSION)], { instances })).to.match(/^launching cannot succeed: Could not find/);
  });

  it('for a quota are final once it stands in every zone, and name what needs less room (RO-006)', () => {
    expect(said([tried(10, VCPUS, A), tried(10, VCPUS, B)])).to.equal(undefined);
    expect(said([A, B, E].map((zone) => tried(10, VCPUS, zone)))).to.equal(
      'there is no room to run old and new instances side by side (--strategy rolling needs fewer at once, or ask for ' +
        `a larger quota): ${VCPUS}`,
    );
    expect(
      hopeless(
        doubledGroup({ zones: [A], instances: OLD, notes: { record: ROLLING } }),
        ROLLING,
        [tried(10, VCPUS, A)],
        [],
      ),
    ).to.match(/^there is no room for one more \(--surge 0 --unavailable 1 needs none, or ask for a larger quota\)/);
  });

  it('for a quota are waited for while instances of the group leave, or will after the verdict', () => {
    const tries = [A, B, E].map((zone) => tried(10, VCPUS, zone));
    const leaving = instance('i-old0', { lifecycle: 'Terminating:Wait' });
    expect(said(tries, { instances: [...OLD, leaving] })).to.equal(undefined);
    expect(said(tries, { notes: { record: RECORD, verdict: verdict('promote') } })).to.equal(undefined);
    expect(said(tries, { instances: OLD })).to.match(/^there is no room/);
  });

  it('in a version that does not exist are final at once (RO-012)', () => {
    expect(said([tried(10, VERSION, A)])).to.equal(`launching cannot succeed: ${VERSION}`);
  });

  it('of one type of a mixed group are no reason while another type may be launched', () => {
    const types = ['c7g.large', 'c6g.large'];
    const one = ZONES.map((zone) => tried(10, mixed('Unsupported', notIn(zone)), zone));
    expect(said(one, { types })).to.equal(undefined);
    const both = [...one, ...ZONES.map((zone) => tried(20, mixed('Unsupported', notIn(zone, 'c6g.large')), zone))];
    expect(said(both, { types })).to.match(/^launching cannot succeed in any of its zones/);
    expect(said(both, { types: 'open' })).to.equal(undefined);
  });

  it('that name no type count for one type each', () => {
    const types = ['c7g.large', 'c6g.large'];
    const once = ZONES.map((zone) => tried(10, mixed('VcpuLimitExceeded', VCPUS), zone));
    expect(said(once, { types })).to.equal(undefined);
    expect(
      said([...once, ...ZONES.map((zone) => tried(40, mixed('VcpuLimitExceeded', VCPUS), zone))], { types }),
    ).to.match(/^there is no room/);
  });

  it('for a type that fits nowhere need no other zone', () => {
    const words =
      "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the " +
      'specified AMI. Launching EC2 instance failed.';
    expect(said([tried(10, words, A)])).to.match(/^launching cannot succeed with any of its instance types: The arch/);
    expect(said([tried(10, words, A)], { types: ['c7g.large', 'c6i.large'] })).to.equal(undefined);
  });

  it('are no reason for a group whose zones are not known', () => {
    expect(said([tried(10, notIn(E), E)], { zones: [] })).to.equal(undefined);
  });
});

/** AWS's words, as the pages and reports named in launch-words.ts have them. */
const WORDS: readonly (readonly [string, string, string])[] = [
  ['heals', 'diagnose.imagePending', 'AMI ami-0abc is pending, and cannot be run. Launching EC2 instance failed.'],
  ['heals', 'diagnose.noCapacity', noRoomFor('t3.xlarge', 'us-west-1c')],
  [
    'heals',
    'diagnose.noCapacity',
    'Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due to your request ' +
      'configuration. Please adjust your request and try again. Launching EC2 instance failed.',
  ],
  ['heals', 'diagnose.noCapacity', 'There is no Spot capacity available that matches your request.'],
  [
    'heals',
    'diagnose.noCapacity',
    'The requested reservation does not have sufficient compatible and available capacity for this request.',
  ],
  ['heals', 'diagnose.launchTransient', mixed('RequestLimitExceeded', 'Request limit exceeded.')],
  ['heals', 'diagnose.launchTransient', 'Authentication Failure. Launching EC2 instance failed.'],
  ['quota', 'diagnose.limit', mixed('VcpuLimitExceeded', VCPUS)],
  ['quota', 'diagnose.limit', 'Your quota allows for 0 more running instance(s). You requested at least 1.'],
  [
    'quota',
    'diagnose.limit',
    'You have requested more instances (6) than your current instance limit of 5 allows for the specified instance type.',
  ],
  ['quota', 'diagnose.limit', 'Max spot instance count exceeded. Launching EC2 instance failed.'],
  ['quota', 'diagnose.limit', "You've reached your quota for maximum Fleet Requests for this account."],
  [
    'quota',
    'diagnose.noAddresses',
    "There are not enough free addresses in subnet 'subnet-0abc' to satisfy the requested number of instances.",
  ],
  [
    'configuration',
    'diagnose.imageMissing',
    "The image id '[ami-0bad]' does not exist. Launching EC2 instance failed.",
  ],
  ['configuration', 'diagnose.imageMissing', 'The AMI ID ami-0bad does not exist. Launching EC2 instance failed.'],
  ['configuration', 'diagnose.imageMissing', "AMI 'ami-0bad' is disabled, and cannot be run."],
  [
    'configuration',
    'diagnose.imageMissing',
    'Invalid id: "golden" (expecting "ami-..."). Launching EC2 instance failed.',
  ],
  ['configuration', 'diagnose.imageMissing', 'Not authorized for images: [ami-0abc]. Launching EC2 instance failed.'],
  ['configuration', 'diagnose.configuration', VERSION],
  [
    'configuration',
    'diagnose.configuration',
    'The specified launch template, with template ID lt-0abc, does not exist. Launching EC2 instance failed.',
  ],
  ['configuration', 'diagnose.configuration', "The key pair 'ops' does not exist. Launching EC2 instance failed."],
  ['configuration', 'diagnose.configuration', "The security group 'sg-0abc' does not exist."],
  ['configuration', 'diagnose.configuration', 'Invalid id: "web" (expecting "sg-...").'],
  [
    'configuration',
    'diagnose.configuration',
    'Value (web) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name.',
  ],
  ['configuration', 'diagnose.configuration', 'Invalid device name /dev/xvdzz. Launching EC2 instance failed.'],
  [
    'configuration',
    'diagnose.configuration',
    'One or more target groups not found. Validating load balancer configuration failed.',
  ],
  ['configuration', 'diagnose.launchDenied', 'Client.InternalError: Client error on launch.'],
  ['configuration', 'diagnose.launchDenied', 'You are not authorized to perform this operation.'],
  ['zone', 'diagnose.notInZone', mixed('Unsupported', notIn('eu-central-1c', 'p3.2xlarge'))],
  ['zone', 'diagnose.notInZone', `InvalidFleetConfiguration - ${notIn('us-east-1e', 'c5.large')}`],
  [
    'zone',
    'diagnose.notInZone',
    'The requested configuration is currently not supported. Please check the documentation for supported configurations.',
  ],
  ['zone', 'diagnose.notInZone', "The subnet ID 'subnet-0abc' does not exist. Launching EC2 instance failed."],
  [
    'type',
    'diagnose.typeUnsupported',
    mixed('InvalidParameterCombination', 'The specified instance type is not eligible for Free Tier.'),
  ],
  ['type', 'diagnose.typeUnsupported', "Placement groups may not be used with instances of type 'm1.large'."],
  ['type', 'diagnose.typeUnsupported', "Invalid value 'm9.huge' for InstanceType."],
  ['unclear', 'diagnose.configuration', mixed('InvalidParameterValue', 'The value is not good.')],
];

describe("AWS's words of failed launches", () => {
  for (const [means, code, message] of WORDS) {
    it(`${means}: ${message}`, () => {
      // AWS cuts messages at 255 characters.
      const cause = launchCause(message.slice(0, 255));
      expect([cause?.means, cause?.code]).to.deep.equal([means, code]);
    });
  }

  it('may be unknown', () => {
    expect(launchCause('Something new happened.')).to.equal(undefined);
  });

  it('name types and the zone that was asked for', () => {
    const message = mixed('Unsupported', notIn('us-east-1e', 'u-6tb1.56xlarge'));
    expect([typesNamed(message), zoneNamed(message)]).to.deep.equal([['u-6tb1.56xlarge'], 'us-east-1e']);
    expect(zoneNamed(notIn('us-west-2-lax-1a'))).to.equal('us-west-2-lax-1a');
    expect([typesNamed(VCPUS), zoneNamed(VCPUS)]).to.deep.equal([[], undefined]);
    expect(typesNamed('of m7i-flex.large, m5.metal-24xl and mac2.metal')).to.deep.equal([
      'm7i-flex.large',
      'm5.metal-24xl',
      'mac2.metal',
    ]);
  });
});
