import { autoScalingGroup, launchConfiguration, lifecycleHook, scheduledAction } from './autoscaling.js';
import { instance, launchTemplate, securityGroup } from './ec2.js';
import { classicLoadBalancer } from './elb.js';
import { listener, listenerRule, loadBalancer, targetGroup } from './elbv2.js';
import { lambdaAlias, lambdaFunction, lambdaVersion } from './lambda.js';
import { logGroup } from './log-group.js';
import type { ResourceHandler } from './resource-handler.js';
import { alarm, scalingPolicy } from './scaling.js';
import { nestedStack, s3Bucket, silent, ssmParameter, subnet, unmodelled, vpc } from './others.js';

/** Every resource type that the sandbox models. */
const HANDLERS: Readonly<Record<string, ResourceHandler | undefined>> = {
  'AWS::AutoScaling::AutoScalingGroup': autoScalingGroup,
  'AWS::AutoScaling::LaunchConfiguration': launchConfiguration,
  'AWS::AutoScaling::LifecycleHook': lifecycleHook,
  'AWS::AutoScaling::ScalingPolicy': scalingPolicy,
  'AWS::AutoScaling::ScheduledAction': scheduledAction,
  'AWS::CDK::Metadata': silent,
  'AWS::CloudFormation::Stack': nestedStack,
  'AWS::CloudFormation::WaitConditionHandle': silent,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::EC2::Instance': instance,
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::Subnet': subnet,
  'AWS::EC2::VPC': vpc,
  'AWS::ElasticLoadBalancing::LoadBalancer': classicLoadBalancer,
  'AWS::ElasticLoadBalancingV2::Listener': listener,
  'AWS::ElasticLoadBalancingV2::ListenerRule': listenerRule,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroup,
  'AWS::Lambda::Alias': lambdaAlias,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Version': lambdaVersion,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::S3::Bucket': s3Bucket,
  'AWS::SSM::Parameter': ssmParameter,
};

export function handlerOf(type: string): ResourceHandler {
  return HANDLERS[type] ?? unmodelled;
}
