import { diagnoseActivities } from '../../src/decide/diagnosis/diagnose.js';
import { AwsFault, LockLost, type FaultKind } from '../../src/errors.js';
import type { RunEvent } from '../../src/model/event.js';
import { command } from '../../src/text/commands/next-command.js';
import { failureBlock } from '../../src/render/last-words.js';
import { sentence } from '../../src/text/sentence.js';
import { tellFacts, toFailure, type FailureContext } from '../../src/run/failure.js';
import { followRun } from '../../src/run/run-state.js';
import { expectGolden } from '../golden.js';

const SCENE: FailureContext = {
  command: 'update-asgs',
  stack: 'web',
  groups: ['web-Group'],
  region: 'eu-west-1',
  account: '123456789012',
  profile: 'prod',
  again: command`ha-updater update-asgs web`,
};

const KINDS: readonly FaultKind[] = [
  'busy',
  'credentials',
  'denied',
  'expired',
  'invalid',
  'missing',
  'throttled',
  'transient',
  'unreachable',
  'unsupported',
];

/** A run that has begun to change a group. */
function begun(): FailureContext {
  const { state, see } = followRun();
  const group = 'web-Group';
  const size = { min: 2, desired: 4, max: 4 };
  const halves = { old: { serve: 2, of: 2 }, new: { serve: 0, of: 2 } };
  const serving = { group, by: 'balancers', all: { serve: 2, of: 4 }, halves, size } as const;
  const counts = { old: 2, new: 2, leaving: 0, inService: 0, proven: 0, needed: 2 };
  const events: readonly RunEvent[] = [
    { type: 'groups.found', stack: 'web', groups: [group] },
    { type: 'group.adopted', group, run: 'r', holder: 'ci-7', since: 0 },
    { type: 'group.progress', progress: { group, phase: 'prove', ...counts, size, serving } },
  ];
  events.forEach((event, at) => see({ v: 1, seq: at + 1, at, run: 'r', event }));
  return { ...SCENE, witness: state() };
}

function told(name: string, error: unknown, scene: FailureContext): string {
  const { outcome, exitCode, facts } = toFailure(error, scene);
  return `## ${name}\n${failureBlock(outcome, exitCode, tellFacts(facts)).join('\n').trimStart()}\n`;
}

/** What Auto Scaling says of launches that failed. Source: its user guide, "Troubleshoot Amazon EC2 Auto Scaling". */
const LAUNCHES: readonly string[] = [
  'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (eu-west-1a).',
  'You have requested more vCPU capacity than your current vCPU limit of 32 allows.',
  "The image id '[ami-0123456789abcdef1]' does not exist. Launching EC2 instance failed.",
  'The AMI is pending and cannot be run. Launching EC2 instance failed.',
  'You are not authorized to perform this operation. Launching EC2 instance failed.',
  'There are not enough free addresses in subnet subnet-0a1b2c3d to satisfy the requested number of instances.',
  'Your requested instance type (t3.micro) is not supported in your requested Availability Zone (eu-west-1c).',
  'The key pair does not exist. Launching EC2 instance failed.',
  'An internal error has occurred. Launching EC2 instance failed.',
  'Lifecycle Action Token 0b7c1d1e-0000-4000-8000-000000000000 was abandoned: Heartbeat Timeout',
  'Something that nobody has heard of.',
];

describe('the words of failures', () => {
  it('of AWS, of the lock, of the machine and of ourselves stand in a golden', () => {
    const fault = (kind: FaultKind): AwsFault =>
      new AwsFault(kind, 'autoscaling:UpdateAutoScalingGroup', 'SomeCode', 'What AWS says.');
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
    const errors: readonly (readonly [string, unknown])[] = [
      ...KINDS.map((kind) => [`aws.${kind}`, fault(kind)] as const),
      ['lock.lost', new LockLost('web', 'it is held by another run')],
      ['machine.fault', full],
      ['bug', new TypeError('x is not a function')],
    ];
    const blocks = errors.flatMap(([name, error]) => [
      told(`${name}, before anything was changed`, error, SCENE),
      told(`${name}, afterwards`, error, begun()),
    ]);
    expectGolden('messages/failures.txt', blocks.join('\n'));
  });

  it('of launches stand in a golden', () => {
    const findings = LAUNCHES.flatMap((message, at) =>
      diagnoseActivities('web', [
        { id: String(at), at, status: 'Failed', description: 'Launching a new EC2 instance', cause: '', message },
      ]),
    );
    const lines = findings.map(({ code, text, remedy }) => `${sentence(text)} ${remedy} [${code}]`);
    expectGolden('messages/launches.txt', `${lines.join('\n')}\n`);
  });
});
