import { expect } from 'chai';
import fc from 'fast-check';
import { Failure } from '../../src/errors.js';
import { parseTemplate, parseTree } from '../../src/template/parse.js';

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

  const scalars = 'a: 2010-09-09\nb: 012345\nc: On\nd: 1_000\ne: 1e3\nf: null\ng:\nh: "x"\ni: 0x1F\ntrue: no';

  it('keeps every scalar of another file as it was written', () => {
    const { tree } = parseTree(scalars, 'f', { noun: 'file', code: 'x' });
    expect(JSON.parse(JSON.stringify(tree))).to.deep.equal({
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

  it('reads what is not quoted as CloudFormation does, by YAML 1.1', () => {
    expect(parse(scalars)).to.deep.equal({
      a: '2010-09-09',
      b: '5349',
      c: 'true',
      d: '1000',
      e: '1e3',
      f: null,
      g: null,
      h: 'x',
      i: '31',
      true: 'false',
    });
    expect(
      parse('a: [Yes, no, OFF, y, N, yEs, 0755, -010, 012345670123, 0899, 08, 0, 00, 0o7, 0b101, 1:30, 190:20:30]'),
    ).to.deep.equal({
      a: [
        'true',
        'false',
        'false',
        'y',
        'N',
        'yEs',
        '493',
        '-8',
        '1402433619',
        '0899',
        '08',
        '0',
        '0',
        '0o7',
        '5',
        '90',
        '685230',
      ],
    });
    expect(parse('a: ["Yes", \'0755\', !!str on, !Ref 0755, |-\n  no\n]'.replace('|-\n  no\n', 'x'))).to.deep.equal({
      a: ['Yes', '0755', 'on', { Ref: '0755' }, 'x'],
    });
    expect(parse('a: |-\n  0755')).to.deep.equal({ a: '0755' });
    expect(
      parse(
        'On: {Condition: On, DependsOn: [Yes], a: !If [On, on, !FindInMap [M, yes, no]], b: {Ref: No}, c: !GetAtt [Yes, No]}',
      ),
    ).to.deep.equal({
      On: {
        Condition: 'On',
        DependsOn: ['Yes'],
        a: { 'Fn::If': ['On', 'true', { 'Fn::FindInMap': ['M', 'yes', 'no'] }] },
        b: { Ref: 'No' },
        c: { 'Fn::GetAtt': ['Yes', 'No'] },
      },
    });
  });

  it('says so where somebody has to give such a value, once for each parameter', () => {
    const { findings } = parseTemplate(
      'Parameters:\n  Flag: {Type: String, Default: Yes, AllowedValues: [Yes, No]}\n  Mode: {Type: String, Default: 0755}\n' +
        '  Calm: {Type: String, Default: "Yes", AllowedValues: [true, 12, "0755"]}\nResources: {A: {Type: A, P: Yes}}\n',
      't',
    );
    expect(findings.map(({ line, column, code, severity }) => `${line}:${column} ${code} ${severity}`)).to.deep.equal([
      '2:33 template.plainScalar warning',
      '3:33 template.plainScalar warning',
    ]);
    expect(findings[0]?.text).to.equal(
      'Unquoted values of parameter Flag are not what they look like, because CloudFormation reads YAML 1.1: ' +
        'Yes is "true", No is "false".',
    );
  });

  it('names a key that stands twice, with both lines', () => {
    expect(failureOf('a:\n  B: 1\n  C: 2\n  "B": 3\n').message).to.equal(
      't.yml:4:3: not a template: the same key stands twice in one map: "B" in line 2 and in line 4.',
    );
    expect(failureOf('{"a": {"x": 1,\n"x": 2}}').message).to.include('"x" in line 1 and in line 2');
  });

  describe('takes quoted text that goes on without deeper indentation', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['a: "one\ntwo"\nb: c\n', { a: 'one two', b: 'c' }],
      ["a:\n  b: 'one\n\ntwo\n  three'\n  c: d\n", { a: { b: 'one\ntwo three', c: 'd' } }],
      ['a:\n  - ["one\ntwo", d]\n  - e\n', { a: [['one two', 'd'], 'e'] }],
      ['a:\r\n  b: "one\r\ntwo"\r\nc: plain\r\n  text\r\n', { a: { b: 'one two' }, c: 'plain text' }],
    ];
    for (const [text, tree] of cases) it(JSON.stringify(text), () => expect(parse(text)).to.deep.equal(tree));
    it('and still knows where everything stands', () => {
      const { at } = parseTemplate('a: "one\ntwo"\nb:\n  c: d\n', 't').template;
      expect(at(['b', 'c'])).to.deep.equal({ line: 4, column: 3 });
    });
    it('but no quote that is never closed, nor a document that ends in it', () => {
      expect(failureOf('a: "one\ntwo\n').message).to.match(/^t\.yml:\d+:\d+: not a template: missing closing/);
      expect(failureOf('a: "one\n---\ntwo"\n').message).to.match(/not a template: /);
    });
  });

  it('takes a key with the tag that says nothing', () => {
    expect(parse('a: [ ! "Ref": "AWS::AccountId", b ]')).to.deep.equal({ a: [{ Ref: 'AWS::AccountId' }, 'b'] });
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
      ['a key that is a list', '? [a]\n: 1\n', '1:', 'a key is a map or a list'],
      [
        'a placeholder for a key',
        'a:\n  {{ Name }}:\n    b: 1\n',
        '2:',
        'what stands in {{ }} has to be filled in first',
      ],
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
