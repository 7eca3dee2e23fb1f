import { expect } from 'chai';
import { COMMANDS } from '../../commands/index.js';
import * as tables from '../../src/library/option-tables.js';
import type { OptionTable } from '../../src/library/option-tables.js';
import { flagName, readOptions, readParameterValues } from '../../src/library/read-options.js';

/** What concerns a screen, a person or a command line alone, or has another name for programs. */
const NOT_FOR_PROGRAMS = [
  ...['output', 'quiet', 'ci-log', 'config', 'debug', 'json', 'confirm', 'detailed-exitcode', 'warmup-seconds'],
  ...['region', 'profile', 'asg'],
  // A program that wants its looks taken elsewhere has `look`.
  'on',
];

/** A program starts nothing on a server, and can cancel what others have started there. */
const KNOWS_SERVER = ['cancel'];

/** Of these `detach` is for `on` alone. */
const DETACHES_FROM_SERVER = ['restart', 'resume', 'rollback'];

/** What an oclif flag takes. */
interface Flag {
  readonly type: string;
  readonly multiple?: boolean;
}

const flagsOf = (command: string): Readonly<Record<string, Flag>> =>
  (COMMANDS as unknown as Readonly<Record<string, { readonly flags: Readonly<Record<string, Flag>> }>>)[command]
    ?.flags ?? {};

describe('the options of the library', () => {
  const rows: readonly (readonly [string, OptionTable])[] = [
    ['update-stack', tables.UPDATE_STACK],
    ['update-asgs', tables.UPDATE_GROUPS],
    ['plan', tables.PLAN],
    ['restart', tables.RESTART],
    ['resume', tables.RECOVER],
    ['rollback', tables.RECOVER],
    ['cancel', tables.CANCEL],
    ['watch', tables.WATCH],
    ['status', tables.STATUS],
  ];
  for (const [command, table] of rows) {
    it(`are the flags of ${command}, each of its kind`, () => {
      const flags = flagsOf(command);
      const names = Object.keys(flags)
        .filter((name) => !NOT_FOR_PROGRAMS.includes(name))
        .filter((name) => name !== 'server' || KNOWS_SERVER.includes(command))
        .filter((name) => name !== 'detach' || !DETACHES_FROM_SERVER.includes(command));
      const options = Object.keys(table).filter((name) => name !== 'stack' && name !== 'groups');
      expect(options.map(flagName).sort()).to.deep.equal(names.sort());
      for (const option of options) {
        const { type, multiple } = flags[flagName(option)] ?? { type: '' };
        const kind = table[option];
        const expected =
          type === 'boolean' ? ['switch'] : multiple === true ? ['texts'] : ['text', 'seconds', 'number'];
        expect(expected, option).to.include(kind);
      }
    });
  }

  it('mean what they say: nothing of the prototype is an option, and no value is read from a file', () => {
    expect(readOptions({ warmup: 5, poll: '2s', stack: undefined }, tables.PLAN, [])).to.deep.equal({
      warmup: '5',
      poll: '2s',
    });
    for (const name of ['constructor', '__proto__x', 'toString'])
      expect(() => readOptions({ [name]: 'x' }, tables.PLAN, [])).to.throw(`There is no option ${name}.`);
    expect(readParameterValues({ A: '@file:/x', B: 'x=y', C: '' })).to.deep.equal(['A=@@file:/x', 'B=x=y', 'C=']);
    for (const odd of [[], 'A=1', null, { A: 1 }]) expect(() => readParameterValues(odd)).to.throw('parameters');
  });
});
