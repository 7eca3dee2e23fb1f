import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { STACK_TEMPLATE } from '../commands/ways-out/worlds.js';
import { ROOT } from '../support/root.js';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

/** A template with a bit of everything that the tool reads itself: conditions, mappings, rules, policies, a nested one. */
const MUCH = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  ImageId: {Type: String, AllowedPattern: 'ami-[0-9a-z]+', MinLength: 5}
  Size: {Type: Number, Default: 2, MinValue: 1, MaxValue: 4}
  Live: {Type: String, Default: 'no', AllowedValues: ['yes', 'no']}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
  Secret: {Type: String, NoEcho: true, Default: never-to-be-seen}
Mappings:
  Sizes: {small: {type: t3.micro}, large: {type: m5.large}}
Conditions:
  IsLive: !Equals [!Ref Live, 'yes']
  Both: !And [!Condition IsLive, !Not [!Equals [!Ref Size, 1]]]
Rules:
  Sane: {Assertions: [{Assert: !Not [!Equals [!Ref ImageId, '']], AssertDescription: no image}]}
Resources:
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        ImageId: !Ref ImageId
        InstanceType: !FindInMap [Sizes, small, type]
        UserData: !Base64 {'Fn::Sub': ["echo \${Size} \${X}", {X: !Join ['-', !Ref Zones]}]}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      AvailabilityZones: !GetAZs ''
      LaunchTemplate: {LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}
      MinSize: '1'
      MaxSize: '4'
      DesiredCapacity: !Ref Size
    UpdatePolicy:
      AutoScalingRollingUpdate: !If [IsLive, {MinInstancesInService: 1}, !Ref 'AWS::NoValue']
  Nested:
    Type: AWS::CloudFormation::Stack
    Condition: Both
    DependsOn: [Group]
    Properties: {TemplateURL: 'https://s3.amazonaws.com/b/nested.yaml', Parameters: {A: !Select [0, !Ref Zones]}}
Outputs:
  Name: {Value: !Ref Group, Export: {Name: !Sub '\${AWS::StackName}-group'}}
`;

/** Parameters files in all the forms that they are taken in. */
const VALUES: readonly string[] = [
  JSON.stringify([{ ParameterKey: 'ImageId', ParameterValue: 'ami-00000000000000002' }], null, 1),
  JSON.stringify({ Parameters: { ImageId: 'ami-00000000000000002' }, Tags: { team: 'web' } }, null, 1),
  'ImageId: ami-00000000000000002\n',
  '# values\n\nAmi=ami-00000000000000002\r\n',
];
const MUCH_VALUES: readonly string[] = [
  JSON.stringify([{ ParameterKey: 'ImageId', ParameterValue: 'ami-00000000000000002' }], null, 1),
  'ImageId: ami-00000000000000002\nSize: 3\nZones: [a, b]\nLive: "yes"\n',
];
const NETWORK = { VpcId: DEFAULT_VPC, Subnets: DEFAULT_SUBNETS.join(','), DbPassword: 'not-a-real-one' };

/** A template, and what may be said of its parameters. */
interface Pair {
  readonly template: string;
  readonly values: readonly string[];
}

/** Templates as people have them. */
export const PAIRS: readonly Pair[] = [
  { template: JSON.stringify(STACK_TEMPLATE, null, 1), values: VALUES },
  { template: MUCH, values: MUCH_VALUES },
  {
    template: read('templates', 'web-stack.yaml'),
    values: [JSON.stringify({ ImageId: 'ami-00000000000000002', ...NETWORK }, null, 1)],
  },
];

/** Settings as they are documented, and smaller ones. */
export const SETTINGS: readonly string[] = [
  read('templates', 'ha-updater.yml'),
  'defaults:\n  swap: never\n  tag: {team: web}\nstacks:\n  web:\n    parameters-file: values.json\n    create: true\n',
  'defaults:\n  strategy: rolling\n  surge: 50%\n  pause-at: 50%\n  canary: 1\n  bake: 5\n',
];

/** What `cdk synth` wrote, by path below its folder; assets are left out. */
export const ASSEMBLY: Readonly<Record<string, string>> = Object.fromEntries(
  ['manifest.json', 'cdk.out', 'Web.template.json', 'Web.assets.json', 'Web.metadata.json'].map((name) => [
    name,
    read('test', 'fixtures', 'cdk', 'cdk.out', name),
  ]),
);
