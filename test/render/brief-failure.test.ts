import { expect } from 'chai';
import { command, commandLine, remarked } from '../../src/text/commands/next-command.js';
import type { FailureFacts } from '../../src/model/event.js';
import type { Reason } from '../../src/model/rollout/decision.js';
import { briefFailure } from '../../src/render/brief-failure.js';
import { causesOf } from '../../src/render/failure-causes.js';
import { frozenWords, sayEach, sayServing } from '../../src/model/rollout/group-words.js';
import type { Serving } from '../../src/model/rollout/serving.js';
import { recording } from './live/recordings.js';

const id = (n: number): string => `i-0${String(n).padStart(16, '0')}`;

/** An instance that never served, with what its console says. */
function notProven(group: string, n: number, reason: string, evidence: readonly string[] = []): Reason {
  return {
    code: 'diagnose.notProven',
    group,
    text: `Instance ${id(n)} of group ${group}: Pending (since 03:00:0${n % 10}), then ${group}-tg: unhealthy (${reason}).`,
    remedy: '',
    evidence: evidence.map((line) => `console of ${id(n)}: ${line}`),
    printed: evidence.map((line) => ({ instance: id(n), line })),
    instance: {
      id: id(n),
      why: `${group}-tg: unhealthy (${reason})`,
      state: 'unhealthy',
      balancer: `${group}-tg`,
      reason,
    },
  };
}

function facts(reasons: readonly Reason[], more: Partial<FailureFacts> = {}): FailureFacts {
  const what = 'The swap of web was rolled back.';
  return { code: 'swap.rolledBack', what, reasons, serves: '', left: '', next: [], ...more };
}

describe('the causes of a failure', () => {
  it('are the same whatever names, ids and times differ', () => {
    const reasons = Array.from({ length: 40 }, (_, n) => notProven(`web-${n % 20}`, n, 'Target.FailedHealthChecks'));
    const [cause, ...others] = causesOf(reasons);
    expect(others).to.deep.equal([]);
    expect(cause?.groups.length).to.equal(20);
    expect(cause?.instances.length).to.equal(40);
    expect(cause?.text).to.equal('unhealthy: failed health checks.');
  });

  it('are others where the balancer says something else, and what happened to most comes first', () => {
    const causes = causesOf([
      notProven('web', 1, 'Target.Timeout'),
      notProven('web', 2, 'Target.FailedHealthChecks'),
      notProven('api', 3, 'Target.FailedHealthChecks'),
    ]);
    expect(causes.map(({ instances }) => instances)).to.deep.equal([[id(2), id(3)], [id(1)]]);
  });

  it('leave out what a group says of its instances, which say it themselves', () => {
    const bare = { code: 'group.rolledBack', group: 'web', remedy: '' };
    const group = { ...bare, text: `0 of 1: ${id(1)} is unhealthy`, brief: '0 of 1' };
    const other = { ...bare, text: 'somebody else keeps changing its sizes' };
    const one = notProven('web', 1, 'Target.Timeout');
    expect(causesOf([group, one]).map(({ code }) => code)).to.deep.equal(['diagnose.notProven']);
    expect(causesOf([other, one]).map(({ code }) => code)).to.have.members(['group.rolledBack', 'diagnose.notProven']);
  });

  it('choose of each console the last line that says why, not when it was printed', () => {
    const printed = [
      '[2026-11-21T03:00:00Z] Linux is up',
      'app: Error: no DB_HOST',
      '[3.14] app exited with 1',
      'login:',
    ];
    const reasons = [1, 2].map((n) => notProven('web', n, 'Target.Timeout', printed));
    expect(causesOf(reasons)[0]?.printed).to.deep.equal([
      { line: 'app: Error: no DB_HOST', instances: [id(1), id(2)] },
    ]);
    const silent = notProven('web', 1, 'Target.Timeout', ['[1.0] booting', '[2026-11-21T03:00:00Z] app is up']);
    expect(causesOf([silent])[0]?.printed[0]?.line).to.equal('app is up');
  });
});

