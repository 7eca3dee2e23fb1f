import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DeleteParametersCommand,
  DescribeInstanceInformationCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  paginateGetParametersByPath,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { createSandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';
import { failure } from './support.js';

const sandbox = createSandbox({ ...DEFAULT_SCENARIO, parameters: { '/web/image': 'ami-0123', plain: 'x' } });
const client = new SSMClient(sandbox.clientConfig());
const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}): Promise<unknown> =>
  client.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));
const value = async (Name: string, WithDecryption?: boolean): Promise<string | undefined> =>
  (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter?.Value;
const refusal = async (promise: Promise<unknown>): Promise<string> => (await failure(promise)).name;

describe('SSM: parameters', () => {
  it('keep their versions, which a name may ask for', async () => {
    await put('/v/a', 'one', { Description: 'of web' });
    await put('/v/a', 'two', { Overwrite: true });
    expect([await value('/v/a'), await value('/v/a:1'), await value('/v/a:2')]).to.deep.equal(['two', 'one', 'two']);
    const { Parameter } = await client.send(new GetParameterCommand({ Name: '/v/a:1' }));
    expect([Parameter?.Name, Parameter?.Selector, Parameter?.Version]).to.deep.equal(['/v/a', ':1', 1]);
    expect(await value(Parameter!.ARN!)).to.equal('two');
    expect(await refusal(value('/v/a:3'))).to.equal('ParameterVersionNotFound');
    const { Parameters } = await client.send(new GetParameterHistoryCommand({ Name: '/v/a' }));
    expect(Parameters?.map((one) => one.Value)).to.deep.equal(['one', 'two']);
  });

  it('are refused without a type, without a value, beyond 4 KB, and with a name of AWS’s', async () => {
    expect(await refusal(client.send(new PutParameterCommand({ Name: '/n/a', Value: 'x' })))).to.equal(
      'ValidationException',
    );
    expect(await refusal(put('/n/a', ''))).to.equal('ValidationException');
    expect(await refusal(put('/n/a', 'x'.repeat(4097)))).to.equal('ValidationException');
    await put('/n/long', 'x'.repeat(4097), { Tier: 'Advanced' });
    expect(await refusal(put('/n/a', 'x', { Type: 'Foo' as 'String' }))).to.equal('ValidationException');
    expect(await refusal(put('/aws/service/a', 'x'))).to.equal('AccessDeniedException');
    expect(await refusal(put('aws-web', 'x'))).to.equal('ValidationException');
    await put('/my/aws', 'x');
    const eleven = Array.from({ length: 11 }, (_, n) => `/n/${n}`);
    expect(await refusal(client.send(new GetParametersCommand({ Names: eleven })))).to.equal('ValidationException');
  });

  it('that are secret are given as they are stored, unless they are to be decrypted', async () => {
    await put('/s/key', 'secret', { Type: 'SecureString' });
    expect(await value('/s/key', true)).to.equal('secret');
    expect(await value('/s/key')).to.match(/^AQICAH/);
    const several = await client.send(new GetParametersCommand({ Names: ['/s/key', 'none', 'plain'] }));
    expect(several.InvalidParameters).to.deep.equal(['none']);
    expect(several.Parameters?.map(({ Value }) => Value?.slice(0, 6))).to.deep.equal(['AQICAH', 'x']);
  });

  it('are found by their path, one step below or at any depth, page by page', async () => {
    for (const name of ['/p/a', '/p/b', '/p/deep/c', '/pp/d']) await put(name, name);
    const names = async (Recursive: boolean): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { Parameters } of paginateGetParametersByPath(
        { client, pageSize: 1 },
        { Path: '/p', Recursive },
      ))
        found.push(...(Parameters ?? []).map(({ Name }) => Name));
      return found;
    };
    expect(await names(false)).to.deep.equal(['/p/a', '/p/b']);
    expect(await names(true)).to.deep.equal(['/p/a', '/p/b', '/p/deep/c']);
    const filtered = new GetParametersByPathCommand({
      Path: '/s',
      ParameterFilters: [{ Key: 'Type', Values: ['String'] }],
    });
    expect((await client.send(filtered)).Parameters).to.deep.equal([]);
    expect(await refusal(client.send(new GetParametersByPathCommand({ Path: 'p' })))).to.equal('ValidationException');
    const bogus = new GetParametersByPathCommand({ Path: '/p', NextToken: 'bogus' });
    expect(await refusal(client.send(bogus))).to.equal('InvalidNextToken');
  });

  it('are described without their values, by filters', async () => {
    const describe = async (Key: string, Option: string, ...Values: string[]): Promise<unknown[]> => {
      const command = new DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values }] });
      return (await client.send(command)).Parameters!.map(({ Name }) => Name);
    };
    expect(await describe('Name', 'BeginsWith', '/p/')).to.deep.equal(['/p/a', '/p/b', '/p/deep/c']);
    expect(await describe('Name', 'Contains', 'deep')).to.deep.equal(['/p/deep/c']);
    expect(await describe('Path', 'OneLevel', '/p')).to.deep.equal(['/p/a', '/p/b']);
    expect(await describe('Type', 'Equals', 'SecureString')).to.deep.equal(['/s/key']);
    const { Parameters, NextToken } = await client.send(new DescribeParametersCommand({ MaxResults: 1 }));
    expect([Parameters?.length, NextToken !== undefined]).to.deep.equal([1, true]);
    expect(JSON.stringify(Parameters)).to.not.contain('Value"');
  });

  it('are deleted several at once', async () => {
    const gone = await client.send(new DeleteParametersCommand({ Names: ['/p/a', 'none'] }));
    expect([gone.DeletedParameters, gone.InvalidParameters]).to.deep.equal([['/p/a'], ['none']]);
    expect(await refusal(value('/p/a'))).to.equal('ParameterNotFound');
  });
});

