import { expect } from 'chai';
import { completionScript, SHELLS } from '../../src/render/completion-script.js';

describe('the script of a completion', () => {
  const odd = "it's [odd]: $(rm -rf /) `x`";
  const commands = [
    {
      name: 'lock show',
      summary: odd,
      flags: [
        { name: 'region', summary: odd, takesValue: true, negatable: false },
        { name: 'how', summary: '', takesValue: true, options: ['one', 'two'], negatable: false },
        { name: 'events', summary: '', takesValue: false, negatable: true },
      ],
    },
  ];

  for (const shell of SHELLS)
    it(`for ${shell} holds commands, flags and values, and no text of ours that the shell would run`, () => {
      const script = completionScript(shell, commands).join('\n');
      for (const word of ['lock', 'show', 'region', 'how', 'one', 'two', 'no-events']) expect(script).to.include(word);
      // Outside of quotes nothing is left of the odd text.
      const bare = script.replace(shell === 'fish' ? /'(?:\\.|[^'\\])*'/g : /'[^']*'|\\'/g, '');
      expect(bare).to.not.match(/rm -rf|`/);
    });
});
