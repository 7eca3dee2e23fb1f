import { expect } from 'chai';
import { misplacedFlags } from '../../commands/base/misplaced-flags.js';
import { typed, type TypedEnd } from '../support/typed.js';
import { CLEAN_ENV } from './support/cli.js';

const commands = [
  { id: 'status', flags: { region: { type: 'option' }, json: { type: 'boolean' } } },
  { id: 'plan', flags: { profile: { type: 'option' }, together: { type: 'boolean' } } },
  { id: 'lock:show', flags: { lock: { type: 'option' } } },
];
const said = (...words: readonly string[]): string | undefined => misplacedFlags(words, commands)?.facts.what;

const run = (args: readonly string[]): Promise<TypedEnd> => typed(args, { env: CLEAN_ENV });

describe('words that are no command', function () {
  this.timeout(30_000);

  it('help and help COMMAND show what --help shows, and version what --version shows', async () => {
    const of = async (...args: readonly string[]) => {
      const { code, stdout } = await run(args);
      return [code, stdout];
    };
    const [[, all], [, show], [, version]] = await Promise.all([of('--help'), of('lock', 'show', '--help'), of('-v')]);
    expect(await of('help')).to.deep.equal([0, all]);
    expect(await of('help', 'lock', 'show')).to.deep.equal([0, show]);
    expect(await of('version')).to.deep.equal([0, version]);
    const { code, stderr } = await run(['help', 'stauts']);
    expect([code, stderr.includes('There is no command stauts. Did you mean status?')]).to.deep.equal([2, true]);
  });

  it('flags before the command are answered with the right order, exit 2', async () => {
    expect(said('--region', 'x', 'status', 'web')).to.equal(
      'Flags come after the command: ha-updater status --region …',
    );
    expect(said('--json', 'status', 'plan')).to.equal('Flags come after the command: ha-updater status --json');
    expect(said('--profile', 'plan', '--no-together', 'status')).to.equal(
      'Flags come after the command: ha-updater status --profile … --no-together',
    );
    const { code, stderr } = await run(['--region', 'x', 'status', 'web']);
    expect([code, stderr.includes('ha-updater status --region …')]).to.deep.equal([2, true]);
  });

  it('and nothing that may be a secret is repeated', () => {
    expect(said('--lock=redis://me:secret@host', 'lock', 'show', 'web')).to.equal(
      'Flags come after the command: ha-updater lock show --lock=…',
    );
    expect(said('--lock', 'redis://me:secret@host', 'lock', 'show')).not.to.include('secret');
  });

  it('other words are left to the answer for unknown commands', () => {
    expect(said('--region', 'x')).to.equal(undefined);
    expect(said('--json', 'nosuch', 'status')).to.equal(undefined);
    expect(said('status')).to.equal(undefined);
  });
});
