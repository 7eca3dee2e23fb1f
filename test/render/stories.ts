import type { RunEvent, Stamped } from '../../src/model/event.js';
import type { Progress } from '../../src/model/rollout/decision.js';
import type { Lease, RolloutRecord } from '../../src/model/rollout/record.js';

const START = Date.parse('2026-11-21T03:00:00Z');
const RUN = '20261121-030000-x7k2m';
const STACK = 'web-stack';
const STACK_ID = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web-stack/6f1e4c40-c6a5-11f0-8d5e-0a1b2c3d4e5f';

const at = (seconds: number): number => START + seconds * 1000;

/** A story: what happened after how many seconds. */
export type Story = readonly (readonly [number, RunEvent])[];

export function stamp(story: Story): readonly Stamped[] {
  return story.map(([seconds, event], index) => ({ v: 1, seq: index + 1, at: at(seconds), run: RUN, event }));
}

const started: RunEvent = {
  type: 'run.started',
  run: RUN,
  command: 'update-stack',
  version: '0.1.0',
  identity: { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/deploy', region: 'eu-west-1' },
  stack: STACK,
  groups: [],
  parameters: { ImageId: 'ami-good2', Secret: '****' },
};

function stackEvent(
  seconds: number,
  logicalId: string,
  type: string,
  status: string,
  reason = '',
  elapsed?: number,
): readonly [number, RunEvent] {
  return [
    seconds,
    {
      type: 'stack.event',
      stack: STACK,
      ...(elapsed === undefined ? {} : { elapsedMs: elapsed * 1000 }),
      event: {
        id: `${logicalId}-${seconds}`,
        at: at(seconds),
        stackId: STACK_ID,
        stackName: STACK,
        logicalId,
        physicalId: '',
        type,
        status,
        reason,
        token: 'ha-x7k2m-update',
      },
    },
  ];
}

const record: RolloutRecord = {
  version: 1,
  strategy: 'swap',
  run: RUN,
  startedAt: at(20),
  size: { min: 2, max: 4, desired: 2 },
  old: 2,
  suspended: ['AlarmNotification', 'AZRebalance'],
  together: true,
};
const lease: Lease = { run: RUN, host: 'agent-7', pid: 4711, beat: 1, ttlMs: 180_000, at: at(20) };

function progress(
  phase: Progress['phase'],
  old: number,
  fresh: number,
  inService: number,
  proven: number,
  leaving = 0,
): RunEvent {
  return {
    type: 'group.progress',
    progress: {
      group: 'web',
      phase,
      old,
      new: fresh,
      leaving,
      inService,
      proven,
      needed: 2,
      size: { min: 2, max: 4, desired: old + fresh },
    },
  };
}

function waiting(
  phase: Progress['phase'],
  why: string,
  instances: readonly (readonly [string, string, number?])[],
  until: number,
): RunEvent {
  return {
    type: 'group.waiting',
    wait: {
      group: 'web',
      phase,
      why,
      instances: instances.map(([id, reason, since]) => ({
        id,
        why: reason,
        ...(since === undefined ? {} : { since: at(since) }),
      })),
      until: at(until),
    },
  };
}

const stackUpdate: Story = [
  [0, started],
  [1, { type: 'template.checked', source: 'templates/web.yaml', bytes: 4312, resources: 9 }],
  [2, { type: 'stack.started', stack: STACK, action: 'update', token: 'ha-x7k2m-update' }],
  stackEvent(3, STACK, 'AWS::CloudFormation::Stack', 'UPDATE_IN_PROGRESS', 'User Initiated'),
  stackEvent(4, 'WebTemplate', 'AWS::EC2::LaunchTemplate', 'UPDATE_IN_PROGRESS'),
  [
    5,
    { type: 'stack.waiting', stack: STACK, status: 'UPDATE_IN_PROGRESS', inProgress: ['WebTemplate'], until: at(305) },
  ],
  [
    10,
    { type: 'stack.waiting', stack: STACK, status: 'UPDATE_IN_PROGRESS', inProgress: ['WebTemplate'], until: at(305) },
  ],
  [
    36,
    { type: 'stack.waiting', stack: STACK, status: 'UPDATE_IN_PROGRESS', inProgress: ['WebTemplate'], until: at(305) },
  ],
  stackEvent(40, 'WebTemplate', 'AWS::EC2::LaunchTemplate', 'UPDATE_COMPLETE', '', 36),
];

const stackDone: Story = [
  stackEvent(44, STACK, 'AWS::CloudFormation::Stack', 'UPDATE_COMPLETE', '', 41),
  [45, { type: 'stack.settled', stack: STACK, status: 'UPDATE_COMPLETE', ok: true, rootCauses: [], elapsedMs: 43_000 }],
  [46, { type: 'groups.found', stack: STACK, groups: ['web', 'workers'] }],
  [47, { type: 'group.skipped', group: 'workers', why: 'All 3 instances run the configuration of the group.' }],
];

const doubled: Story = [
  [47, progress('record', 2, 0, 0, 0)],
  [
    48,
    {
      type: 'action.started',
      action: { type: 'record', group: 'web', record, lease },
      why: '2 instances run an outdated configuration.',
    },
  ],
  [49, { type: 'action.done', action: { type: 'record', group: 'web', record, lease } }],
  [
    50,
    {
      type: 'action.started',
      action: { type: 'suspend', group: 'web', processes: record.suspended },
      why: 'Nothing else may change the group meanwhile.',
    },
  ],
  [
    51,
    {
      type: 'action.started',
      action: { type: 'resize', group: 'web', size: { min: 2, max: 4, desired: 4 }, purpose: 'double' },
      why: 'As many new instances as there are old ones.',
    },
  ],
  [
    52,
    {
      type: 'call.retried',
      operation: 'autoscaling:DescribeAutoScalingGroups',
      code: 'Throttling',
      attempt: 1,
      waitMs: 1000,
    },
  ],
  [60, progress('prove', 2, 2, 0, 0)],
  [
    60,
    waiting(
      'prove',
      '2 new instances are not in service yet.',
      [
        ['i-0c1', 'Pending', 55],
        ['i-0c2', 'Pending', 56],
      ],
      660,
    ),
  ],
  [65, progress('prove', 2, 2, 0, 0)],
  [
    65,
    waiting(
      'prove',
      '2 new instances are not in service yet.',
      [
        ['i-0c1', 'Pending', 55],
        ['i-0c2', 'Pending', 56],
      ],
      660,
    ),
  ],
  [80, progress('prove', 2, 2, 1, 0)],
  [
    80,
    waiting(
      'prove',
      '2 new instances are not proven yet.',
      [
        ['i-0c1', 'in service, warming up', 78],
        ['i-0c2', 'web-tg: Target.FailedHealthChecks\nHealth checks failed', 70],
      ],
      660,
    ),
  ],
];

const promoted: Story = [
  [110, progress('judge', 2, 2, 2, 2)],
  [
    110,
    {
      type: 'action.started',
      action: {
        type: 'judge',
        groups: ['web'],
        verdict: { run: RUN, outcome: 'promote', at: at(110), why: 'all proven' },
        lease,
      },
      why: 'All 2 new instances have been in service for 25s.',
    },
  ],
  [
    112,
    {
      type: 'action.started',
      action: { type: 'terminate', group: 'web', half: 'old', instances: ['i-0a1', 'i-0a2'], decrement: true },
      why: 'The new half is proven.',
    },
  ],
  [120, progress('halve', 0, 2, 2, 2, 2)],
  [
    120,
    waiting(
      'halve',
      '2 old instances are draining.',
      [
        ['i-0a1', 'web-tg: draining'],
        ['i-0a2', 'web-tg: draining'],
      ],
      3720,
    ),
  ],
  [
    190,
    {
      type: 'group.finished',
      result: { group: 'web', outcome: 'promoted', why: '2 new instances serve, the old ones are gone.' },
    },
  ],
  [
    191,
    {
      type: 'run.finished',
      outcome: 'updated',
      exitCode: 0,
      results: [
        { group: 'web', outcome: 'promoted', why: '2 new instances serve, the old ones are gone.' },
        { group: 'workers', outcome: 'skipped', why: 'All 3 instances run the configuration of the group.' },
      ],
      elapsedMs: 191_000,
    },
  ],
];

const why = 'No new instance was proven for 10m 00s; i-0c2: web-tg: Health checks failed.';

const rolledBack: Story = [
  [
    300,
    {
      type: 'interrupt',
      signal: 'SIGTERM',
      effect: 'Rolls back: the new instances go, the old ones stay. A second signal leaves at once.',
    },
  ],
  [
    301,
    {
      type: 'action.started',
      action: { type: 'judge', groups: ['web'], verdict: { run: RUN, outcome: 'rollBack', at: at(301), why }, lease },
      why,
    },
  ],
  [
    302,
    {
      type: 'action.failed',
      action: { type: 'terminate', group: 'web', half: 'new', instances: ['i-0c1', 'i-0c2'], decrement: true },
      code: 'ScalingActivityInProgress',
      message: 'Activity 7 is in progress.',
      again: true,
    },
  ],
  [
    360,
    {
      type: 'group.finished',
      result: { group: 'web', outcome: 'rolledBack', why, frozen: ['AlarmNotification', 'Launch'] },
    },
  ],
  [
    361,
    {
      type: 'run.finished',
      outcome: 'swapRolledBack',
      exitCode: 4,
      results: [{ group: 'web', outcome: 'rolledBack', why, frozen: ['AlarmNotification', 'Launch'] }],
      failure: {
        code: 'swap.notProven',
        what: why,
        reasons: [
          {
            code: 'health.failed',
            group: 'web',
            text: 'i-0c2 never became healthy in web-tg.',
            remedy: 'Look at its system log.',
          },
        ],
        serves: 'web: the 2 old instances, min 2, desired 2, max 4.',
        left: 'web is frozen: AlarmNotification and Launch stay suspended.',
        next: [
          'ha-updater status web-stack --region eu-west-1',
          'aws autoscaling resume-processes --auto-scaling-group-name web --scaling-processes AlarmNotification Launch --region eu-west-1',
        ],
      },
      elapsedMs: 361_000,
    },
  ],
];

const failedStack: Story = [
  stackEvent(
    50,
    'WebGroup',
    'AWS::AutoScaling::AutoScalingGroup',
    'UPDATE_FAILED',
    'AMI cannot be described\n(Service: AutoScaling)',
    10,
  ),
  stackEvent(51, STACK, 'AWS::CloudFormation::Stack', 'UPDATE_ROLLBACK_IN_PROGRESS'),
  [
    70,
    {
      type: 'stack.settled',
      stack: STACK,
      status: 'UPDATE_ROLLBACK_COMPLETE',
      ok: false,
      rootCauses: [
        { logicalId: 'WebGroup', type: 'AWS::AutoScaling::AutoScalingGroup', reason: 'AMI cannot be described' },
      ],
      elapsedMs: 68_000,
    },
  ],
  [
    71,
    {
      type: 'run.finished',
      outcome: 'stackFailed',
      exitCode: 7,
      results: [],
      failure: {
        code: 'stack.rolledBack',
        what: 'WebGroup (AWS::AutoScaling::AutoScalingGroup): AMI cannot be described',
        reasons: [],
        serves: 'The instances from before; no group was touched.',
        left: '',
        next: ['ha-updater status web-stack --events --region eu-west-1'],
      },
      elapsedMs: 71_000,
    },
  ],
];

/** The recorded runs that every renderer shows. */
export const STORIES: Readonly<Record<string, Story>> = {
  promoted: [...stackUpdate, ...stackDone, ...doubled, ...promoted],
  'rolled-back': [...stackUpdate, ...stackDone, ...doubled, ...rolledBack],
  'stack-failed': [...stackUpdate, ...failedStack],
};
