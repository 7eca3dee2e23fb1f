import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { serveSandbox, type LiveSandbox } from '../../src/sandbox/live.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';
import { awsCli, run, until, type Answer } from './tools.js';

/** This folder in the sources, where the template and the script lie; tests run from dist. */
const here = join(rootAbove(dirname(fileURLToPath(import.meta.url))), 'test', 'interop');
const template = join(here, 'web.yaml');

/**
 * Clients that others wrote read our answers by their own models of AWS. What the AWS CLI and boto3
 * understand, from creating a stack to swapping its instances by hand, is spoken as AWS speaks it.
 */
describe('other clients of AWS against the sandbox', function () {
  this.timeout(240_000);
  let sandbox: Sandbox;
  let live: LiveSandbox;
  beforeEach(async () => {
    sandbox = createSandbox({ ...DEFAULT_SCENARIO, objects: { 'templates/web.yaml': readFileSync(template, 'utf8') } });
    live = await serveSandbox(sandbox, { port: 0, speed: 60 });
  });
  afterEach(async () => {
    const violations = await (await fetch(`${live.url}/_sandbox/violations`)).json();
    await live.close();
    expect(violations).to.deep.equal([]);
  });

  it('the AWS CLI creates, updates and swaps', async () => {
    const aws = awsCli(live.url);
    expect((await aws('sts', 'get-caller-identity')).Account).to.equal('123456789012');
    const valid = await aws('cloudformation', 'validate-template', '--template-body', `file://${template}`);
    expect(valid.Parameters.map((parameter: Answer) => parameter.ParameterKey).sort()).to.deep.equal([
      'ImageId',
      'Size',
    ]);

    await aws(
      'cloudformation',
      'create-stack',
      '--stack-name',
      'web',
      '--template-body',
      `file://${template}`,
      '--parameters',
      'ParameterKey=Size,ParameterValue=2',
    );
    const stack = await stackStatus(aws, 'CREATE_COMPLETE');
    const output = (name: string): string =>
      stack.Outputs.find((each: Answer) => each.OutputKey === name).OutputValue as string;
    const group = output('GroupName');
    const old = await inService(aws, output, 2);

    await aws(
      'cloudformation',
      'update-stack',
      '--stack-name',
      'web',
      '--use-previous-template',
      '--parameters',
      'ParameterKey=ImageId,ParameterValue=ami-22222222',
      'ParameterKey=Size,UsePreviousValue=true',
    );
    await stackStatus(aws, 'UPDATE_COMPLETE');
    expect(await inService(aws, output, 2)).to.have.members(old);

    await aws(
      'autoscaling',
      'suspend-processes',
      '--auto-scaling-group-name',
      group,
      '--scaling-processes',
      'AZRebalance',
      'AlarmNotification',
    );
    await aws(
      'autoscaling',
      'update-auto-scaling-group',
      '--auto-scaling-group-name',
      group,
      '--max-size',
      '4',
      '--desired-capacity',
      '4',
    );
    const all = await inService(aws, output, 4);
    const fresh = all.filter((id) => !old.includes(id));
    expect(fresh).to.have.length(2);
    for (const id of old) {
      const { Activity } = await aws(
        'autoscaling',
        'terminate-instance-in-auto-scaling-group',
        '--instance-id',
        id,
        '--should-decrement-desired-capacity',
      );
      expect(Activity.Description).to.contain(id);
    }
    await until(
      'the old ones to go',
      () => aws('autoscaling', 'describe-auto-scaling-groups', '--auto-scaling-group-names', group),
      (answer) => answer.AutoScalingGroups[0].Instances.length === 2,
    );
    await aws(
      'autoscaling',
      'update-auto-scaling-group',
      '--auto-scaling-group-name',
      group,
      '--max-size',
      '2',
      '--desired-capacity',
      '2',
    );
    await aws(
      'autoscaling',
      'resume-processes',
      '--auto-scaling-group-name',
      group,
      '--scaling-processes',
      'AZRebalance',
      'AlarmNotification',
    );

    expect(await inService(aws, output, 2)).to.have.members(fresh);
    const { AutoScalingGroups } = await aws(
      'autoscaling',
      'describe-auto-scaling-groups',
      '--auto-scaling-group-names',
      group,
    );
    expect(AutoScalingGroups[0]).to.deep.include({
      MinSize: 0,
      MaxSize: 2,
      DesiredCapacity: 2,
      SuspendedProcesses: [],
    });
    expect(AutoScalingGroups[0].Tags.find((tag: Answer) => tag.Key === 'note').Value).to.equal('a <b> & "c" ünï');
    const { Reservations } = await aws('ec2', 'describe-instances', '--instance-ids', ...fresh);
    expect(Reservations.flatMap((each: Answer) => each.Instances).map((each: Answer) => each.ImageId)).to.deep.equal([
      'ami-22222222',
      'ami-22222222',
    ]);

    const { StackEvents } = await aws('cloudformation', 'describe-stack-events', '--stack-name', 'web');
    const statuses = StackEvents.filter((event: Answer) => event.LogicalResourceId === 'web')
      .map((event: Answer) => event.ResourceStatus)
      .reverse();
    expect(statuses).to.deep.equal([
      'CREATE_IN_PROGRESS',
      'CREATE_COMPLETE',
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ]);
    const { Activities } = await aws('autoscaling', 'describe-scaling-activities', '--auto-scaling-group-name', group);
    expect(Activities.filter((each: Answer) => each.Description.startsWith('Terminating')).length).to.equal(2);
  });

  it('the AWS CLI hears errors in words that it knows', async () => {
    const aws = awsCli(live.url);
    await aws(
      'cloudformation',
      'create-stack',
      '--stack-name',
      'web',
      '--template-url',
      'https://templates.s3.eu-west-1.amazonaws.com/web.yaml',
    );
    await stackStatus(aws, 'CREATE_COMPLETE');
    const refusals: [string[], string][] = [
      [
        ['cloudformation', 'update-stack', '--stack-name', 'web', '--use-previous-template'],
        'An error occurred (ValidationError) when calling the UpdateStack operation: No updates are to be performed.',
      ],
      [
        ['cloudformation', 'describe-stacks', '--stack-name', 'none'],
        'An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id none does not exist',
      ],
      [
        ['ec2', 'describe-instances', '--instance-ids', 'i-0123456789abcdef0'],
        'An error occurred (InvalidInstanceID.NotFound) when calling the DescribeInstances operation',
      ],
      [
        ['elb', 'describe-instance-health', '--load-balancer-name', 'none'],
        'An error occurred (LoadBalancerNotFound) when calling the DescribeInstanceHealth operation',
      ],
      [
        ['s3api', 'get-object', '--bucket', 'templates', '--key', 'none', '/dev/null'],
        'An error occurred (NoSuchKey) when calling the GetObject operation',
      ],
    ];
    for (const [args, words] of refusals) {
      const { code, stderr } = await run(live.url, 'aws', args);
      expect(code, args.join(' ')).to.not.equal(0);
      expect(stderr).to.contain(words);
    }
    const { code, stdout } = await run(live.url, 'aws', ['s3', 'cp', 's3://templates/web.yaml', '-']);
    expect([code, stdout]).to.deep.equal([0, readFileSync(template, 'utf8')]);
  });

  it('boto3 creates, updates and swaps', async () => {
    const { code, stdout, stderr } = await run(live.url, 'python3', [join(here, 'swap.py'), template]);
    expect(code, stderr).to.equal(0);
    const story = JSON.parse(stdout);
    expect(story.sizes).to.deep.equal([0, 2, 2]);
    expect(story.fresh).to.have.length(2);
    expect(story.serving).to.deep.equal([...story.fresh].sort());
    expect(story.note).to.equal('a <b> & "c" ünï');
    expect(story.images).to.deep.equal(['ami-22222222', 'ami-22222222']);
    expect(story.nothing).to.equal('ValidationError: No updates are to be performed.');
    expect(story.object).to.equal('ünï <&>\r\n');
    expect(story.events).to.include.members(['CREATE_COMPLETE', 'UPDATE_COMPLETE']);
  });
});

