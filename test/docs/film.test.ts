import { expect } from 'chai';
import { film } from '../../scripts/record/svg.js';

describe('a film of the README', () => {
  const screen = (text: string) => [[{ text: '✔', colour: 2 }, { text }]];
  const made = film(
    {
      command: 'ha-updater status web',
      exitCode: 0,
      screens: [
        { at: 0, screen: screen(' a < b & c') },
        { at: 8, screen: screen(' a < b & c') },
        { at: 14, screen: screen(' the end') },
      ],
    },
    'A title',
  );

  it('shows each screen that differs, at its time, and stays on the last one', () => {
    expect(made.match(/<g transform=/g)).to.have.length(2);
    expect(made).to.match(
      /@keyframes film\{0\.00%\{transform:translateX\(0px\)\}12\.50%\{transform:translateX\(-\d+px\)\}100%/,
    );
    expect(made).to.include('>0:14 of the simulated AWS<');
  });

  it('holds the last screen as text, for those who cannot see it, and nothing that could run', () => {
    expect(made).to.include('<title>A title</title>').and.to.include('<desc>ha-updater status web\n✔ the end</desc>');
    expect(made).to.include('<tspan class="f2">✔</tspan> a &lt; b &amp; c');
    expect(made).not.to.match(/<script|onload|<foreignObject|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  });
});
