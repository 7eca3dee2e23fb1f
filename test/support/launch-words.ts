import type { Fault } from '../../src/sandbox/scenario.js';

type LaunchFails = Extract<Fault, { kind: 'launchFails' }>;
type Words = Pick<LaunchFails, 'kind' | 'code' | 'message'>;

/** What AWS says of launches that fail, as pages of the user guides and public reports have it. */
export const LAUNCH_WORDS = {
  notInZone: {
    kind: 'launchFails',
    code: 'Unsupported',
    message:
      'Your requested instance type ({type}) is not supported in your requested Availability Zone ({zone}). Please ' +
      'retry your request by not specifying an Availability Zone or choosing another one',
  },
  noCapacity: {
    kind: 'launchFails',
    code: 'InsufficientInstanceCapacity',
    message:
      'We currently do not have sufficient {type} capacity in the Availability Zone you requested ({zone}). Our ' +
      'system will be working on provisioning additional capacity',
  },
  vcpuLimit: {
    kind: 'launchFails',
    code: 'VcpuLimitExceeded',
    message:
      'You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that ' +
      'the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request ' +
      'an adjustment to this limit',
  },
  instanceLimit: {
    kind: 'launchFails',
    code: 'InstanceLimitExceeded',
    message: 'Your quota allows for 0 more running instance(s). You requested at least 1',
  },
  imagePending: {
    kind: 'launchFails',
    code: 'InvalidAMIID.Unavailable',
    message: 'AMI ami-new is pending, and cannot be run',
  },
  throttled: { kind: 'launchFails', code: 'RequestLimitExceeded', message: 'Request limit exceeded' },
  noAddresses: {
    kind: 'launchFails',
    code: 'InsufficientFreeAddressesInSubnet',
    message: "There are not enough free addresses in subnet 'subnet-0abc' to satisfy the requested number of instances",
  },
  noFreeTier: {
    kind: 'launchFails',
    code: 'InvalidParameterCombination',
    message: 'The specified instance type is not eligible for Free Tier',
  },
  keyGone: { kind: 'launchFails', code: 'InvalidKeyPair.NotFound', message: "The key pair 'ops' does not exist" },
} as const satisfies Record<string, Words>;
