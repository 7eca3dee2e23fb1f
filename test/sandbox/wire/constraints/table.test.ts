import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { SIMULATED_SERVICES } from '../../../../src/sandbox/index.js';
import { EXCEPTIONS } from '../../../../src/sandbox/wire/constraints/exceptions.js';
import { modelPattern } from '../../../../src/sandbox/wire/constraints/model-pattern.js';
import { CONSTRAINTS } from '../../../../src/sandbox/wire/constraints/constraint-table.js';
import { constraintsOf } from '../../../../src/sandbox/wire/constraints/violations.js';
import type { ServiceName } from '../../../../src/sandbox/world/world.js';

const root = new URL('../../../../../', import.meta.url);
const services = Object.keys(CONSTRAINTS.services) as ServiceName[];

describe('the table of constraints', () => {
  it('knows every operation that is served, but those of S3, and no other', () => {
    const served = Object.entries(SIMULATED_SERVICES).filter(([service]) => service !== 's3');
    expect(services).to.have.members(served.map(([service]) => service));
    for (const [service, operations] of served) {
      const known = Object.keys(CONSTRAINTS.services[service as ServiceName]?.operations ?? {});
      expect(known, `${service}: npm run constraints`).to.have.members(Object.keys(operations));
    }
  });

  it('names no shape that it does not have', () => {
    for (const { shapes } of Object.values(CONSTRAINTS.services)) {
      const named = [
        ...Object.values(shapes).flatMap(({ members = {}, key = '', of = '' }) => [...Object.values(members), key, of]),
      ];
      expect(named.filter((name) => name !== '' && !(name in shapes))).to.deep.equal([]);
    }
  });

  it('says which models it is from, as the script does that writes it, and CONTRIBUTING.md tells of', () => {
    const script = readFileSync(new URL('scripts/constraints.ts', root), 'utf8');
    expect(CONSTRAINTS.from).to.equal(`botocore ${/VERSION = '([\d.]+)'/.exec(script)?.[1] ?? ''}`);
    expect(readFileSync(new URL('package.json', root), 'utf8')).to.contain('node dist/scripts/constraints.js');
    expect(readFileSync(new URL('CONTRIBUTING.md', root), 'utf8')).to.contain('`npm run constraints`');
  });

  it('has no pattern that JavaScript cannot read', () => {
    const patterns = Object.values(CONSTRAINTS.services).flatMap(({ shapes }) =>
      Object.values(shapes).flatMap(({ pattern }) => pattern ?? []),
    );
    expect(new Set(patterns).size).to.be.greaterThan(40);
    expect(patterns.filter((pattern) => modelPattern(pattern) === undefined)).to.deep.equal([]);
  });

  it('is corrected where AWS does otherwise: each exception changes something, and says why', () => {
    for (const { service, shape, member, says, because } of EXCEPTIONS) {
      const before = CONSTRAINTS.services[service]?.shapes ?? {};
      const inputs = Object.values(CONSTRAINTS.services[service]?.operations ?? {});
      const after = constraintsOf(service)?.shapes ?? {};
      const name = member === undefined ? shape : `${shape}.${member}`;
      expect([...Object.keys(before), ...inputs], `${service} ${name}`).to.contain(shape);
      expect(after[name]).to.not.deep.equal(
        member === undefined ? before[shape] : before[before[shape]?.members?.[member] ?? ''],
      );
      expect(Object.keys(says)).to.not.deep.equal([]);
      expect(because.length).to.be.greaterThan(30);
    }
  });
});

describe('a pattern of Java', () => {
  const reads = (pattern: string, text: string): boolean | undefined => modelPattern(pattern)?.test(text);

  it('is meant of the whole text, and of all of Unicode', () => {
    expect(reads('[a-z]+', 'abc1')).to.equal(false);
    expect(reads('a|b', 'ab')).to.equal(false);
    expect(reads('[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*', 'ü 😀')).to.equal(true);
    expect(reads('[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*', '\u0007')).to.equal(false);
    expect(reads('[\\p{L}\\p{Z}]*', 'Zoë 東京')).to.equal(true);
  });

  it('has classes of its own, and backslashes where they mean nothing', () => {
    expect(reads('\\p{Alnum}+', 'aZ9')).to.equal(true);
    expect(reads('[\\p{Punct}x]+', '!x~')).to.equal(true);
    expect(reads('[\\s]', '\u00a0')).to.equal(false);
    expect(reads('a\\-b\\:\\_\\@\\"', 'a-b:_@"')).to.equal(true);
  });

  it('is left alone where JavaScript would read it otherwise', () => {
    expect(modelPattern('[a-z&&[^x]]')).to.equal(undefined);
    expect(modelPattern('[a[b]]')).to.equal(undefined);
    expect(modelPattern('a*+')).to.equal(undefined);
    expect(modelPattern('(?i)a')).to.equal(undefined);
  });
});
