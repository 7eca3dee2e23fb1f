import { expect } from 'chai';
import { readHistoryAddress } from '../../src/history/history-address.js';
import { changesOf, entryText, hashOf, MOST_ENTRY_BYTES, readEntry, stateOf } from '../../src/history/entry.js';
import { readRunKey, runKey, runsPrefix, templateKey } from '../../src/history/keys.js';
import { Failure } from '../../src/errors.js';
import type { HistoryEntry } from '../../src/model/history-entry.js';

const PLACE = { account: '123456789012', region: 'eu-west-1', stack: 'web' };

describe('where runs are kept', () => {
  for (const [text, address] of [
    ['s3://runs', { bucket: 'runs', prefix: '', shown: 's3://runs' }],
    ['s3://runs/', { bucket: 'runs', prefix: '', shown: 's3://runs' }],
    [
      's3://my.runs/ha-updater/prod/',
      { bucket: 'my.runs', prefix: 'ha-updater/prod', shown: 's3://my.runs/ha-updater/prod' },
    ],
    [
      's3://runs/a?owner=210987654321',
      { bucket: 'runs', prefix: 'a', owner: '210987654321', shown: 's3://runs/a?owner=210987654321' },
    ],
  ] as const)
    it(`${text} is an address`, () => expect(readHistoryAddress(text)).to.deep.equal(address));

  for (const text of [
    'runs',
    's3:runs',
    's3://',
    's3://R',
    's3://Upper',
    's3://runs/a b',
    's3://runs//a//b',
    's3://runs/a?owner=12',
    's3://runs/a?region=x',
    's3://runs/a#b',
    's3://user:word@runs/a',
    'https://runs.s3.amazonaws.com/a',
    `s3://runs/${'a'.repeat(501)}`,
  ])
    it(`${text.slice(0, 40)} is none`, () => {
      expect(() => readHistoryAddress(text)).to.throw(Failure, '--history takes s3://BUCKET');
    });
});

describe('the names of what is kept', () => {
  const address = readHistoryAddress('s3://runs/a');
  const at = Date.parse('2026-11-21T03:05:04Z');

  it('begin with the account, the region and the stack, and tell the run and its time', () => {
    const key = runKey(address, PLACE, { run: '20261121-030504-abcde', at });
    expect(key).to.equal('a/123456789012/eu-west-1/web/runs/8204769695999-20261121-030504-abcde.json');
    expect(key.startsWith(runsPrefix(address, PLACE))).to.equal(true);
    expect(readRunKey(key)).to.deep.equal({ key, run: '20261121-030504-abcde', at });
    expect(templateKey(readHistoryAddress('s3://runs'), PLACE, 'ab')).to.equal(
      '123456789012/eu-west-1/web/templates/ab.template',
    );
  });

  it('put the newest run first', () => {
    const keys = [0, 1_000, at, at + 1, at + 60_000].map((when) => runKey(address, PLACE, { run: 'r', at: when }));
    expect([...keys].sort()).to.deep.equal([...keys].reverse());
  });

  for (const key of [
    '',
    'a/runs/x.json',
    'a/runs/8204769695999-r.txt',
    'a/runs/820476969599-r.json',
    'a/8204769695999-r.json',
  ])
    it(`${key || 'nothing'} is none of them`, () => expect(readRunKey(key)).to.equal(undefined));
});

const ENTRY: HistoryEntry = {
  v: 1,
  run: '20261121-030504-abcde',
  command: 'update-stack',
  version: '0.0.0',
  stack: 'web',
  account: '123456789012',
  region: 'eu-west-1',
  by: 'arn:aws:iam::123456789012:user/ann',
  build: 'build 7',
  at: '2026-11-21T03:05:04Z',
  elapsedMs: 90_000,
  outcome: 'swapRolledBack',
  exitCode: 4,
  failure: { code: 'swap.notProven', what: 'never healthy' },
  groups: [{ group: 'web-Group', outcome: 'rolledBack', why: 'never healthy' }],
  to: '20261120-000000-abcde',
  before: { template: 'a'.repeat(64), parameters: { ImageId: 'ami-1', Size: '2', Gone: 'x' }, secrets: ['Password'] },
  after: {
    template: 'b'.repeat(64),
    parameters: { ImageId: 'ami-2', Size: '2' },
    secrets: ['Password'],
    images: ['ami-2'],
  },
};

