import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import type { HookSubject } from '../../src/engine/commands/shell-runner.js';
import { commandLine, hookEnvironment } from '../../src/shell/command-line.js';

const SUBJECT: HookSubject = {
  instance: 'i-0abc',
  privateIp: '10.0.0.7',
  publicIp: '',
  group: "it's; rm -rf $HOME `id`",
  stack: 'web',
  rollout: 'run-1',
};
const line = (text: string, side: 'new' | 'old' | 'both' = 'new', subject: Partial<HookSubject> = {}): string =>
  commandLine({ line: text, side, subject: { ...SUBJECT, ...subject } });

describe('command lines of the user', () => {
  for (const [title, text, side, expected] of [
    [
      'fill in the placeholders of aws-autoscaling-rollout',
      'nc -z NEW_INSTANCE_PRIVATE_IP_ADDRESS 80 # NEW_INSTANCE_ID',
      'new',
      'nc -z 10.0.0.7 80 # i-0abc',
    ],
    [
      'do so in any quotes',
      `ssh admin 'consul leave OLD_INSTANCE_ID' "OLD_INSTANCE_ID"`,
      'old',
      `ssh admin 'consul leave i-0abc' "i-0abc"`,
    ],
    [
      'fill in nothing for an address that there is none of',
      'test -n "NEW_INSTANCE_PUBLIC_IP_ADDRESS"',
      'new',
      'test -n ""',
    ],
    ['leave the other side alone', 'echo OLD_INSTANCE_ID', 'new', 'echo OLD_INSTANCE_ID'],
    ['know one instance as both sides', 'echo OLD_INSTANCE_ID NEW_INSTANCE_ID', 'both', 'echo i-0abc i-0abc'],
    [
      'leave variables to the shell',
      'echo $NEW_INSTANCE_ID ${NEW_INSTANCE_ID:-x}',
      'new',
      'echo $NEW_INSTANCE_ID ${NEW_INSTANCE_ID:-x}',
    ],
    [
      'leave longer words alone',
      'echo MY_NEW_INSTANCE_ID NEW_INSTANCE_IDS',
      'new',
      'echo MY_NEW_INSTANCE_ID NEW_INSTANCE_IDS',
    ],
    ['never fill in names, which can hold anything', 'echo HA_UPDATER_GROUP', 'new', 'echo HA_UPDATER_GROUP'],
  ] as const) {
    it(title, () => expect(line(text, side)).to.equal(expected));
  }

  for (const evil of ['$(id)', '`id`', 'a b', "'", '"', ';', '|', '\n', '&', '\\']) {
    it(`refuse a value that a shell would understand: ${JSON.stringify(evil)}`, () => {
      expect(() => line('echo NEW_INSTANCE_ID', 'new', { instance: evil })).to.throw(RangeError);
      expect(() => line("echo 'NEW_INSTANCE_PRIVATE_IP_ADDRESS'", 'new', { privateIp: evil })).to.throw(RangeError);
    });
  }

  it('hand a name with anything in it over as a variable, untouched', () => {
    const env = hookEnvironment({ side: 'new', subject: SUBJECT });
    const said = execFileSync(
      '/bin/sh',
      [
        '-c',
        line(
          'printf %s "$HA_UPDATER_GROUP|$HA_UPDATER_INSTANCE_ID|$HA_UPDATER_PRIVATE_IP|$HA_UPDATER_PUBLIC_IP|$HA_UPDATER_STACK|$HA_UPDATER_ROLLOUT|$NEW_INSTANCE_ID|$OLD_INSTANCE_ID"',
        ),
      ],
      { env },
    );
    expect(said.toString()).to.equal(`${SUBJECT.group}|i-0abc|10.0.0.7||web|run-1|i-0abc|`);
  });
});
