import { expect } from 'chai';
import fc from 'fast-check';
import { Failure } from '../../src/errors.js';
import { parseTemplate } from '../../src/template/parse.js';

const parse = (text: string): unknown => JSON.parse(JSON.stringify(parseTemplate(text, 't.yml').template.top));

describe('parsing a template', () => {
  describe('short tags are written out', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['!Ref A', { Ref: 'A' }],
      ['!Ref "AWS::Region"', { Ref: 'AWS::Region' }],
      ['!Condition C', { Condition: 'C' }],
      ['!GetAtt A.B', { 'Fn::GetAtt': ['A', 'B'] }],
      ['!GetAtt Nested.Outputs.Name', { 'Fn::GetAtt': ['Nested', 'Outputs.Name'] }],
      ['!GetAtt [A, B]', { 'Fn::GetAtt': ['A', 'B'] }],
      ['!Sub "${A}"', { 'Fn::Sub': '${A}' }],
      ['!Sub ["${A}", {A: 1}]', { 'Fn::Sub': ['${A}', { A: '1' }] }],
      ['!If [C, !Ref A, !Ref "AWS::NoValue"]', { 'Fn::If': ['C', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] }],
      ['!Equals [a, b]', { 'Fn::Equals': ['a', 'b'] }],
      ['!Join ["-", [a, !Ref B]]', { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] }],
      ['!Select [0, !GetAZs ""]', { 'Fn::Select': ['0', { 'Fn::GetAZs': '' }] }],
      ['!Split [",", a]', { 'Fn::Split': [',', 'a'] }],
      ['!FindInMap [M, a, b]', { 'Fn::FindInMap': ['M', 'a', 'b'] }],
      ['!Base64 x', { 'Fn::Base64': 'x' }],
      ['!Cidr [a, 2, 8]', { 'Fn::Cidr': ['a', '2', '8'] }],
      ['!ImportValue x', { 'Fn::ImportValue': 'x' }],
      ['!And [a, b]', { 'Fn::And': ['a', 'b'] }],
      ['!Or [a, b]', { 'Fn::Or': ['a', 'b'] }],
      ['!Not [a]', { 'Fn::Not': ['a'] }],
      ['!Transform {Name: x}', { 'Fn::Transform': { Name: 'x' } }],
      ['!Length [a]', { 'Fn::Length': ['a'] }],
      ['!ToJsonString {a: 1}', { 'Fn::ToJsonString': { a: '1' } }],
    ];
    for (const [written, meant] of cases) {
      it(written, () => expect(parse(`a: ${written}`)).to.deep.equal({ a: meant }));
    }
    it('for each, by its long name with the loop in the key', () => {
      expect(parse('Fn::ForEach::Topics:\n  - Name\n  - [a, b]\n  - {}')).to.deep.equal({
        'Fn::ForEach::Topics': ['Name', ['a', 'b'], {}],
      });
    });
  });

  it('keeps every scalar as it was written', () => {
    expect(
      parse('a: 2010-09-09\nb: 012345\nc: On\nd: 1_000\ne: 1e3\nf: null\ng:\nh: "x"\ni: 0x1F\ntrue: no'),
    ).to.deep.equal({
      a: '2010-09-09',
      b: '012345',
      c: 'On',
      d: '1_000',
      e: '1e3',
      f: null,
      g: null,
      h: 'x',
      i: '0x1F',
      true: 'no',
    });
  });

  it('reads JSON, tabs and all', () => {
    expect(parse('{\n\t"a": {\n\t\t"Ref": "B\\tC"\n\t},\n"n": [1, true, null]\n}')).to.deep.equal({
      a: { Ref: 'B\tC' },
      n: ['1', 'true', null],
    });
  });

  it('keeps keys that JavaScript would take for its own', () => {
    const { top } = parseTemplate('__proto__: a\nconstructor: b\n', 't').template;
    expect(Object.keys(top)).to.deep.equal(['__proto__', 'constructor']);
  });

  it('knows where everything stands', () => {
    const { at } = parseTemplate('Resources:\n  A:\n    Type: X\n    Properties:\n      P: !Ref Q\n', 't').template;
    expect(at(['Resources', 'A'])).to.deep.equal({ line: 2, column: 3 });
    expect(at(['Resources', 'A', 'Properties', 'P', 'Ref'])).to.deep.equal({ line: 5, column: 15 });
    expect(at(['Resources', 'A', 'Nowhere', 'at', 'all'])).to.deep.equal({ line: 2, column: 3 });
  });

  describe('one failure with line and column for', () => {
    const cases: readonly (readonly [string, string, string, string])[] = [
      ['a duplicate key', 'a: 1\nb: 2\na: 3\n', '3:1', 'same key'],
      ['a duplicate key in JSON', '{"a": 1,\n "a": 2}', '2:2', 'same key'],
      ['a tab', 'a:\n\tb: 1\n', '2:1', 'tab'],
      ['nothing', '', '1:1', 'empty'],
      ['only comments', '# nothing\n', '1:1', 'empty'],
      ['several documents', 'a: 1\n---\nb: 2\n', '2:', 'several'],
      ['a list', '- a\n', '1:1', 'map'],
      ['a word', 'hello', '1:1', 'map'],
      ['a missing quote', 'a: "b\n', '', 'quote'],
      ['a key that is a list', '? [a]\n: 1\n', '1:', 'keys must be strings'],
      ['brackets left open', '{"a": [1', '1:9', 'a [ is not closed by a ]'],
      ['a comma that JSON lacks', '{\n  "a": {"b": 1}\n  "c": 2\n}', '3:3', 'a comma is missing'],
      ['a colon that JSON lacks', '{\n  "a" {"b": 1}\n}', '2:7', 'a comma or a colon is missing'],
      ['a brace that JSON lacks', '{\n  "a": {"b": 1\n', '3:1', 'a { is not closed by a }'],
      ['a bad indentation', 'a:\n   b: 1\n  c: 2\n', '3:', ''],
      ['nesting without end', '['.repeat(100_000), '1:', 'nested more than'],
      ['nesting of maps without end', '{a: '.repeat(20_000), '1:', 'nested more than'],
      ['nesting of blocks without end', '- '.repeat(20_000), '1:', 'nested more than'],
    ];
    for (const [what, text, place, words] of cases) {
      it(what, () => {
        const failure = failureOf(text);
        expect(failure.exitCode).to.equal(2);
        expect(failure.facts.code).to.equal('template.syntax');
        expect(failure.message)
          .to.match(new RegExp(`^t\\.yml:${place === '' ? '\\d+:\\d+' : place}`))
          .and.include(words);
      });
    }
  });

  describe('what YAML allows and CloudFormation does not', () => {
    const codes = (text: string): string[] =>
      parseTemplate(text, 't').findings.map(({ code, line, severity }) => `${code} ${line} ${severity}`);
    it('aliases', () => expect(codes('a: &x 1\nb: *x\n')).to.deep.equal(['template.alias 2 error']));
    it('merge keys', () => expect(codes('a:\n  <<: {b: 1}\n')).to.deep.equal(['template.merge 2 error']));
    it('a mistyped tag', () => {
      const [finding] = parseTemplate('a: !Reff B\n', 't').findings;
      expect(finding).to.deep.include({
        code: 'template.tag',
        severity: 'error',
        remedy: 'Did you mean !Ref?',
        line: 1,
        column: 10,
      });
    });
    it('a tag of a later day is only doubtful', () =>
      expect(codes('a: !SomethingNew B\n')).to.deep.equal(['template.tag 1 warning']));
    it('billions of laughs are not expanded', () => {
      const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
      expect(parseTemplate(`a0: &a0 x\n${lines.join('\n')}\n`, 't').findings).to.have.length(270);
    });
  });

  it('any text parses or gives one failure with its place', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), parsesOrFails), { numRuns: 200 });
  });

  it('so does text made of what YAML is made of', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ': ',
        '\n',
        '  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '"',
        "'",
        '!Ref ',
        '!Sub',
        '&x ',
        '*x',
        '|',
        '>',
        '#',
        '?',
        '---',
        '...',
        '\t',
        '%',
        '@',
        '<<',
        '!!',
        '!<',
        '\\',
        '\u0000',
        '\ufeff',
        'null',
        '1',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => parsesOrFails(pieces.join(''))),
      { numRuns: 1_000 },
    );
  });

  it('so does a good template with a part of it broken', () => {
    const change = fc.record({ at: fc.nat(good.length), drop: fc.nat(12), put: fc.string({ maxLength: 6 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) =>
        parsesOrFails(
          changes.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), good),
        ),
      ),
      { numRuns: 500 },
    );
  });
});

const good = `AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Image: {Type: String, Default: ami-1}
Conditions:
  Big: !Equals [!Ref Image, x]
Resources:
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      Tags:
        - Key: Name
          Value: !Sub "\${AWS::StackName}-web"
      UserData: !Base64
        Fn::Sub: |
          #!/bin/bash
          echo \${Image}
`;

function failureOf(text: string): Failure {
  try {
    parseTemplate(text, 't.yml');
  } catch (error) {
    expect(error).to.be.instanceOf(Failure);
    return error as Failure;
  }
  throw new Error('it parsed');
}

function parsesOrFails(text: string): void {
  try {
    const { template, findings } = parseTemplate(text, 't.yml');
    for (const { line, column } of [template.at(['Resources']), ...findings]) {
      expect(line).to.be.at.least(1);
      expect(column).to.be.at.least(1);
    }
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(Failure);
    expect((error as Failure).message).to.match(/^t\.yml:\d+:\d+: not a template: ./);
    expect((error as Failure).message).not.to.match(/\n/);
  }
}
