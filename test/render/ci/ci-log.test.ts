import { expect } from 'chai';
import { ciLogOf } from '../../../src/config/log-marks.js';
import type { RunEvent, Stamped } from '../../../src/model/event.js';
import { ciLog } from '../../../src/render/ci/ci-log.js';
import { github } from '../../../src/render/ci/github.js';
import { gitlab } from '../../../src/render/ci/gitlab.js';
import { teamcity } from '../../../src/render/ci/teamcity.js';
import { linesRenderer } from '../../../src/render/lines.js';
import { lineWriter } from '../../../src/render/line-writer.js';
import { recording } from '../live/recordings.js';
import { stamp } from '../stamp.js';

const DIALECTS = { github, gitlab, teamcity };

/** What a runner reads of a run. */
function logOf(name: keyof typeof DIALECTS, events: readonly Stamped[], quiet = false): string {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) > 0, on: () => undefined };
  const write = lineWriter(stream);
  const log = ciLog(linesRenderer(write, write, { quiet }), DIALECTS[name], (line) => void written.push(`${line}\n`));
  events.forEach(log.show);
  return written.join('');
}

/** A failure and a warning with words that somebody else wrote. */
function hostile(words: string): readonly Stamped[] {
  const reason = { code: 'group.note', group: 'web', text: words, remedy: '' };
  const events: readonly RunEvent[] = [
    { type: 'groups.found', stack: 'web', groups: ['web'] },
    { type: 'warning', reason },
    {
      type: 'run.finished',
      outcome: 'stopped',
      exitCode: 5,
      results: [],
      failure: {
        code: 'a.b',
        what: words,
        reasons: [reason],
        serves: words,
        left: '',
        next: ['ha-updater status web'],
      },
      elapsedMs: 1000,
    },
  ];
  return stamp(events.map((event, index) => [index, event] as const));
}

describe("a pipeline's log", () => {
  it('closes each section before it opens the next one', async () => {
    const marks = logOf('github', await recording('promoted')).match(/^::(?:end)?group::/gm) ?? [];
    expect(marks).to.deep.equal(['::group::', '::endgroup::', '::group::', '::endgroup::']);
  });

  const WORDS =
    'x\n::set-output name=a::b\r\n##[error]c ##teamcity[buildStop] \u001b[0Ksection_end:1:ha_updater_groups\r';
  it('takes no command of GitHub out of the words of others', () => {
    const lines = logOf('github', hostile(WORDS)).split(/[\r\n]+/);
    const commands = lines.filter((line) => /^\s*::/.test(line)).map((line) => /^::[a-z-]+/.exec(line)?.[0]);
    expect(commands).to.deep.equal(
      ['::group::', '::endgroup::', '::warning', '::error'].map((one) => one.replace(/::$/, '')),
    );
    expect(lines.join('\n')).not.to.match(/##\[/);
  });
  it('takes no message of TeamCity out of the words of others', () => {
    const found = [...logOf('teamcity', hostile(WORDS)).matchAll(/##teamcity\[(\w+)/g)].map(([, type]) => type);
    expect(found).to.deep.equal(['blockOpened', 'blockClosed', 'message', 'buildProblem']);
    expect(logOf('teamcity', hostile("it's [a] | b"))).to.contain("it|'s |[a|] || b");
  });
  it('takes no section of GitLab out of the words of others', () => {
    const found = logOf('gitlab', hostile(WORDS)).match(/\u001b\[0Ksection_\w+?:/g);
    expect(found).to.deep.equal(['\u001b[0Ksection_start:', '\u001b[0Ksection_end:']);
  });

  it('is quiet about all but warnings and the end, when asked', async () => {
    const lines = logOf('github', await recording('rolled-back'), true).split('\n');
    expect(lines.some((line) => line.includes('Double the size'))).to.equal(false);
    expect(lines.some((line) => line.includes('ROLLED BACK'))).to.equal(true);
  });

  it('is found out from what each system sets, and is what the flag says', () => {
    expect(ciLogOf(undefined, { GITHUB_ACTIONS: 'true' })).to.equal('github');
    expect(ciLogOf('auto', { GITLAB_CI: 'true' })).to.equal('gitlab');
    expect(ciLogOf('auto', { TEAMCITY_VERSION: '2026.1' })).to.equal('teamcity');
    expect(ciLogOf('auto', { JENKINS_URL: 'https://ci', GO_SERVER_URL: 'https://go', CI: 'true' })).to.equal('none');
    expect(ciLogOf('none', { GITHUB_ACTIONS: 'true' })).to.equal('none');
    expect(ciLogOf('teamcity', { GITHUB_ACTIONS: 'true' })).to.equal('teamcity');
  });
});
