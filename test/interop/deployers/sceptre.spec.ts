import { expect } from 'chai';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HERE, Site } from './support.js';

describe('Sceptre against the sandbox', function () {
  this.timeout(240_000);
  const site = new Site();
  before(() => site.open());
  after(() => site.close());

  it('launches a stack, launches a change of it around our swap, and deletes it', async () => {
    cpSync(join(HERE, 'sceptre'), site.folder, { recursive: true });
    mkdirSync(join(site.folder, 'templates'));
    cpSync(join(HERE, 'web.yaml'), join(site.folder, 'templates', 'web.yaml'));
    const sceptre = (image: string, ...args: string[]): Promise<unknown> =>
      site.does('sceptre', [
        '--dir',
        site.folder,
        '--no-colour',
        '--var',
        `image=${image}`,
        ...args,
        '--yes',
        'live/web.yaml',
      ]);

    await sceptre('ami-11111111', 'launch');
    expect(site.statusOf('shop-live-web')).to.equal('CREATE_COMPLETE');
    const old = await site.serving();

    await sceptre('ami-22222222', 'launch');
    expect(site.statusOf('shop-live-web')).to.equal('UPDATE_COMPLETE');
    await site.swaps('shop-live-web');
    const fresh = await site.serving();
    expect(fresh.images).to.deep.equal(['ami-22222222', 'ami-22222222']);
    expect(fresh.ids).to.not.include.members(old.ids);

    await sceptre('ami-22222222', 'delete');
    expect(site.statusOf('shop-live-web')).to.equal('DELETE_COMPLETE');
  });
});
