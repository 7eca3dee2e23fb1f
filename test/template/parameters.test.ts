import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { Failure, usage } from '../../src/errors.js';
import type { Reason } from '../../src/model/rollout/decision.js';
import { parseParametersFile } from '../../src/template/parameters/parameters-file.js';
import { readParameters, type ParametersAsked } from '../../src/template/parameters/parameters.js';

const parse = (
  text: string,
): { values: Record<string, string | null>; problems: string[]; tags?: object; stackPolicy?: string } => {
  const problems: Reason[] = [];
  const { values, ...rest } = parseParametersFile(text, 'p', problems);
  return { values: Object.fromEntries(values), problems: problems.map(({ text: said }) => said), ...rest };
};

describe('a file of parameters', () => {
  const forms: readonly (readonly [string, string])[] = [
    [
      'a map in YAML',
      'Image: ami-1\nZip: 012345\nDay: 2026-11-21\nOn: true\nEmpty: ""\nList: [a, b]\nText: |\n  two\n  lines\n',
    ],
    [
      'a map in JSON',
      '{"Image": "ami-1", "Zip": "012345", "Day": "2026-11-21", "On": true, "Empty": "", "List": ["a", "b"], "Text": "two\\nlines\\n"}',
    ],
    [
      'the form of the CLI',
      '[{"ParameterKey": "Image", "ParameterValue": "ami-1"}, {"ParameterKey": "Zip", "ParameterValue": "012345"},\n\t{"ParameterKey": "Day", "ParameterValue": "2026-11-21"}, {"ParameterKey": "On", "ParameterValue": true}, {"ParameterKey": "Empty", "ParameterValue": ""}, {"ParameterKey": "List", "ParameterValue": "a,b"}, {"ParameterKey": "Text", "ParameterValue": "two\\nlines\\n"}]',
    ],
    [
      'the short form of the CLI',
      '["Image=ami-1", "Zip=012345", "Day=2026-11-21", "On=true", "Empty=", "List=a,b", "Text=two\\nlines\\n"]',
    ],
    [
      'lines',
      "# what --outputs writes\r\n\r\nImage=ami-1\r\nZip=012345\nDay='2026-11-21'\n  # more\n On =true\nEmpty=\nList=a,b\nText='two\nlines\n'\n",
    ],
    [
      'the form of CodePipeline',
      '{"Parameters": {"Image": "ami-1", "Zip": "012345", "Day": "2026-11-21", "On": "true", "Empty": "", "List": "a,b", "Text": "two\\nlines\\n"}}',
    ],
  ];
  for (const [form, text] of forms) {
    it(`in ${form}`, () =>
      expect(parse(text)).to.deep.equal({
        values: {
          Image: 'ami-1',
          Zip: '012345',
          Day: '2026-11-21',
          On: 'true',
          Empty: '',
          List: 'a,b',
          Text: 'two\nlines\n',
        },
        problems: [],
      }));
  }

  it("in the CLI's list within an answer of it, of which nothing else is taken", () => {
    const list =
      '[{"ParameterKey": "Image", "ParameterValue": "ami-1"}, {"ParameterKey": "Size", "UsePreviousValue": true}]';
    expect(parse(`{"Parameters": ${list}}`)).to.deep.equal({ values: { Image: 'ami-1', Size: null }, problems: [] });
    const { values, problems } = parse(`{"Parameters": ${list}, "Capabilities": ["CAPABILITY_IAM"]}`);
    expect(values).to.have.keys(['Image', 'Size']);
    expect(problems.join()).to.contain('Capabilities would not be taken: Parameters alone are.');
    expect(parse('{"Parameters": [{"ParameterKey": "Image"}]}').problems.join()).to.contain(
      'Image has no ParameterValue.',
    );
    expect(parse('{"Parameters": "a,b"}').values).to.deep.equal({ Parameters: 'a,b' });
  });

  it('in lines has values as they are written, and says which line is none', () => {
    expect(
      parse("Url=https://a/?b=c#d\nStar=**\nIt='it'\\''s'\nOpen='never closed\nNext=\"q\"\n").values,
    ).to.deep.equal({
      Url: 'https://a/?b=c#d',
      Star: '**',
      It: "it's",
      Open: "'never closed",
      Next: '"q"',
    });
    expect(parse('\nA=1\nnothing\nA=2\nB_C=3\n').problems).to.deep.equal([
      'p:3:1: This line has no "=".',
      'p:4:1: A stands there twice.',
      'p:5:1: "B_C" is not a valid parameter name: only letters and digits are allowed.',
    ]);
    expect(parse('A: b=c\n').values).to.deep.equal({ A: 'b=c' });
  });

  it('may keep a value in so many words, and carry tags and a policy', () => {
    expect(parse('[{"ParameterKey": "A", "UsePreviousValue": true}]').values).to.deep.equal({ A: null });
    expect(parse('Parameters: {A: 1}\nTags: {Team: web}\nStackPolicy: {Statement: []}\n')).to.deep.equal({
      values: { A: '1' },
      problems: [],
      tags: { Team: 'web' },
      stackPolicy: '{"Statement":[]}',
    });
  });

  it('has every mistake named with its line, and no value', () => {
    const { problems } = parse('A:\nB: {c: secret}\nMy-Key: secret\n');
    expect(problems.map((text) => text.replace(/: .*/, ''))).to.deep.equal(['p:1:1', 'p:2:1', 'p:3:1']);
    expect(problems.join()).not.to.include('secret');
    const list = parse(
      '- {ParameterKey: A}\n- {ParameterValue: secret}\n- A=1\n- A=2\n- {ParameterKey: B, ParameterValue: 1, UsePreviousValue: true}\n- {ParameterKey: C, ParameterValue: 1, Extra: 1}\n',
    );
    expect(list.problems.map((text) => text.replace(/: .*/, ''))).to.deep.equal([
      'p:1:3',
      'p:2:3',
      'p:4:3',
      'p:5:3',
      'p:6:40',
    ]);
  });

  it('that is no YAML fails with its line', () => {
    for (const text of ['A: [', 'A: 1\nA: 2\n', '', 'A: 1\n---\nB: 2\n', '{"A": 1,,}']) {
      expect(() => parse(text), text).to.throw(Failure, /^p:\d+:\d+: not a parameters file: /);
    }
  });

  it('says back any values, in any form, in YAML and in JSON', () => {
    const keys = fc.stringMatching(/^[A-Za-z0-9]{1,9}$/).filter((key) => key !== 'Parameters');
    // The library that writes the YAML loses lines of blanks in its block form, so it is to quote.
    const texts = fc.string({
      unit: fc.constantFrom(
        'a',
        '0',
        ' ',
        ',',
        '=',
        '@',
        ':',
        '#',
        '-',
        "'",
        '"',
        '\n',
        '\t',
        'é',
        '😀',
        '~',
        '!',
        '&',
        '*',
      ),
    });
    fc.assert(
      fc.property(fc.dictionary(keys, texts, { noNullPrototype: true, minKeys: 1 }), (values) => {
        const list = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
        for (const form of [
          values,
          list,
          { Parameters: values },
          list.map(({ ParameterKey: key, ParameterValue: value }) => `${key}=${value}`),
        ]) {
          for (const text of [
            JSON.stringify(form),
            JSON.stringify(form, null, '\t'),
            stringify(form, { blockQuote: false, lineWidth: 0 }),
          ])
            expect(parse(text)).to.deep.include({ values, problems: [] });
        }
      }),
    );
  });

  it('whatever it holds, is read or refused in our words', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'A',
            ':',
            ' ',
            '\n',
            '-',
            '{',
            '}',
            '[',
            ']',
            ',',
            '"',
            '!',
            '&a',
            '*a',
            '|',
            '\t',
            '@',
          ),
        }),
        (text) => {
          try {
            parse(text);
          } catch (error) {
            expect(error).to.be.instanceOf(Failure);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('parameters of a command line', () => {
  const files: Readonly<Record<string, string>> = {
    'a.yaml': 'A: file\nB: file\n',
    'b.yaml': 'B: later\nC: later\n',
    'keep.json': '[{"ParameterKey":"B","UsePreviousValue":true}]',
    secret: 'pass word\r\n',
    broken: 'A: [',
  };
  const sources = {
    env: { TOKEN: 'from env', EMPTY: '' },
    readFile: (path: string): Promise<string> =>
      files[path] === undefined
        ? Promise.reject(usage('parameters.noFile', `There is no file ${path}.`))
        : Promise.resolve(files[path]),
  };
  const read = (asked: Partial<ParametersAsked>) =>
    readParameters({ arguments: [], files: [], useDefault: [], ...asked }, sources);
  const given = async (asked: Partial<ParametersAsked>): Promise<object> =>
    Object.fromEntries((await read(asked)).given.map(({ key, value }) => [key, value]));

  it('take files in their order, then the arguments, and say what was replaced', async () => {
    expect(await given({ files: ['a.yaml', 'b.yaml'], arguments: ['C=line', 'D=x=y'] })).to.deep.equal({
      A: 'file',
      B: 'later',
      C: 'line',
      D: 'x=y',
    });
    expect((await read({ files: ['a.yaml', 'b.yaml'], arguments: ['C=line'] })).overridden).to.deep.equal(['B', 'C']);
    expect(await given({ files: ['a.yaml', 'keep.json'] })).to.deep.equal({ A: 'file' });
    expect(await given({ base: { A: 'app', Z: 'app' }, files: ['a.yaml'] })).to.deep.equal({
      A: 'file',
      B: 'file',
      Z: 'app',
    });
  });

  it('come from files and variables, where secrets are not seen', async () => {
    expect(
      await given({ arguments: ['A=@file:secret', 'B=@env:TOKEN', 'C=@env:EMPTY', 'D=@@env:TOKEN', 'E=a@b', 'F='] }),
    ).to.deep.equal({ A: 'pass word', B: 'from env', C: '', D: '@env:TOKEN', E: 'a@b', F: '' });
  });

  it('have all that is wrong with them said at once', async () => {
    const failure = await read({
      files: ['none', 'broken'],
      arguments: ['x', 'A=@env:NOPE', 'B=@file:none', 'C=@flie:secret', 'D=1'],
      useDefault: ['D'],
    }).then(
      () => undefined,
      (error: unknown) => error as Failure,
    );
    expect(failure?.exitCode).to.equal(2);
    expect(failure?.facts.reasons.map(({ code }) => code)).to.deep.equal([
      'parameters.noFile',
      'parameters.syntaxFile',
      'parameters.syntax',
      'parameters.source',
      'parameters.source',
      'parameters.source',
      'parameters.twice',
    ]);
    expect(JSON.stringify(failure?.facts)).not.to.include('flie:secret');
  });
});
