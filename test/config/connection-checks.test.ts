import { expect } from 'chai';
import { checkEndpoint, checkProxy, checkRegion } from '../../src/config/connection-checks.js';
import { Failure } from '../../src/errors.js';

/** The code of what is thrown, or undefined; no message may repeat a password. */
function codeOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(JSON.stringify(error.facts)).not.to.include('hidden-7');
    expect(error.outcome).to.equal('usage');
    return error.facts.code;
  }
}

describe('the checks before the first call', () => {
  for (const region of ['eu-west-1', 'us-gov-east-1', 'eusc-de-east-1', 'ap-southeast-7', 'cn-north-1'])
    it(`take a region: ${region}`, () => expect(checkRegion(region)).to.equal(region));

  for (const region of ['', 'Ireland', 'EU-WEST-1', 'eu-west', 'eu-west-1a', 'eu west 1', 'eu-west-1\n'])
    it(`refuse what is no region: ${JSON.stringify(region)}`, () =>
      expect(codeOf(() => checkRegion(region))).to.equal('usage.region'));

  for (const [url, code] of [
    [undefined, undefined],
    ['', undefined],
    ['http://127.0.0.1:4566', undefined],
    ['https://vpce-1.autoscaling.eu-west-1.vpce.amazonaws.com', undefined],
    ['bogus', 'usage.endpoint'],
    ['127.0.0.1:4566', 'usage.endpoint'],
    ['ftp://host', 'usage.endpoint'],
    ['localhost:4566', 'usage.endpoint'],
  ] as const)
    it(`of AWS_ENDPOINT_URL: ${String(url)} → ${code ?? 'good'}`, () =>
      expect(codeOf(() => checkEndpoint({ AWS_ENDPOINT_URL: url }))).to.equal(code));

  for (const [env, code] of [
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: 'http://me:hidden-7@proxy:3128' }, undefined],
    [{ https_proxy: 'proxy:3128' }, undefined],
    [{ ALL_PROXY: 'socks5://me:hidden-7@proxy' }, 'usage.proxy'],
    [{ HTTPS_PROXY: 'http://me:hidden-7@' }, 'usage.proxy'],
    // The first that is set counts.
    [{ https_proxy: 'http://proxy', ALL_PROXY: 'socks5://proxy' }, undefined],
    [{ https_proxy: '', all_proxy: 'socks5://proxy' }, 'usage.proxy'],
  ] as const)
    it(`of proxies: ${Object.keys(env).join() || 'none'} → ${code ?? 'good'}`, () =>
      expect(codeOf(() => checkProxy(env))).to.equal(code));
});
