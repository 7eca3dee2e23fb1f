import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { unzip } from '../../../src/sandbox/functions/unzip.js';
import { programFrom, whyNotBy } from '../../../src/sandbox/functions/node-for-functions.js';

/** An archive of one file, as any program writes it. */
function archiveOf(name: string, text: string): Buffer {
  const packed = deflateRawSync(Buffer.from(text));
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(text.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}

describe('functions of the sandbox', () => {
  it('are taken out of their archive, and nothing is put outside of its folder', () => {
    const files = unzip(archiveOf('index.mjs', 'export const handler = 1;'));
    expect([...files].map(([name, contents]) => [name, contents.toString()])).to.deep.equal([
      ['index.mjs', 'export const handler = 1;'],
    ]);
    for (const name of ['../index.mjs', '/etc/x', 'a/../../b']) expect(() => unzip(archiveOf(name, ''))).to.throw(name);
    expect(() => unzip(Buffer.from('PK first'))).to.throw('not a zip file');
  });

  it('are run by a program whose path is meant from where the command line was typed', () => {
    expect(programFrom('bin/node')).to.equal(`${process.cwd()}/bin/node`);
    expect(programFrom('/usr/bin/node')).to.equal('/usr/bin/node');
    expect(programFrom('node22')).to.equal('node22');
  });

  it('need a newer Node, and the sandbox says which and how to give it one', () => {
    const why = whyNotBy('/nonexistent/node');
    expect(why).to.contain('/nonexistent/node does not answer').and.to.contain('--node FILE');
    const here = whyNotBy(process.execPath);
    if (Number(process.versions.node.split('.')[0]) >= 22) expect(here).to.equal(undefined);
    else expect(here).to.contain(`need Node.js 22 or newer, and this is ${process.version}`);
  });
});
