import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateSummaryCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateLaunchTemplateCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ConfigureHealthCheckCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { createSandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import type { Services } from '../../../src/sandbox/world/world.js';
import { answering, failure, sandboxOf } from './support.js';

const body = <T extends { $metadata: unknown }>({ $metadata, ...rest }: T): Omit<T, '$metadata'> => {
  expect($metadata).to.be.an('object');
  return rest;
};

describe('the wire of the load balancers', () => {
  it('tells the classic and the newer service apart, which share a host', async () => {
    const states = [
      {
        InstanceId: 'i-1',
        State: 'OutOfService',
        ReasonCode: 'Instance',
        Description: 'Instance has failed at least 2 < 3',
      },
    ];
    const targets: TargetHealthDescription[] = [
      {
        Target: { Id: 'i-1', Port: 80 },
        HealthCheckPort: '80',
        TargetHealth: { State: 'draining', Reason: 'Target.DeregistrationInProgress', Description: 'x' },
      },
    ];
    const services: Services = {
      elb: { DescribeInstanceHealth: () => ({ InstanceStates: states }) },
      elbv2: { DescribeTargetHealth: () => ({ TargetHealthDescriptions: targets }) },
    };
    const sandbox = sandboxOf(services);
    const classic = new ElasticLoadBalancingClient(sandbox.clientConfig());
    const newer = new ElasticLoadBalancingV2Client(sandbox.clientConfig());
    expect(body(await classic.send(new DescribeInstanceHealthCommand({ LoadBalancerName: 'web' })))).to.deep.equal({
      InstanceStates: states,
    });
    expect(body(await newer.send(new DescribeTargetHealthCommand({ TargetGroupArn: 'arn' })))).to.deep.equal({
      TargetHealthDescriptions: targets,
    });
    expect([...sandbox.calls]).to.deep.equal([
      ['elb:DescribeInstanceHealth', 1],
      ['elbv2:DescribeTargetHealth', 1],
    ]);
  });

  it('reads nested members of both', async () => {
    const classic = answering('elb', 'ConfigureHealthCheck', {});
    const check = {
      LoadBalancerName: 'web',
      HealthCheck: { Target: 'HTTP:80/', Interval: 10, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 3 },
    };
    await new ElasticLoadBalancingClient(sandboxOf(classic.services).clientConfig()).send(
      new ConfigureHealthCheckCommand(check),
    );
    expect(classic.inputs).to.deep.equal([check]);
    const newer = answering('elbv2', 'RegisterTargets', {});
    const registration = { TargetGroupArn: 'arn', Targets: [{ Id: 'i-1' }, { Id: 'i-2', Port: 8080 }] };
    await new ElasticLoadBalancingV2Client(sandboxOf(newer.services).clientConfig()).send(
      new RegisterTargetsCommand(registration),
    );
    expect(newer.inputs).to.deep.equal([registration]);
  });

  it('names their errors as AWS does', async () => {
    const refusing = (code: string) => () => {
      throw new ServiceFault(code, 'no');
    };
    const sandbox = sandboxOf({
      elb: { DescribeInstanceHealth: refusing('LoadBalancerNotFound') },
      elbv2: { DescribeTargetHealth: refusing('TargetGroupNotFound') },
    });
    const classic = await failure(
      new ElasticLoadBalancingClient(sandbox.clientConfig()).send(
        new DescribeInstanceHealthCommand({ LoadBalancerName: 'x' }),
      ),
    );
    const newer = await failure(
      new ElasticLoadBalancingV2Client(sandbox.clientConfig()).send(
        new DescribeTargetHealthCommand({ TargetGroupArn: 'x' }),
      ),
    );
    expect([classic.name, newer.name]).to.deep.equal(['AccessPointNotFoundException', 'TargetGroupNotFoundException']);
  });
});

describe('the wire of CloudFormation', () => {
  it('carries stacks, events and templates', async () => {
    const template = 'Resources: # <comment> & "quotes"\n  A: { Type: "AWS::SNS::Topic" }\n';
    const stack = {
      StackName: 'web',
      StackId: 'arn:stack',
      CreationTime: new Date('2026-11-21T03:00:01.000Z'),
      StackStatus: 'UPDATE_COMPLETE' as const,
      Parameters: [{ ParameterKey: 'ImageId', ParameterValue: 'ami-1' }],
      Outputs: [],
      Tags: [{ Key: 'a', Value: 'b' }],
      Capabilities: ['CAPABILITY_IAM' as const],
      DisableRollback: false,
    };
    const event = {
      StackId: 'arn:stack',
      EventId: 'e',
      StackName: 'web',
      LogicalResourceId: 'Group',
      Timestamp: new Date('2026-11-21T03:00:02.123Z'),
      ResourceProperties: '{"a":"<&>"}',
    };
    const inputs: object[] = [];
    const noting = (output: object) => (_: unknown, input: object) => {
      inputs.push(input);
      return output;
    };
    const sandbox = sandboxOf({
      cloudformation: {
        CreateStack: noting({ StackId: 'arn:stack' }),
        DescribeStacks: noting({ Stacks: [stack] }),
        DescribeStackEvents: noting({ StackEvents: [event] }),
        GetTemplateSummary: noting({
          Parameters: [{ ParameterKey: 'P', NoEcho: true, ParameterConstraints: { AllowedValues: ['a', 'b'] } }],
          ResourceTypes: [],
        }),
      },
    });
    const client = new CloudFormationClient(sandbox.clientConfig());
    const creation = {
      StackName: 'web',
      TemplateBody: template,
      Capabilities: ['CAPABILITY_IAM' as const],
      Parameters: [{ ParameterKey: 'ImageId', UsePreviousValue: true }],
      RollbackConfiguration: {},
    };
    expect(body(await client.send(new CreateStackCommand(creation)))).to.deep.equal({ StackId: 'arn:stack' });
    expect((inputs[0] as typeof creation).TemplateBody).to.equal(template);
    expect((inputs[0] as typeof creation).Parameters).to.deep.equal(creation.Parameters);
    expect(body(await client.send(new DescribeStacksCommand({})))).to.deep.equal({ Stacks: [stack] });
    expect(inputs[1]).to.deep.equal({});
    expect(body(await client.send(new DescribeStackEventsCommand({ StackName: 'web' })))).to.deep.equal({
      StackEvents: [event],
    });
    expect(body(await client.send(new GetTemplateSummaryCommand({ StackName: 'web' })))).to.deep.equal({
      Parameters: [{ ParameterKey: 'P', NoEcho: true, ParameterConstraints: { AllowedValues: ['a', 'b'] } }],
      ResourceTypes: [],
    });
  });

  it('says that there is nothing to update as AWS does', async () => {
    const sandbox = sandboxOf({
      cloudformation: {
        UpdateStack: () => {
          throw new ServiceFault('ValidationError', 'No updates are to be performed.');
        },
      },
    });
    const error = await failure(
      new CloudFormationClient(sandbox.clientConfig()).send(new UpdateStackCommand({ StackName: 'web' })),
    );
    expect([error.name, error.message]).to.deep.equal(['ValidationError', 'No updates are to be performed.']);
  });
});

describe('the wire of EC2', () => {
  it('carries instances with their flat lists', async () => {
    const instances = {
      Reservations: [
        {
          ReservationId: 'r-1',
          OwnerId: '123456789012',
          Groups: [],
          Instances: [
            {
              InstanceId: 'i-1',
              ImageId: 'ami-1',
              InstanceType: 't3.micro' as const,
              LaunchTime: new Date('2026-11-21T03:00:00.000Z'),
              State: { Code: 16, Name: 'running' as const },
              Placement: { AvailabilityZone: 'eu-west-1a' },
              Tags: [{ Key: 'aws:autoscaling:groupName', Value: 'web & co' }],
              EbsOptimized: false,
              BlockDeviceMappings: [
                {
                  DeviceName: '/dev/xvda',
                  Ebs: { VolumeId: 'vol-1', AttachTime: new Date('2026-11-21T03:00:00.000Z') },
                },
              ],
            },
          ],
        },
      ],
    };
    const { services, inputs } = answering('ec2', 'DescribeInstances', instances);
    const client = new EC2Client(sandboxOf(services).clientConfig());
    const asked = { InstanceIds: ['i-1', 'i-2'], Filters: [{ Name: 'tag:a', Values: ['x', 'y'] }], MaxResults: 10 };
    expect(body(await client.send(new DescribeInstancesCommand(asked)))).to.deep.equal(instances);
    expect(inputs).to.deep.equal([asked]);
  });

  it('reads the nested data of a launch template', async () => {
    const { services, inputs } = answering('ec2', 'CreateLaunchTemplate', {});
    const input = {
      LaunchTemplateName: 'web',
      ClientToken: 'once',
      LaunchTemplateData: {
        ImageId: 'ami-1',
        SecurityGroupIds: ['sg-1'],
        UserData: Buffer.from('#!/bin/sh\n').toString('base64'),
        NetworkInterfaces: [{ DeviceIndex: 0, Groups: ['sg-2'], AssociatePublicIpAddress: true }],
        TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'k', Value: 'v' }] }],
      },
      TagSpecifications: [{ ResourceType: 'launch-template' as const, Tags: [{ Key: 'k', Value: '' }] }],
    };
    await new EC2Client(sandboxOf(services).clientConfig()).send(new CreateLaunchTemplateCommand(input));
    expect(inputs).to.deep.equal([input]);
  });

  it('reads the versions of a launch template that were asked for', async () => {
    const output = {
      LaunchTemplateVersions: [
        { LaunchTemplateId: 'lt-1', VersionNumber: 2, DefaultVersion: true, LaunchTemplateData: { ImageId: 'ami-1' } },
      ],
    };
    const { services, inputs } = answering('ec2', 'DescribeLaunchTemplateVersions', output);
    const client = new EC2Client(sandboxOf(services).clientConfig());
    expect(
      body(
        await client.send(
          new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-1', Versions: ['$Latest', '1'] }),
        ),
      ),
    ).to.deep.equal(output);
    expect(inputs).to.deep.equal([{ LaunchTemplateId: 'lt-1', Versions: ['$Latest', '1'] }]);
  });

  it('takes an operation without output, and refuses in its own words', async () => {
    const { services } = answering('ec2', 'CreateTags', {});
    const client = new EC2Client(sandboxOf(services).clientConfig());
    await client.send(new CreateTagsCommand({ Resources: ['i-1'], Tags: [{ Key: 'a', Value: 'b' }] }));
    const missing = await failure(client.send(new CreateTagsCommand({ Resources: undefined, Tags: [] })));
    expect([missing.name, missing.message]).to.deep.equal([
      'MissingParameter',
      'The request must contain the parameter ResourceId',
    ]);
    const notSimulated = await failure(client.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 })));
    expect([notSimulated.name, notSimulated.message]).to.deep.equal([
      'InvalidAction',
      'The sandbox does not simulate ec2:RunInstances',
    ]);
  });
});

describe('the wire of STS', () => {
  it('says who calls', async () => {
    const client = new STSClient(createSandbox({ ...DEFAULT_SCENARIO, account: '000000000042' }).clientConfig());
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    expect([Account, Arn]).to.deep.equal(['000000000042', 'arn:aws:iam::000000000042:user/sandbox']);
  });
});
