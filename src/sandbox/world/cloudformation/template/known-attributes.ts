/**
 * Attributes of resource types that are modelled and whose lists are short and known.
 * Source: CloudFormation template reference, "Return values" of each type. Of all others any attribute is taken.
 */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'AWS::AutoScaling::AutoScalingGroup': ['AutoScalingGroupARN'],
  'AWS::AutoScaling::LaunchConfiguration': [],
  'AWS::AutoScaling::LifecycleHook': [],
  'AWS::AutoScaling::ScalingPolicy': ['Arn', 'PolicyName'],
  'AWS::AutoScaling::ScheduledAction': ['ScheduledActionName'],
  'AWS::CloudWatch::Alarm': ['Arn'],
  'AWS::EC2::LaunchTemplate': ['DefaultVersionNumber', 'LatestVersionNumber', 'LaunchTemplateId'],
  'AWS::ElasticLoadBalancing::LoadBalancer': [
    'CanonicalHostedZoneName',
    'CanonicalHostedZoneNameID',
    'DNSName',
    'Id',
    'SourceSecurityGroup.GroupName',
    'SourceSecurityGroup.OwnerAlias',
  ],
  'AWS::ElasticLoadBalancingV2::Listener': ['ListenerArn'],
  'AWS::ElasticLoadBalancingV2::ListenerRule': ['IsDefault', 'RuleArn'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [
    'CanonicalHostedZoneID',
    'DNSName',
    'LoadBalancerArn',
    'LoadBalancerFullName',
    'LoadBalancerName',
    'SecurityGroups',
  ],
  'AWS::ElasticLoadBalancingV2::TargetGroup': [
    'LoadBalancerArns',
    'TargetGroupArn',
    'TargetGroupFullName',
    'TargetGroupName',
  ],
  'AWS::SSM::Parameter': ['Type', 'Value'],
};

/** Whether Fn::GetAtt may ask a resource of this type for this attribute; '?' is one that is worked out later. */
export function mayHaveAttribute(type: string, attribute: string): boolean {
  const known = ATTRIBUTES[type];
  return known === undefined || attribute === '?' || known.includes(attribute);
}
