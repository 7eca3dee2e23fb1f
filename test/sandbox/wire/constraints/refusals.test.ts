import { expect } from 'chai';
import { rawSandbox } from '../raw-calls.js';

const { sandbox, query, json } = rawSandbox();
const one = (at: string, must: string): string =>
  `1 validation error detected: Value ${at} failed to satisfy constraint: ${must}`;

describe('what breaks a constraint is refused at the door', () => {
  it('by length, range, enum and pattern, with the value and the name as Java has it', () => {
    expect(query('autoscaling', 'DescribeAutoScalingGroups', { MaxRecords: '101' })).to.include({
      status: 400,
      code: 'ValidationError',
      message: one("'101' at 'maxRecords'", 'Member must have value less than or equal to 100'),
    });
    expect(query('autoscaling', 'CreateOrUpdateTags', { 'Tags.member.2.Key': '' })).to.include({
      code: 'ValidationError',
      message: one("'' at 'tags.1.member.key'", 'Member must have length greater than or equal to 1'),
    });
    expect(query('cloudformation', 'CreateStack', { StackName: 'a'.repeat(129), TemplateBody: '{}' }).message).to.equal(
      one(`'${'a'.repeat(129)}' at 'stackName'`, 'Member must have length less than or equal to 128'),
    );
    expect(query('cloudformation', 'CreateStack', { StackName: '1 c', TemplateBody: '{}' }).message).to.equal(
      one("'1 c' at 'stackName'", 'Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*'),
    );
    expect(
      query('elbv2', 'CreateLoadBalancer', { Name: 'a', Scheme: 'foo', 'Subnets.member.1': 'subnet-1' }).message,
    ).to.equal(one("'foo' at 'scheme'", 'Member must satisfy enum value set: [internet-facing, internal]'));
  });

  it('all at once, and what is missing among it', () => {
    expect(query('sts', 'AssumeRole', { RoleSessionName: 'a', DurationSeconds: '1' }).message).to.equal(
      "3 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; " +
        "Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; " +
        "Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    );
  });

  it('items of a list together, with all that holds for each', () => {
    const { message } = query('autoscaling', 'DescribeAutoScalingInstances', {
      'InstanceIds.member.1': 'i-'.padEnd(40, '1'),
    });
    expect(message).to.match(
      /^1 validation error detected: Value '\[i-1{38}\]' at 'instanceIds' failed to satisfy constraint: Member must satisfy constraint: \[Member must have length less than or equal to 19, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: /,
    );
    expect(query('cloudformation', 'ListStacks', { 'StackStatusFilter.member.1': 'FOO' }).message).to.contain(
      "Value '[FOO]' at 'stackStatusFilter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [CREATE_IN_PROGRESS, ",
    );
    expect(
      query('cloudformation', 'CreateStack', { StackName: 'a', 'Capabilities.member.1': 'FOO' }).message,
    ).to.contain("Value '[FOO]' at 'capabilities'");
  });

  it('before anything is looked up, whatever else is wrong', () => {
    expect(
      query('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'nobody', DesiredCapacity: 'x' }),
    ).to.include({ code: 'MalformedInput' });
    expect(query('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'nobody' }).message).to.equal(
      one("null at 'desiredCapacity'", 'Member must not be null'),
    );
    expect(query('elbv2', 'CreateRule', { ListenerArn: 'none', Priority: '0' }).message).to.match(
      /^3 validation errors/,
    );
  });

  it('of target groups and listeners as templates have them', () => {
    const { message } = query('elbv2', 'CreateTargetGroup', {
      Name: 'a',
      Protocol: 'FOO',
      Port: '70000',
      TargetType: 'foo',
    });
    expect(message).to.match(
      /^3 validation errors detected: Value 'FOO' at 'protocol' .*enum.*; Value '70000' at 'port' .*65535; Value 'foo' at 'targetType' /,
    );
    expect(
      query('elbv2', 'CreateTargetGroup', { Name: 'a', HealthCheckIntervalSeconds: '1', HealthyThresholdCount: '1' })
        .message,
    ).to.match(/^2 validation errors/);
  });

  it('of EC2 one at a time, in its own words', () => {
    for (const operation of ['DescribeVpcs', 'DescribeSubnets', 'DescribeSecurityGroups'])
      expect(query('ec2', operation, { MaxResults: '4' })).to.include({
        code: 'InvalidParameterValue',
        message: 'Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
      });
    expect(query('ec2', 'DescribeLaunchTemplates', { MaxResults: '201' })).to.include({
      code: 'InvalidParameterValue',
      message: 'Maximum results allowed are between 1 and 200',
    });
    expect(
      query('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'ab', 'LaunchTemplateData.ImageId': 'ami-1' }).code,
    ).to.equal('InvalidLaunchTemplateName.MalformedException');
    expect(query('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'abc' })).to.include({
      code: 'MissingParameter',
      message: 'The request must contain the parameter LaunchTemplateData',
    });
    const spelled = { LaunchTemplateName: 'abc', 'LaunchTemplateData.InstanceInitiatedShutdownBehavior': 'x' };
    expect(query('ec2', 'CreateLaunchTemplate', spelled)).to.include({
      code: 'InvalidParameterValue',
      message: 'Value (x) for parameter launchTemplateData.instanceInitiatedShutdownBehavior is invalid.',
    });
  });

  it('takes types of instances that no model knows yet', () => {
    const input = { LaunchTemplateName: 'new-type', 'LaunchTemplateData.InstanceType': 'z99.huge' };
    expect(query('ec2', 'CreateLaunchTemplate', input).status).to.equal(200);
  });

  it('in JSON, with the code that services have there', () => {
    expect(json('AmazonSSM.GetParameter', {})).to.include({
      status: 400,
      code: 'ValidationException',
      message: one("null at 'name'", 'Member must not be null'),
    });
    const names = Array.from({ length: 11 }, (_, index) => `/${index}`);
    expect(json('AmazonSSM.GetParameters', { Names: names }).message).to.equal(
      one(`'[${names.join(', ')}]' at 'names'`, 'Member must have length less than or equal to 10'),
    );
    expect(json('AmazonSSM.PutParameter', { Name: '/a', Value: 'b', Type: 'Foo' }).message).to.equal(
      one("'Foo' at 'type'", 'Member must satisfy enum value set: [String, StringList, SecureString]'),
    );
    for (const operation of ['DeleteAlarms', 'SetAlarmState', 'PutCompositeAlarm', 'PutMetricAlarm'])
      expect(json(`GraniteServiceVersion20100801.${operation}`, {})).to.include({
        status: 400,
        code: 'ValidationException',
      });
    expect(json('AmazonSSM.SendCommand', {})).to.include({ status: 400, code: 'ValidationException' });
    expect(json('AWSEvents.PutEvents', {})).to.include({ status: 400, code: 'ValidationException' });
  });

  it('by type, which comes first', () => {
    for (const [input, message] of [
      [{ Name: 1 }, 'NUMBER_VALUE can not be converted to a String'],
      [{ Name: true }, 'TRUE_VALUE can not be converted to a String'],
      [{ Name: {} }, 'Start of structure or map found where not expected.'],
      [{ Name: [] }, 'Unexpected list element termination'],
      [{ WithDecryption: 'yes' }, 'STRING_VALUE can not be converted to a Boolean'],
    ] as const)
      expect(json('AmazonSSM.GetParameter', input)).to.include({
        status: 400,
        code: 'SerializationException',
        message,
      });
    expect(json('AmazonSSM.GetParameters', { Names: 'a' }).code).to.equal('SerializationException');
    expect(json('AmazonSSM.ListCommands', { MaxResults: 1.5 }).code).to.equal('SerializationException');
  });

  it('out of a template, too', () => {
    const template = {
      Resources: {
        T: {
          Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
          Properties: { Port: 70000, Protocol: 'HTTP', VpcId: 'vpc-1' },
        },
      },
    };
    query('cloudformation', 'CreateStack', { StackName: 'wrong', TemplateBody: JSON.stringify(template) });
    sandbox.clock.advance(600_000);
    expect(query('cloudformation', 'DescribeStackEvents', { StackName: 'wrong' }).body).to.contain(
      "Value '70000' at 'port' failed to satisfy constraint",
    );
  });
});