describe('SSM: public parameters for images', () => {
  const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

  it('are there by any name of theirs, always with the same image, and listed by their path', async () => {
    expect(await value(name)).to.match(/^ami-0[0-9a-f]{16}$/);
    expect(await value(name)).to.equal(await value(`${name}:1`));
    expect(await value('/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id')).to.match(/^ami-/);
    expect(await refusal(value('/aws/service/global-infrastructure/regions/x'))).to.equal('ParameterNotFound');
    const listed = await client.send(new GetParametersByPathCommand({ Path: '/aws/service/ami-amazon-linux-latest' }));
    expect(listed.Parameters?.map(({ Name }) => Name)).to.contain(name);
    expect((await client.send(new GetParametersByPathCommand({ Path: '/', Recursive: true }))).Parameters).to.satisfy(
      (all: { Name: string }[]) => all.every(({ Name }) => !Name.startsWith('/aws/')),
    );
  });

  it('serve templates, as types of parameters and as dynamic references', async () => {
    const cloudformation = new CloudFormationClient(sandbox.clientConfig());
    const ec2 = new EC2Client(sandbox.clientConfig());
    const template = (reference: string): string =>
      JSON.stringify({
        Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: name } },
        Resources: {
          Given: {
            Type: 'AWS::EC2::LaunchTemplate',
            Properties: { LaunchTemplateName: 'given', LaunchTemplateData: { ImageId: { Ref: 'Image' } } },
          },
          Resolved: {
            Type: 'AWS::EC2::LaunchTemplate',
            Properties: { LaunchTemplateName: 'resolved', LaunchTemplateData: { ImageId: reference } },
          },
        },
        Outputs: { Image: { Value: `is {{resolve:ssm:/web/image}}` } },
      });
    const image = async (LaunchTemplateName: string): Promise<string | undefined> => {
      const { LaunchTemplateVersions } = await ec2.send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName }),
      );
      return LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId;
    };
    const create = async (StackName: string, reference: string): Promise<Record<string, unknown>> => {
      await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody: template(reference) }));
      sandbox.clock.advance(600_000);
      const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
      return { status: Stacks?.[0]?.StackStatus, output: Stacks?.[0]?.Outputs?.[0]?.OutputValue };
    };
    expect(await create('web', '{{resolve:ssm:/web/image:1}}')).to.deep.equal({
      status: 'CREATE_COMPLETE',
      output: 'is ami-0123',
    });
    expect([await image('given'), await image('resolved')]).to.deep.equal([await value(name), 'ami-0123']);
    expect((await create('none', '{{resolve:ssm:/none}}'))['status']).to.equal('ROLLBACK_COMPLETE');
  });
});

describe('SSM: what became of a command', () => {
  it('is listed for each instance, with its output when that is asked for', async () => {
    const { InstanceId: id } = sandbox.invoke('ec2', 'RunInstances', {
      ImageId: 'ami-0123',
      MinCount: 1,
      MaxCount: 1,
    }) as { InstanceId?: string };
    sandbox.clock.advance(120_000);
    const { InstanceInformationList } = await client.send(new DescribeInstanceInformationCommand({}));
    const instance = id ?? InstanceInformationList![0]!.InstanceId!;
    const { Command } = await client.send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [instance],
        Parameters: { commands: ['true'] },
      }),
    );
    sandbox.clock.advance(120_000);
    const list = async (Details: boolean): Promise<unknown[]> => {
      const { CommandInvocations } = await client.send(
        new ListCommandInvocationsCommand({ CommandId: Command!.CommandId, Details }),
      );
      return CommandInvocations!.map(({ InstanceId, Status, CommandPlugins }) => [
        InstanceId,
        Status,
        CommandPlugins?.map(({ Output }) => Output),
      ]);
    };
    expect(await list(true)).to.deep.equal([[instance, 'Success', ['done\n']]]);
    expect(await list(false)).to.deep.equal([[instance, 'Success', []]]);
    for (const command of [
      new ListCommandsCommand({ NextToken: 'bogus' }),
      new DescribeInstanceInformationCommand({ NextToken: 'bogus' }),
    ])
      expect(await refusal(client.send(command as ListCommandsCommand))).to.equal('InvalidNextToken');
  });
});
