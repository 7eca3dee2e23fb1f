import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { expect } from 'chai';
import type { StatusDocument } from '../../src/index.js';
import { start } from './support/cli.js';
import { createWeb } from './support/live.js';
import { CALM_GROUPS, commandWorld, type CommandWorld } from './support/world.js';

/** Somebody changes the stack while its groups are swapped. */
describe('a change of the stack in the middle of a swap', function () {
  this.timeout(90_000);
  let world: CommandWorld;

  before(async () => {
    world = await commandWorld('timing: {stackResource: [20, 30]}\n', 100);
    const { code, stderr } = await world.run([...createWeb('ami-0123456789abcdef0', 'never-to-be-seen')]);
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  it('no group is touched until it is over; then the swap goes on to its end', async () => {
    const running = start(['update-asgs', 'web', '--swap', 'always', '--output', 'jsonl', ...CALM_GROUPS], {
      env: world.env,
    });
    await running.sees(/"type":"group.waiting".*"phase":"prove"/);
    const cloudFormation = new CloudFormation({
      endpoint: world.env['AWS_ENDPOINT_URL'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    const kept = ['VpcId', 'Subnets', 'ImageId', 'DbPassword'].map((ParameterKey) => ({
      ParameterKey,
      UsePreviousValue: true,
    }));
    await cloudFormation.updateStack({
      StackName: 'web',
      UsePreviousTemplate: true,
      Parameters: [...kept, { ParameterKey: 'InstanceType', ParameterValue: 't3.small' }],
    });
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr + stdout.slice(-3_000)).to.equal(0);
    expect(stdout).to.include('the stack web is in UPDATE_IN_PROGRESS; no group is touched meanwhile');
    expect(await world.ask('violations')).to.deep.equal([]);
    const [group] = (await world.json<StatusDocument>(['status', 'web'])).document.groups;
    expect({ size: group?.size, record: group?.record, suspended: group?.suspended }).to.deep.equal({
      size: { min: 2, max: 4, desired: 2 },
      record: undefined,
      suspended: [],
    });
  });
});
