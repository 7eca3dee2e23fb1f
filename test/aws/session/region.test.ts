import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRegion } from '../../../src/aws/session/region.js';

describe('the region', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'region-'));
    writeFileSync(
      join(folder, 'config'),
      '[default]\nregion = eu-north-1\n[profile blue]\nregion = eu-south-1\n[profile bare]\noutput = json\n',
    );
    writeFileSync(join(folder, 'credentials'), '[old]\nregion = eu-south-2\n');
    env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is the flag, then AWS_REGION, then AWS_DEFAULT_REGION', async () => {
    const both = { ...env, AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-2' };
    expect(await resolveRegion('us-west-1', both)).to.equal('us-west-1');
    expect(await resolveRegion(undefined, both)).to.equal('us-east-1');
    expect(
      await resolveRegion(undefined, { ...env, AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-2' }, 'blue'),
    ).to.equal('us-east-2');
  });

  it('is then the region of the profile, named by flag, by AWS_PROFILE, or by nobody', async () => {
    expect(await resolveRegion(undefined, { ...env, AWS_PROFILE: 'old' }, 'blue')).to.equal('eu-south-1');
    expect(await resolveRegion(undefined, { ...env, AWS_PROFILE: 'old' })).to.equal('eu-south-2');
    expect(await resolveRegion(undefined, env)).to.equal('eu-north-1');
  });

  it('is eu-west-1 when nobody says anything', async () => {
    expect(await resolveRegion(undefined, env, 'bare')).to.equal('eu-west-1');
    expect(
      await resolveRegion(undefined, {
        AWS_CONFIG_FILE: join(folder, 'none'),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
      }),
    ).to.equal('eu-west-1');
  });
});
