// The stack Shop: a group behind an application load balancer in the default network of the account, and a file that is
// uploaded as an asset. IMAGE and SITE are what a deployment changes.
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { AutoScalingGroup, HealthChecks } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceType, LaunchTemplate, MachineImage, SecurityGroup, UserData, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';

const app = new App();
const stack = new Stack(app, 'Shop', { env: { account: '123456789012', region: 'eu-west-1' } });
const vpc = Vpc.fromLookup(stack, 'Network', { isDefault: true });
const site = new Asset(stack, 'Site', { path: process.env.SITE });
const userData = UserData.forLinux();
userData.addS3DownloadCommand({ bucket: site.bucket, bucketKey: site.s3ObjectKey, localFile: '/var/www/site' });
const launchTemplate = new LaunchTemplate(stack, 'Launch', {
  machineImage: MachineImage.genericLinux({ 'eu-west-1': process.env.IMAGE }),
  instanceType: new InstanceType('t3.micro'),
  securityGroup: new SecurityGroup(stack, 'Firewall', { vpc }),
  userData,
});
const group = new AutoScalingGroup(stack, 'Group', {
  vpc,
  launchTemplate,
  minCapacity: 2,
  maxCapacity: 8,
  healthChecks: HealthChecks.withAdditionalChecks({ gracePeriod: Duration.minutes(5), additionalTypes: ['ELB'] }),
});
const balancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true });
balancer.addListener('Web', { port: 80 }).addTargets('Servers', { port: 80, targets: [group] });
group.scaleOnCpuUtilization('Load', { targetUtilizationPercent: 50 });
new CfnOutput(stack, 'GroupName', { value: group.autoScalingGroupName });
new CfnOutput(stack, 'SiteUrl', { value: site.s3ObjectUrl });
