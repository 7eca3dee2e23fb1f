import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@oclif/core/config';
import { expect } from 'chai';
import TwoHelps from '../../commands/base/help.js';
import { renderRoot, rootHelp, type RootHelp } from '../../commands/base/root-help.js';
import { ROOT } from '../support/root.js';

const config = await Config.load({ root: ROOT, ignoreManifest: true });

/** What oclif says, at a width. */
class Heard extends TwoHelps {
  text = '';
  protected override log(...args: string[]): void {
    this.text += `${args.join(' ')}\n`;
  }
}

async function ofOclif(maxWidth: number): Promise<string> {
  const heard = new Heard(config, { maxWidth, stripAnsi: true });
  await heard.showHelp(['--help']);
  return heard.text;
}

const shown = config.commands.filter(({ id, hidden }) => !id.includes(':') && !id.includes(' ') && !hidden);
const HELP: RootHelp = {
  description: String(config.pjson.description),
  bin: config.bin,
  agent: config.userAgent,
  topics: Object.entries(config.pjson.oclif.topics ?? {}).map(([name, { description = '' }]) => ({
    name,
    text: description,
  })),
  commands: shown.map(({ id, summary = '' }) => ({ name: id, text: summary })),
};
const plain = (header: string): string => header;

describe('the help of the whole program', () => {
  it('is what oclif writes, at every width', async () => {
    for (let width = 40; width <= 200; width++) {
      const text = renderRoot(HELP, width, plain);
      if (text === undefined) expect(width, 'too narrow').to.be.lessThan(60);
      else expect(`${text}\n`, `${width} columns`).to.equal(await ofOclif(width));
    }
  });

  it('is left to oclif where a text is a template, is no ASCII, or has a word that is longer than a line', () => {
    for (const text of ['for <%= config.bin %>', 'café', 'x'.repeat(75)])
      expect(renderRoot({ ...HELP, commands: [{ name: 'plan', text }] }, 80, plain), text).to.equal(undefined);
  });

  describe('in a package', () => {
    let folder: string;
    beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'ha-updater-'))));
    afterEach(() => rm(folder, { recursive: true }));

    const told = (env: NodeJS.ProcessEnv, isTTY = false): string | undefined =>
      rootHelp(folder, {
        env: { XDG_CONFIG_HOME: folder, ...env },
        platform: 'linux',
        arch: 'x64',
        version: process.version,
        stdout: { isTTY, getWindowSize: () => [100, 40] },
        stderr: { isTTY },
      });
    const pack = async (): Promise<void> => {
      const commands = Object.fromEntries(config.commands.map((one) => [one.id.replaceAll(' ', ':'), one]));
      await writeFile(join(folder, 'oclif.manifest.json'), JSON.stringify({ commands }));
      await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
    };

    it('is told by its manifest, with bold headers on a terminal that shows them', async () => {
      await pack();
      expect(told({})?.split('\n')).to.include.members(['USAGE', '  $ ha-updater [COMMAND]', 'COMMANDS']);
      expect(told({ TERM: 'xterm-256color' }, true)).to.include('\n\u001B[1mUSAGE\u001B[22m\n');
      expect(told({ TERM: 'xterm-256color', NO_COLOR: '1' }, true)).to.include('\nUSAGE\n');
    });

    it('is left to oclif without a manifest, and where somebody has set how it looks', async () => {
      expect(told({})).to.equal(undefined);
      await pack();
      for (const [env, isTTY] of [
        [{ FORCE_COLOR: '1' }, false],
        [{ OCLIF_COLUMNS: '60' }, false],
        [{ DEBUG: '*' }, false],
        [{ TERM: 'dumb' }, true],
        [{ TERM: 'xterm', CI: '1' }, true],
      ] as const)
        expect(told(env, isTTY), JSON.stringify(env)).to.equal(undefined);
    });
  });
});