async function stackStatus(aws: ReturnType<typeof awsCli>, wanted: string): Promise<Answer> {
  const answer = await until(
    wanted,
    () => aws('cloudformation', 'describe-stacks', '--stack-name', 'web'),
    ({ Stacks }) => !Stacks[0].StackStatus.endsWith('_IN_PROGRESS'),
  );
  expect(answer.Stacks[0].StackStatus).to.equal(wanted);
  return answer.Stacks[0];
}

/** Waits until so many instances are in service at Auto Scaling, the classic balancer and the target group. */
async function inService(
  aws: ReturnType<typeof awsCli>,
  output: (name: string) => string,
  count: number,
): Promise<string[]> {
  const { InstanceStates } = await until(
    `${count} healthy at the classic balancer`,
    () => aws('elb', 'describe-instance-health', '--load-balancer-name', output('BalancerName')),
    (answer) =>
      answer.InstanceStates.length === count &&
      answer.InstanceStates.every((each: Answer) => each.State === 'InService'),
  );
  await until(
    `${count} healthy targets`,
    () => aws('elbv2', 'describe-target-health', '--target-group-arn', output('TargetsArn')),
    (answer) =>
      answer.TargetHealthDescriptions.filter((each: Answer) => each.TargetHealth.State === 'healthy').length === count,
  );
  const { AutoScalingGroups } = await aws(
    'autoscaling',
    'describe-auto-scaling-groups',
    '--auto-scaling-group-names',
    output('GroupName'),
  );
  const ids = AutoScalingGroups[0].Instances.filter((each: Answer) => each.LifecycleState === 'InService').map(
    (each: Answer) => each.InstanceId as string,
  );
  expect(ids).to.have.members(InstanceStates.map((each: Answer) => each.InstanceId as string));
  return ids as string[];
}

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