describe('what is kept of a run', () => {
  it('is read as it was written', () => expect(readEntry(entryText(ENTRY))).to.deep.equal(ENTRY));

  it('tells what it changed', () => {
    expect(changesOf(ENTRY)).to.deep.equal([
      { key: 'ImageId', before: 'ami-1', after: 'ami-2' },
      { key: 'Gone', before: 'x' },
    ]);
    const { before: _, ...rest } = ENTRY;
    expect(changesOf(rest)).to.deep.equal([]);
  });

  it('holds no value of a NoEcho parameter, and none that is the same secret', () => {
    const parameters = [
      { key: 'ImageId', value: 'ami-1', noEcho: false },
      { key: 'Password', noEcho: true },
      { key: 'Copy', value: 'hunter22', noEcho: false },
      { key: 'Shown', value: '****', noEcho: true },
    ];
    const isSecret = (value: string): boolean => value.includes('hunter22');
    expect(stateOf({ parameters }, { template: 'x', images: ['b', 'a', 'b'] }, isSecret)).to.deep.equal({
      template: hashOf('x'),
      parameters: { ImageId: 'ami-1' },
      secrets: ['Password', 'Copy', 'Shown'],
      images: ['a', 'b'],
    });
  });

  it('is of a limited size: texts are cut first, then goes what the stack was, then what it is', () => {
    const big = { template: 'a'.repeat(64), parameters: { A: 'x'.repeat(150_000) }, secrets: [] };
    const two = entryText({ ...ENTRY, before: big, after: big });
    expect(Buffer.byteLength(two)).to.be.at.most(MOST_ENTRY_BYTES);
    expect(readEntry(two)).to.deep.include({ after: big }).and.not.have.property('before');
    const huge = { ...big, parameters: { A: 'x'.repeat(300_000) } };
    expect(readEntry(entryText({ ...ENTRY, after: huge })))
      .to.deep.include({ run: ENTRY.run })
      .and.not.have.property('after');
    const why = 'w'.repeat(9_000);
    const groups = Array.from({ length: 400 }, (_, index) => ({
      group: `g${index}`,
      outcome: 'rolledBack' as const,
      why,
    }));
    expect(Buffer.byteLength(entryText({ ...ENTRY, groups }))).to.be.at.most(MOST_ENTRY_BYTES);
  });

  for (const [text, why] of [
    ['', 'it is no JSON'],
    ['[]', 'it is no entry of a run'],
    ['null', 'it is no entry of a run'],
    ['{"v":2}', 'it is of version 2'],
    ['{}', 'it is of version "unknown"'],
    ['{"v":1}', 'its run is missing'],
    [JSON.stringify({ ...ENTRY, at: 'yesterday' }), 'its times are missing'],
    [JSON.stringify({ ...ENTRY, exitCode: '0' }), 'its times are missing'],
    [JSON.stringify({ ...ENTRY, by: { toString: 1 } }), 'its by is missing'],
  ] as const)
    it(`${text.slice(0, 30) || 'nothing'} is none: ${why}`, () => expect(readEntry(text)).to.equal(why));

  for (const [name, after] of [
    ['a value that is no text', { parameters: { A: 1 }, secrets: [] }],
    ['no list of secrets', { parameters: {} }],
    ['a hash that names another object', { parameters: {}, secrets: [], template: '../../etc/passwd' }],
    ['images that are no texts', { parameters: {}, secrets: [], images: [1] }],
  ] as const)
    it(`does not count as the state of a stack with ${name}`, () => {
      expect(readEntry(JSON.stringify({ ...ENTRY, after }))).to.not.have.property('after');
    });
});
