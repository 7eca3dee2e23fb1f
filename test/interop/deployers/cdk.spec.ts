import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, Site } from './support.js';

/** Its package, its app, and all that they need. */
const APP = join(ROOT, 'ci', 'cdk');

describe('the AWS CDK CLI against the sandbox', function () {
  this.timeout(240_000);
  const site = new Site();
  before(() => site.open());
  after(() => site.close());

  it('bootstraps, deploys an app with a file, changes it around our swap, and destroys it', async () => {
    const output = join(site.folder, 'cdk.out');
    const page = join(site.folder, 'index.html');
    const deploy = async (image: string, text: string): Promise<void> => {
      writeFileSync(page, text);
      await site.does(
        'cdk',
        ['deploy', '--app', `node ${join(APP, 'app.mjs')}`, ...common, '--require-approval=never'],
        {
          IMAGE: image,
          SITE: page,
        },
      );
    };
    const common = ['--output', output, '--no-notices'];

    await site.does('cdk', ['bootstrap', 'aws://123456789012/eu-west-1', ...common]);
    expect(site.statusOf('CDKToolkit')).to.equal('CREATE_COMPLETE');

    await deploy('ami-11111111', '<h1>one</h1>');
    const old = await site.serving();
    expect(old.images).to.deep.equal(['ami-11111111', 'ami-11111111']);
    expect(site.objects('cdk-hnb659fds-assets-')).to.include('<h1>one</h1>');

    await deploy('ami-22222222', '<h1>two</h1>');
    expect(site.statusOf('Shop')).to.equal('UPDATE_COMPLETE');
    expect(await site.serving()).to.deep.equal(old);
    expect(site.objects('cdk-hnb659fds-assets-')).to.include.members([
      '<h1>two</h1>',
      readFileSync(join(output, 'Shop.template.json'), 'utf8'),
    ]);

    await site.swaps('Shop');
    const fresh = await site.serving();
    expect(fresh.images).to.deep.equal(['ami-22222222', 'ami-22222222']);
    expect(fresh.ids).to.not.include.members(old.ids);

    await site.does('cdk', ['destroy', '--app', output, '--force', '--no-notices']);
    expect(site.statusOf('Shop')).to.equal('DELETE_COMPLETE');
    expect(site.asks('autoscaling', 'DescribeAutoScalingGroups').AutoScalingGroups).to.deep.equal([]);
  });
});
