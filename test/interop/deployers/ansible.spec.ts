import { expect } from 'chai';
import { join } from 'node:path';
import { HERE, Site } from './support.js';

describe('Ansible against the sandbox', function () {
  this.timeout(240_000);
  const site = new Site();
  before(() => site.open());
  after(() => site.close());

  it('makes a stack, finds it unchanged, changes it, replaces all instances, and deletes it', async () => {
    const plays = (book: string): Promise<unknown> =>
      site.does('ansible-playbook', ['--inventory', 'localhost,', join(HERE, book)]);

    await plays('site.yaml');
    expect(site.statusOf('web')).to.equal('UPDATE_COMPLETE');
    expect((await site.serving()).images).to.deep.equal(['ami-22222222', 'ami-22222222']);
    const { Activities } = site.asks('autoscaling', 'DescribeScalingActivities');
    expect(
      Activities.filter(({ Description }: { Description: string }) => Description.startsWith('Terminating')),
    ).to.have.length(2);

    await plays('gone.yaml');
    expect(site.statusOf('web')).to.equal('DELETE_COMPLETE');
  });
});
