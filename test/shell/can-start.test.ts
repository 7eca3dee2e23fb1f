import { expect } from 'chai';
import { cannotStart } from '../../src/shell/can-start.js';

describe('a command line of the user’s, before anything is changed', () => {
  const said = async (line: string): Promise<string> =>
    (await cannotStart([{ flag: 'gate-command', line }], { PATH: process.env['PATH'] })).map(({ why }) => why).join();

  for (const [line, what] of [
    ['/no/such/gate', '--gate-command cannot run here: /no/such/gate is no program that /bin/sh can start.'],
    ['no-such-gate --quick', '--gate-command cannot run here: no-such-gate is no program that /bin/sh can start.'],
    ['./package.json', '--gate-command cannot run here: ./package.json is no program that /bin/sh can start.'],
    ['/tmp', '--gate-command cannot run here: /tmp is no program that /bin/sh can start.'],
    ['if then', '/bin/sh cannot parse --gate-command.'],
    ['echo "open', '/bin/sh cannot parse --gate-command.'],
  ] as const)
    it(`refuses ${line}`, async () => {
      expect(await said(line)).to.equal(what);
    });

  for (const line of [
    'true',
    'test "$HA_UPDATER_STAGE" = canary',
    'if true; then exit 75; fi',
    'cd /tmp && ./made-there-later',
    'NAME=value no-such-gate',
    '"$TOOLS"/gate NEW_INSTANCE_ID',
    '  sh -c "exit 0"',
    '{ true; }',
    '! false',
    '(exit 0)',
    'true;false',
    '2>/dev/null no-such-gate',
    '/bin/sh -c true',
    '. /dev/null',
    '[ -f x ]',
  ])
    it(`leaves ${line} to the shell`, async () => {
      expect(await said(line)).to.equal('');
    });

  it('tells all that cannot run at once, each with its flag', async () => {
    const unable = await cannotStart(
      [
        { flag: 'check-command', line: 'no-such-check' },
        { flag: 'gate-command', line: 'true' },
        { flag: 'before-terminate-command', line: 'no-such-before' },
      ],
      { PATH: process.env['PATH'] },
    );
    expect(unable.map(({ flag }) => flag)).to.deep.equal(['check-command', 'before-terminate-command']);
  });
});