describe('the last words on a terminal', () => {
  const brief = (of: FailureFacts, columns = 80): readonly string[] => briefFailure('swapRolledBack', 4, of, columns);

  it('tell one cause of many groups once, the line of the console first', async () => {
    const last = (await recording('twenty-rolled-back')).at(-1)?.event;
    if (last?.type !== 'run.finished' || last.failure === undefined) throw new Error('it did not fail');
    const lines = brief(last.failure);
    expect(lines.length).to.be.at.most(25);
    const text = lines.join('\n').replaceAll(/\n +/g, ' ');
    expect(text).to.include('20 groups, 40 instances: unhealthy: health checks answer with a wrong status (503).');
    expect(text).to.include('What serves now: 20 groups: 2 of 2 serve (2 old), min 2, desired 2, max 4.');
    expect(text).to.match(/configuration: 20 groups \([^)]* suspended\)[.;]/);
    expect(text.match(/wrong status/g)).to.have.length(1);
    expect(text.indexOf('The console says: app.service: Main process exited')).to.be.below(
      text.indexOf('40 instances'),
    );
  });

  it('are at most 25 lines, whatever there is to tell, and say how much more there is', () => {
    const kinds = Array.from({ length: 60 }, (_, n): Reason => {
      const text = `${'something else went wrong '.repeat(9)}${'x'.repeat(n)}`;
      return { code: 'group.unsettled', group: `web-${n}`, text, remedy: 'Look.', evidence: ['a'.repeat(300)] };
    });
    const long = 'web: 2 of 2 serve, min 2, desired 2, max 4. '.repeat(20);
    for (const columns of [60, 80, 120]) {
      const lines = brief(facts(kinds, { serves: long, left: long, next: ['ha-updater status web'] }), columns);
      expect(lines.length).to.be.at.most(25);
      expect(lines.join('\n')).to.match(/and \d+ more causes; --output lines tells all of them/);
      for (const line of lines) expect(line.length).to.be.at.most(columns + 300);
    }
  });

  it('say what a command does below it, and of those that differ in their group alone show one', () => {
    const back = ['a', 'b', 'c'].map((name) =>
      remarked(command`aws autoscaling update-group --name ${name}`, 'launches the old one'),
    );
    const commands = [...back, remarked(command`ha-updater status web`, 'shows it')];
    const lines = brief(facts([], { next: commands.map(commandLine), commands }));
    expect(lines.slice(lines.indexOf('Next:') + 1)).to.deep.equal([
      '  aws autoscaling update-group --name a',
      '      launches the old one',
      '      and 2 more like it, one for each group',
      '  ha-updater status web',
      '      shows it',
    ]);
  });

  it('never break a command', () => {
    const long = `ha-updater update-asgs ${Array.from({ length: 20 }, (_, n) => `--asg group-${n}`).join(' ')}`;
    expect(brief(facts([], { next: [long] }))).to.include(`  ${long}`);
    const odd = "ha-updater status --asg 'web # blue'";
    expect(brief(facts([], { next: [odd] }))).to.include(`  ${odd}`);
  });

  it('say what differs for each, and what is the same once', () => {
    const size = { min: 2, desired: 2, max: 4 };
    const serving = ['a', 'b', 'c'].map((group): Serving => {
      const all = { serve: group === 'c' ? 1 : 2, of: 2 };
      return { group, by: 'balancers', all, size };
    });
    const frozen = ['a', 'b', 'c'].map((group) => ({ group, processes: ['Launch'] }));
    const serves = `At the last look, ${sayServing(serving)}. And so on.`;
    const left = `Frozen: ${sayEach(frozen.map(frozenWords))}. Nothing else.`;
    const text = brief(facts([], { serves, serving, left, frozen }), 200).join('\n');
    expect(text).to.include(
      'What serves now: At the last look, 2 groups: 2 of 2 serve, min 2, desired 2, max 4; ' +
        'c: 1 of 2 serve, min 2, desired 2, max 4. And so on.',
    );
    expect(text).to.include('What is left behind: Frozen: 3 groups (Launch suspended). Nothing else.');
  });

  it('keep the reason in the headline where no instance tells it', () => {
    const what = `The swap of web was rolled back: launching cannot succeed: no such image for ${id(1)}.`;
    expect(brief(facts([], { what }), 200)[1]).to.include('no such image');
    const told = `The swap of web was rolled back: none was proven (0 of 1): ${id(1)} tg: unhealthy (timeout).`;
    const short = 'The swap of web was rolled back: none was proven (0 of 1).';
    const instances = [notProven('web', 1, 'Target.Timeout')];
    expect(brief(facts(instances, { what: told, brief: short }), 200)[1]).to.include('(0 of 1). [');
  });

  it('tell what helps against the only reason, which the headline says already', () => {
    const reason: Reason = {
      code: 'group.suspended',
      group: 'web',
      text: 'Launch is suspended',
      headline: true,
      remedy: 'Resume it.',
    };
    const what = 'The swap was not started: web: Launch is suspended.';
    expect(brief(facts([reason], { what }))).to.include('  - Resume it. [group.suspended]');
    expect(brief(facts([{ ...reason, remedy: '' }], { what })).join()).not.to.include('group.suspended');
    const seen = { ...reason, remedy: '', evidence: ['AWS said so'] };
    expect(brief(facts([seen], { what }))).to.include.members([
      '  - web: Launch is suspended. [group.suspended]',
      '      AWS said so',
    ]);
  });
});
