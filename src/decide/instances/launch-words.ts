/**
 * What AWS's words of a failed launch mean for those that come after it.
 * - `configuration`: no zone and no type helps; only another launch template or configuration does.
 * - `zone`: final for this type in this zone; other zones may launch it.
 * - `type`: final for this type in every zone; other types of a mixed group may be launched.
 * - `quota`: there is no room for one more; it comes back only when somebody asks for more, or when others leave.
 * - `heals`: trying again helps, and Auto Scaling does.
 * - `unclear`: nobody knows; it is waited for.
 */
export type LaunchMeaning = 'configuration' | 'zone' | 'type' | 'quota' | 'heals' | 'unclear';

/** Why a launch failed, by AWS's words. */
export interface LaunchCause {
  readonly words: RegExp;
  readonly means: LaunchMeaning;
  /** Of the finding that tells it. */
  readonly code: string;
  readonly remedy: string;
}

const CAPACITY = {
  means: 'heals',
  code: 'diagnose.noCapacity',
  remedy: 'Wait, or let the group use more zones or other instance types.',
} as const;
const PASSING = {
  means: 'heals',
  code: 'diagnose.launchTransient',
  remedy: 'Wait: Auto Scaling tries again.',
} as const;
const IMAGE = {
  means: 'configuration',
  code: 'diagnose.imageMissing',
  remedy: 'Give an image that exists in this region and may be launched by this account.',
} as const;
const QUOTA = {
  means: 'quota',
  code: 'diagnose.limit',
  remedy: 'Ask for a higher quota; a swap needs twice the instances for a while, --strategy rolling fewer.',
} as const;
const CONFIGURATION = {
  means: 'configuration',
  code: 'diagnose.configuration',
  remedy: 'Correct the launch template or launch configuration.',
} as const;
const ZONE = {
  means: 'zone',
  code: 'diagnose.notInZone',
  remedy: 'Take the zone out of the group, or use an instance type that it offers.',
} as const;
const TYPE = {
  means: 'type',
  code: 'diagnose.typeUnsupported',
  remedy: 'Use an instance type that fits the image and the account, or leave this one out.',
} as const;
const DENIED = {
  means: 'configuration',
  code: 'diagnose.launchDenied',
  remedy: "Let Auto Scaling's service-linked role use the image, its key and the instance profile.",
} as const;

/**
 * All causes that are known; the first whose words are in a message counts, so what heals stands before what sounds
 * like it. Groups with a mixed policy say the same behind `Could not launch On-Demand Instances. CODE - `.
 *
 * Sources, by the letters at the rows:
 * - L: EC2 Auto Scaling user guide, "Troubleshoot: EC2 instance launch failures"
 * - I: the same, "Troubleshoot: AMI issues"
 * - B: the same, "Troubleshoot: Load balancer issues"
 * - T: the same, "Troubleshoot: Launch templates"
 * - E: EC2 API reference, "Error codes for the Amazon EC2 API"
 * - otherwise the public report that shows the words in a scaling activity
 */
