import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { misfits } from './fits.js';
import { shapesOf, type Shape } from './shape.js';

describe('the shape of a type', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ha-updater-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const shapeOf = (text: string): Shape => {
    const file = join(folder, 'documents.d.ts');
    writeFileSync(file, `${text}\nexport interface Documents { readonly one: One }\n`);
    return shapesOf(pathToFileURL(file), 'Documents').get('one') ?? [];
  };

  it('is the same whatever types are called and however they are put together', () => {
    const plain = shapeOf('interface One { a: number; b?: { c: "x" | "y" }[] }');
    expect(plain).to.deep.equal(['a: number', 'b?[].c: "x" | "y"']);
    expect(
      shapeOf('type B = { c: "y" | "x" }\ninterface One extends A { b?: B[] | undefined }\ninterface A { a: number }'),
    ).to.deep.equal(plain);
    expect(
      shapeOf('interface A { a: number; z: string }\ntype One = Omit<A, "z"> & { b?: { c: "x" | "y" }[] }'),
    ).to.deep.equal(plain);
  });

  it('tells a field that is new, gone, optional, or of another type', () => {
    const before = shapeOf('interface One { a: number; b: string }');
    for (const other of [
      'a: number; b: string; c: string',
      'a: number',
      'a?: number; b: string',
      'a: number; b: string | null',
      'a: number; b: "x"',
    ]) {
      expect(shapeOf(`interface One { ${other} }`), other).not.to.deep.equal(before);
    }
  });

  it('tells members of a union apart by their word, and puts those without one together', () => {
    expect(shapeOf('type One = { type: "a"; n: number } | { type: "b" | "c"; s: boolean }')).to.deep.equal([
      '<a>.n: number',
      '<a>.type: "a"',
      '<b|c>.s: boolean',
      '<b|c>.type: "b" | "c"',
    ]);
    expect(shapeOf('type One = { n: number } | { n: string; s: string }')).to.deep.equal([
      'n: number | string',
      's?: string',
    ]);
  });

  it('follows maps, and stops where a type holds itself', () => {
    expect(shapeOf('interface One { map: Readonly<Record<string, number[]>>; inner?: One[] }')).to.deep.equal([
      'inner?[]: like the whole',
      'map{}[]: number',
    ]);
  });
});

describe('a document that does not fit its shape', () => {
  const shape = ['a: number', 'b?[].c: "x" | "y"', 'e<one>.f: boolean', 'map{}[]: string', 'free: object'];

  it('is told by its paths', () => {
    expect(
      misfits(shape, { a: 1, b: [{ c: 'x' }], e: { f: true }, map: { any: ['s'] }, free: { z: 1 } }),
    ).to.deep.equal([]);
    expect(misfits(shape, { a: '1', b: [{ c: 'z', d: 1 }], map: { any: [1] }, z: {} })).to.deep.equal([
      'a is "1"',
      'b[].c is "z"',
      'b[].d is unknown',
      'map{}[] is 1',
      'z is unknown',
    ]);
  });
});
