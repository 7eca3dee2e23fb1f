import { expect } from 'chai';
import { SAMPLE_IMAGES } from '../../src/sandbox/scenario.js';
import { createCommandStage } from '../support/command-stage.js';
import { read } from '../tidy/scan.js';

/** The lines that the README says to type against the sandbox, each with the exit code that its remark promises. */
const section = read('README.md').split('## Try it')[1]?.split('\n## ')[0] ?? '';
const lines = [...section.replace(/\\\n\s*/g, ' ').matchAll(/^ {4}ha-updater (.*?) +# exit (\d+)/gm)].map(
  ([, line = '', code = '']) => ({ words: line.split(/\s+/), code: Number(code) }),
);

describe('the first minute that the README promises', function () {
  this.timeout(120_000);

  it('ends as it says, line by line', async () => {
    expect(lines.map(({ words }) => words[0])).to.deep.equal([
      'update-stack',
      'update-stack',
      'update-stack',
      'status',
      'update-stack',
      'resume',
    ]);
    // The images of `ha-updater sandbox` without a scenario.
    const stage = createCommandStage({ images: SAMPLE_IMAGES });
    for (const { words, code } of lines) {
      const ended = await stage.run(words);
      expect(ended.code, `${words.join(' ')}\n${ended.said}`).to.equal(code);
    }
    expect(stage.sandbox.monitor.violations).to.deep.equal([]);
  });
});
