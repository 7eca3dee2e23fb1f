import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { GATES_KEY, NOTE_KEYS, OUT_KEYS, decodeNotes, encodeNotes, type Tag } from '../../src/aws/groups/note-tags.js';
import { NUMBERS } from '../../src/config/numbers.js';
import { hookEnvironment } from '../../src/shell/command-line.js';
import { EXIT, EXIT_OF } from '../../src/index.js';
import { asRow } from '../../src/lock/store.js';
import { lockNames } from '../../src/app/lock/lock.js';
import { CODES } from '../../src/render/codes.js';
import { sarif } from '../../src/render/documents/sarif.js';
import { run } from '../commands/support/cli.js';
import { expectGolden } from '../golden.js';
import { ROOT } from '../tidy/scan.js';
import { commandLineFacts } from './commands.js';
import { SAMPLES } from './notes.js';
import { shapesOf } from './shape.js';

/*
 * All that other programs rely on, and earlier and later versions of this one: none of it may change without
 * somebody seeing it. What grows is added to the goldens with UPDATE_GOLDEN=1; what is renamed or removed breaks
 * somebody's pipeline.
 */

/** The order of keys is no contract, that of lists is. */
function expectJson(name: string, value: unknown): void {
  const inOrder = (_: string, one: unknown): unknown =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one;
  expectGolden(`contract/${name}`, `${JSON.stringify(value, inOrder, 2)}\n`);
}

describe('the contract', function () {
  this.timeout(60_000);

  it('keeps all commands, with their arguments, flags and defaults', async () => {
    expectJson('commands.json', await commandLineFacts());
  });

  it('keeps what settings files may hold', async () => {
    const { code, stdout, stderr } = await run(['config', '--schema']);
    expect(code, stderr).to.equal(0);
    expectJson('settings-schema.json', JSON.parse(stdout));
  });

  it('keeps the limits: their defaults, and what makes sense', () => {
    expectJson('limits.json', NUMBERS);
  });

  it('keeps the exit codes and what each outcome ends with', () => {
    expectJson('exit-codes.json', { exit: EXIT, of: EXIT_OF });
  });

  it('keeps the codes of messages, and what explain says of each', () => {
    const codes = Object.entries(CODES).sort(([a], [b]) => (a < b ? -1 : 1));
    expectGolden('contract/codes.txt', codes.map(([code, text]) => `${code}: ${text}\n`).join(''));
  });

  it('keeps what commands of the user and strict locks find', () => {
    const subject = {
      instance: 'i-1',
      privateIp: '10.0.0.1',
      publicIp: '192.0.2.1',
      group: 'web',
      stack: 'shop',
      rollout: 'run-1',
    };
    const entry = {
      holder: {
        run: 'run-1',
        host: 'agent',
        pid: 42,
        command: 'update-asgs',
        since: '2026-11-21T03:05:12Z',
        build: 'CI:7',
      },
      token: 'token',
      beat: 3,
      leaseMs: 60_000,
    };
    expectJson('surroundings.json', {
      hooks: {
        old: hookEnvironment({ side: 'old', subject }),
        new: hookEnvironment({ side: 'new', subject }),
        both: hookEnvironment({ side: 'both', subject }),
      },
      lock: {
        row: asRow(entry),
        names: lockNames({ account: '123456789012', region: 'eu-west-1' }, { stack: 'shop', groups: ['web'] }),
      },
    });
  });

  it('keeps the SARIF of validate', () => {
    const at = { by: 'ha-updater', code: 'template.undeclared', line: 3, column: 5, remedy: 'Declare it.' } as const;
    const findings = [
      { ...at, text: 'Nothing declares X.', path: 'Resources.Web', severity: 'error' },
      { ...at, by: 'cfn-lint', code: 'E3012', text: 'Wrong type.', path: '', severity: 'warning' },
    ] as const;
    expectJson('sarif.json', sarif([{ origin: './a b/web.yaml', ok: false, read: true, findings }], '1.2.3'));
  });
});

describe('the contract of documents', function () {
  this.timeout(60_000);
  const shapes = shapesOf(new URL('documents.d.ts', import.meta.url), 'Documents');

  it('keeps the fields of each --json document', () => {
    const documents = [...shapes].filter(([name]) => name !== 'jsonl');
    // Most are the same one.
    const together = new Map<string, string[]>();
    for (const [name, lines] of documents)
      together.set(lines.join('\n'), [...(together.get(lines.join('\n')) ?? []), name]);
    expectGolden(
      'contract/documents.txt',
      [...together].map(([text, names]) => `## ${names.join(', ')}\n\n${text}\n`).join('\n'),
    );
  });

  it('keeps the types of events and their fields', () => {
    expectGolden('contract/events.txt', `${shapes.get('jsonl')?.join('\n') ?? ''}\n`);
  });

  it('knows every type: nothing of it could not be found', () => {
    const lines = [...shapes.values()].flat();
    expect(lines.length).to.be.greaterThan(300);
    expect(lines.filter((line) => /\bany\b|\berror\b\W*$|: {}$/.test(line.replaceAll(/"[^"]*"/g, '')))).to.deep.equal(
      [],
    );
  });
});

describe('the contract of notes', () => {
  interface Kept {
    readonly name: string;
    readonly tags: readonly Tag[];
    readonly read: unknown;
  }

  it('keeps the keys of tags', () => {
    expectJson('tag-keys.json', { notes: NOTE_KEYS, gates: GATES_KEY, out: OUT_KEYS });
  });

  it('writes every note as it always did, and reads what it wrote', () => {
    const written = SAMPLES.map(({ name, notes }): Kept => {
      const tags = encodeNotes(notes);
      return { name, tags, read: decodeNotes(tags) };
    });
    expectJson('notes.json', written);
  });

  // From the file, not from what is written today: a group may carry notes of any earlier version.
  const kept = (): readonly Kept[] =>
    JSON.parse(readFileSync(join(ROOT, 'test', 'golden', 'contract', 'notes.json'), 'utf8')) as readonly Kept[];
  for (const { name, notes, shortened } of SAMPLES) {
    it(`reads what stands on a group: ${name}`, () => {
      const found = kept().find((one) => one.name === name);
      const read = decodeNotes(found?.tags ?? []);
      expect(read).to.deep.equal(found?.read);
      if (shortened !== true) expect(read).to.deep.equal(notes);
    });
  }
});
