import { Config } from '@oclif/core/config';
import { expect } from 'chai';
import { COMMANDS } from '../../commands/index.js';
import { ESSENTIAL_FLAGS, FLAG_GROUPS } from '../../commands/base/flag-order.js';
import TwoHelps from '../../commands/base/help.js';
import { ROOT } from '../support/root.js';

const config = await Config.load({ root: ROOT, ignoreManifest: true });
const names = Object.keys(COMMANDS).map((id) => id.replace(':', ' '));

/** The help, with its lines kept instead of printed, at a width of 80 columns. */
class Heard extends TwoHelps {
  readonly lines: string[] = [];
  protected override log(...args: string[]): void {
    this.lines.push(...args.join(' ').split('\n'));
  }
}

async function help(...words: readonly string[]): Promise<readonly string[]> {
  const heard = new Heard(config, { maxWidth: 80, stripAnsi: true });
  await heard.showHelp([...words]);
  return heard.lines;
}

const flagsIn = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => /^ {2}--(?:\[no-\])?([\w-]+)/.exec(line)?.[1] ?? []);

describe('help', () => {
  it('by -h fits a screen of 24 lines and leads to the rest', async () => {
    for (const name of names) {
      const lines = await help(...name.split(' '), '-h');
      expect(lines.length, name).to.be.at.most(23);
      expect(lines.join('\n'), name).to.include(`All flags, and examples: ha-updater ${name} --help`);
      expect(flagsIn(lines).length, name).to.be.at.most(10);
      if (name === 'update-stack') expect(flagsIn(lines)).to.include.members(['template', 'strategy', 'region']);
    }
  });

  it('by --help has every flag once, essentials first, then group by group in one order', async () => {
    for (const [id, { flags }] of Object.entries(COMMANDS)) {
      const lines = await help(...id.split(':'), '--help');
      const visible = Object.entries(flags as Readonly<Record<string, { readonly hidden?: boolean }>>)
        .filter(([, flag]) => flag.hidden !== true)
        .map(([flag]) => flag);
      const shown = flagsIn(lines);
      expect(shown.filter((flag) => flag !== 'json').sort(), id).to.deep.equal(
        visible.filter((flag) => flag !== 'json').sort(),
      );
      const essential = Object.keys(ESSENTIAL_FLAGS).filter((flag) => shown.includes(flag));
      expect(shown.slice(0, essential.length), id).to.deep.equal(essential);
      const groups = lines.flatMap((line) => /^([A-Z ]+) FLAGS$/.exec(line)?.[1] ?? []);
      expect(groups, id).to.deep.equal(FLAG_GROUPS.filter((group) => groups.includes(group)));
    }
  });

  it('says of STACK and KEY=VALUE what they are, and --help wins over -h', async () => {
    const lines = await help('update-stack', '--help', '-h');
    expect(lines.join('\n')).to.include('[STACK KEY=VALUE...]');
    expect(lines.length).to.be.greaterThan(100);
  });

  it('lists all commands without one', async () => {
    expect((await help('-h')).join('\n')).to.include('update-stack');
  });
});
