import { expect } from 'chai';
import { join } from 'node:path';
import { HERE, Site } from './support.js';

describe('the AWS SAM CLI against the sandbox', function () {
  this.timeout(240_000);
  const site = new Site();
  before(() => site.open());
  after(() => site.close());

  // Not a nested stack: `sam delete` takes no address but those of AWS for the address of a nested template.
  it('deploys a group with a bucket of its own making, changes it around our swap, and deletes it', async () => {
    const deploy = (image: string): Promise<unknown> =>
      site.does('sam', [
        ...['deploy', '--template', join(HERE, 'web.yaml'), '--stack-name', 'shop', '--resolve-s3'],
        ...['--no-confirm-changeset', '--capabilities', 'CAPABILITY_IAM', '--parameter-overrides', `ImageId=${image}`],
      ]);

    await deploy('ami-11111111');
    expect(site.statusOf('aws-sam-cli-managed-default')).to.equal('CREATE_COMPLETE');
    const old = await site.serving();
    expect(old.images).to.deep.equal(['ami-11111111', 'ami-11111111']);
    expect(site.objects('aws-sam-cli-managed-default-')).to.satisfy((all: string[]) =>
      all.some((text) => text.includes('A group behind a target group')),
    );

    await deploy('ami-22222222');
    expect(site.statusOf('shop')).to.equal('UPDATE_COMPLETE');
    await site.swaps('shop');
    const fresh = await site.serving();
    expect(fresh.images).to.deep.equal(['ami-22222222', 'ami-22222222']);
    expect(fresh.ids).to.not.include.members(old.ids);

    await site.does('sam', ['delete', '--stack-name', 'shop', '--no-prompts', '--region', 'eu-west-1']);
    expect(site.statusOf('shop')).to.equal('DELETE_COMPLETE');
    expect(site.asks('autoscaling', 'DescribeAutoScalingGroups').AutoScalingGroups).to.deep.equal([]);
  });
});