const CAUSES: readonly LaunchCause[] = [
  // I: the image was only just made.
  {
    words: /\bAMI\b.*\bis pending\b|image .*\bis pending\b/i,
    means: 'heals',
    code: 'diagnose.imagePending',
    remedy: 'Wait until the image is available.',
  },
  // L: in one zone, for the moment. EKS user guide for UnfulfillableCapacity (Spot).
  { ...CAPACITY, words: /InsufficientInstanceCapacity|do not have sufficient .*capacity|UnfulfillableCapacity/i },
  // L: reservations, Capacity Blocks, Spot and its price.
  { ...CAPACITY, words: /no (Spot )?capacity available|no Spot capacity|reservation does not have sufficient/i },
  { ...CAPACITY, words: /Capacity Block reservation .* is not active yet|InsufficientHostCapacity/i },
  { ...CAPACITY, words: /Spot request price of .* is lower than|SpotMaxPriceTooLow/i },
  // E: too many calls at once, or an error of the service.
  { ...PASSING, words: /RequestLimitExceeded|Request limit exceeded|Throttl|Rate exceeded/i },
  { ...PASSING, words: /Server\.InternalError|Internal error on launch|An internal error has occurred/i },
  // E: ServiceUnavailable; an account that is being verified.
  { ...PASSING, words: /ServiceUnavailable|Server\.Unavailable|PendingVerification|is currently being verified/i },
  // The first group of an account launches before IAM has spread the service-linked role that comes with it.
  { ...PASSING, words: /^Authentication Failure/i },
  // E: no free address in the subnet of one zone; a swap needs twice as many.
  {
    words: /InsufficientFreeAddresses|not enough free addresses/i,
    means: 'quota',
    code: 'diagnose.noAddresses',
    remedy: 'Give the group larger subnets; --strategy rolling needs fewer addresses at once.',
  },
  // E: vCPUs of a family in a region. EC2 user guide, "On-Demand Instance quotas".
  { ...QUOTA, words: /VcpuLimitExceeded|than your current vCPU limit/i },
  // E; convox/rack#2539, hashicorp/terraform#1891 show both forms.
  { ...QUOTA, words: /InstanceLimitExceeded|than your current instance limit|quota allows for \d+ more/i },
  // E; aws-deepracer-community/deepracer-on-the-spot#55.
  { ...QUOTA, words: /MaxSpotInstanceCountExceeded|SpotInstanceCount|Max spot instance count exceeded/i },
  // L: `<n> instance(s) are already running`, and fleets of an account.
  { ...QUOTA, words: /instance\(s\) are already running|reached your quota|limit .*exceeded|LimitExceeded|\bquota\b/i },
  {
    words: /Lifecycle Action.*abandon|Heartbeat Timeout/i,
    means: 'unclear',
    code: 'diagnose.hookAbandoned',
    remedy: 'Look at what completes the lifecycle hook, and at its heartbeat timeout.',
  },
  // I: deleted, disabled, not shared, or no id at all (E: InvalidAMIID.*).
  {
    ...IMAGE,
    words: /InvalidAMIID|(image id|\bAMI\b).*(does not exist|not found|is not valid|malformed|is disabled)/i,
  },
  { ...IMAGE, words: /Not authorized for images?|(image id|\bAMI\b).*not authorized|expecting "ami-/i },
  // T; terraform-aws-modules/terraform-aws-autoscaling#182: a version that was deleted.
  { ...CONFIGURATION, words: /Could not find the specified version|launch template.*(does not exist|not found)/i },
  { ...CONFIGURATION, words: /InvalidLaunchTemplate|launch configuration.*(does not exist|not found)/i },
  // L: deleted since. E: InvalidGroup.NotFound, InvalidKeyPair.NotFound, InvalidSnapshot.NotFound.
  { ...CONFIGURATION, words: /(security groups?|key pair|snapshot)\b.*(does not exist|do not exist|not found)/i },
  { ...CONFIGURATION, words: /InvalidGroup|InvalidSecurityGroup|InvalidKeyPair|InvalidSnapshot|different networks/i },
  // E: Invalid id: "x" (expecting "sg-...").
  { ...CONFIGURATION, words: /Invalid id: ".*" \(expecting "(?!subnet-)/i },
  // E: InvalidParameterValue of iamInstanceProfile, in two spellings.
  { ...CONFIGURATION, words: /Invalid IAM ?Instance ?Profile|iamInstanceProfile\S* is invalid/i },
  // L: its placement group is gone (E: InvalidPlacementGroup.Unknown).
  { ...CONFIGURATION, words: /placement group.*(does not exist|not found|is unknown)|InvalidPlacementGroup/i },
  // L: devices that the image or the type do not know.
  {
    ...CONFIGURATION,
    words: /Invalid device name|parameter virtualName is invalid|block device mappings not supported/i,
  },
  { ...CONFIGURATION, words: /must contain (an image id|the parameter)|MissingParameter/i },
  // B: what the group was behind is gone.
  { ...CONFIGURATION, words: /target groups? not found|Cannot find Load Balancer|is not in VPC/i },
  // E: the account itself may not launch.
  { ...DENIED, words: /account is currently blocked|OptInRequired/i },
  // L: mostly the key of an encrypted image. T: permissions of whoever passes the template on.
  { ...DENIED, words: /Client error on launch|Client\.InternalError|InternalErrorOnLaunch|\bKMS\b|InvalidKMSKey/i },
  { ...DENIED, words: /UnauthorizedOperation|not authorized to perform/i },
  // I: image and type do not go together. L: nor do placement group and type.
  { ...TYPE, words: /architecture.*does not match|Placement groups may not be used with instances of type/i },
  { ...TYPE, words: /not supported (for|by|with) (this|the|your) .*instance type|is required for .*instance/i },
  // E: InvalidParameterValue of a type that does not exist.
  { ...TYPE, words: /instance types? .*(does not exist|do not exist)|Invalid value .* for InstanceType/i },
  // An account of the free plan may launch few types (shown by accounts of 2025 and 2026).
  { ...TYPE, words: /not eligible for Free Tier/i },
  // L; terraform-provider-aws#26377: one zone does not offer the type. The wording without a zone names neither.
  { ...ZONE, words: /instance type.*(not|no longer) supported|requested configuration.*(not supported|unsupported)/i },
  { ...ZONE, words: /\bUnsupported\b|Availability Zone is currently constrained|InvalidFleetConfiguration/i },
  // E: the subnet of one zone is gone.
  { ...ZONE, words: /InvalidSubnet|subnet\b.*(does not exist|not found|is not valid)|expecting "subnet-/i },
  // What else EC2 finds wrong with the request: too broad a word to end a rollout for.
  { ...CONFIGURATION, means: 'unclear', words: /InvalidParameter|does not exist/i },
];

/** The cause that a failed launch's message tells, or undefined for words that are not known. */
export function launchCause(message: string): LaunchCause | undefined {
  return CAUSES.find(({ words }) => words.test(message));
}

/** The instance types that a message names, such as `c7g.large`. */
export function typesNamed(message: string): readonly string[] {
  return message.match(TYPES) ?? [];
}

/** The zone that a message names as the one that was asked for, in brackets. */
export function zoneNamed(message: string): string | undefined {
  return ZONE_NAME.exec(message)?.[1];
}

const TYPES = /\b[a-z][a-z0-9-]*\d[a-z0-9-]*\.(?:nano|micro|small|medium|large|\d*xlarge|metal[a-z0-9-]*)\b/g;
const ZONE_NAME = /\(([a-z]{2}-[a-z-]+-\d[a-z0-9-]*[a-z])\)/;
