import { expect } from 'chai';
import { harmlessJson, harmlessLine, oneLine, plainText } from '../../src/text/plain.js';

const TURNED = 'a\u202eb\u2066c\u2069\u200f\u061cd';

describe("other people's text", () => {
  it('shows what it holds: nothing turns its direction, and no line breaks where none is seen', () => {
    expect(oneLine(`${TURNED}\u2028e`)).to.equal('abcd e');
    expect(plainText(`${TURNED}\u2028e\u2029f`, '')).to.equal('abcd\ne\nf');
    expect(harmlessLine(`${TURNED}\u2028e`)).to.equal('abcd e');
  });

  it("is no command to a pipeline's runner", () => {
    for (const [text, shown] of [
      ['12:00 web ##[error]gone', '12:00 web # #[error]gone'],
      ["a ##teamcity[buildStop comment='x']", "a # #teamcity[buildStop comment='x']"],
      ['##vso[task.setvariable variable=x]y', '# #vso[task.setvariable variable=x]y'],
      ['###VSO[a]', '## #VSO[a]'],
      ['::stop-commands::x', ': :stop-commands::x'],
      ['a\n::stop-commands::x', 'a\n: :stop-commands::x'],
      ['  ::add-mask::web', '  : :add-mask::web'],
    ] as const)
      expect(harmlessLine(text)).to.equal(shown);
  });

  it('is left alone where it does no harm', () => {
    for (const text of [
      'AWS::EC2::Instance',
      '# heading',
      'a ## b',
      '\u001b[32m✔\u001b[39m i-1: fine',
      'größer, 日本語 👍',
      '[::1]:80',
    ])
      expect(harmlessLine(text)).to.equal(text);
  });

  it('says the same as JSON, and is no command there either', () => {
    for (const text of [TURNED, '\u2028', '##[command]', 'x ##vso[a]b', '##teamcity[a]', '###[x']) {
      const json = harmlessJson(JSON.stringify({ text }));
      expect(JSON.parse(json)).to.deep.equal({ text });
      expect(json).not.to.match(/##(vso|teamcity)?\[|[\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]/);
    }
  });
});
