import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { Failure } from '../../src/errors.js';
import { parseTemplate } from '../../src/template/parse.js';
import type { Tree } from '../../src/template/tree.js';

const plain = (tree: unknown): unknown => JSON.parse(JSON.stringify(tree));
const read = (text: string): unknown => plain(parseTemplate(text, 't').template.top);
const print = (tree: unknown): string => stringify(tree, { blockQuote: false, lineWidth: 0, version: '1.1' });

/** Trees as templates have them: maps, lists and texts, with calls of functions among them. */
const trees = fc.letrec<{ value: Tree; map: Tree }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string(),
      fc.constantFrom('012345', '2010-09-09', 'true', 'On', '~', '', '0x10', '!Ref A', '1e3', 'null', '#', ': ', '- '),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('map'),
    fc.record({ Ref: fc.string() }),
    fc.record({ 'Fn::Sub': fc.string() }),
  ),
  map: fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

const soup = fc.string({
  unit: fc.constantFrom(
    'Resources',
    'A',
    ':',
    ' ',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '!Ref ',
    '!Sub ',
    '!No ',
    '&a ',
    '*a',
    '|',
    '>',
    '#',
    '\t',
    '?',
    '<<',
    '---\n',
    '012',
    'é',
  ),
});

describe('any text', () => {
  it('parses as a template, or gives one failure with a place in it', () => {
    fc.assert(
      fc.property(soup, (text) => {
        try {
          const { template, findings } = parseTemplate(text, 't');
          expect(template.top).to.be.an('object');
          for (const { line } of findings) expect(line).to.be.within(1, text.split('\n').length);
        } catch (error) {
          expect(error).to.be.instanceOf(Failure);
          const [, line] = /^t:(\d+):\d+: not a template: /.exec((error as Failure).facts.what) ?? [];
          expect(Number(line), (error as Failure).facts.what).to.be.within(1, text.split('\n').length + 1);
        }
      }),
      { numRuns: 800 },
    );
  });

  it('that parses prints back to the same document', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const tree = accepted(text);
        if (tree !== undefined) expect(read(print(tree))).to.deep.equal(tree);
      }),
      { numRuns: 800 },
    );
  });
});

/** The document of a text that has no errors; aliases and merge keys, which CloudFormation does not take, are errors. */
function accepted(text: string): unknown {
  try {
    const { template, findings } = parseTemplate(text, 't');
    return findings.some(({ severity }) => severity === 'error') ? undefined : plain(template.top);
  } catch (error) {
    expect(error).to.be.instanceOf(Failure);
    return undefined;
  }
}

describe('any document', () => {
  it('reads the same from YAML and from JSON, however it is indented', () => {
    fc.assert(
      fc.property(trees.map, (tree) => {
        const wanted = plain(tree);
        for (const text of [
          print(tree),
          JSON.stringify(tree),
          JSON.stringify(tree, null, 2),
          JSON.stringify(tree, null, '\t'),
        ])
          expect(read(text), text).to.deep.equal(wanted);
      }),
      { numRuns: 500 },
    );
  });
});
