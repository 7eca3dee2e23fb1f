import { expect } from 'chai';
import { typed } from '../support/typed.js';
import { CLEAN_ENV } from './support/cli.js';

describe('ha-updater sandbox', () => {
  const run = (args: readonly string[]): ReturnType<typeof typed> => typed(args, { env: CLEAN_ENV });

  it('tells all wrong numbers at once', async () => {
    const { code, stderr } = await run(['sandbox', '--port', '1.5', '--speed', '0', '--seed', 'x']);
    expect(code).to.equal(2);
    for (const flag of ['--port', '--speed', '--seed']) expect(stderr).to.include(flag);
  });

  it('refuses a Node that runs no functions before it serves anything', async () => {
    const { code, stderr } = await run(['sandbox', '--port', '0', '--node', 'nowhere/node']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/nowhere\/node does not answer what it is\. Start the sandbox with --node FILE/);
  });

  it('names the place of a mistake in a scenario, and a file that is not there', async () => {
    const missing = await run(['sandbox', '--scenario', '/nonexistent/scenario.yaml']);
    expect(missing.code).to.equal(2);
    expect(missing.stderr).to.include('/nonexistent/scenario.yaml cannot be read: there is no such file.');
  });
});
