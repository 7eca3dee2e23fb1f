import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import type { Observed } from '../../../src/model/rollout/decision.js';
import type { Group, Instance } from '../../../src/model/rollout/group.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { told } from '../../support/told.js';
import {
  BALANCER,
  doubledGroup,
  fresh,
  group,
  instance,
  LEASE,
  observed,
  PLAN,
  PROCESSES,
  RECORD,
  sick,
  T0,
  verdict,
} from '../../support/groups.js';

/** A new instance that Auto Scaling calls unhealthy. */
function dead(id: string, of: Instance = fresh(id)): Instance {
  return { ...of, healthy: false, health: sick() };
}

/** EC2 does not say when it was launched. */
function unlisted(id: string): Instance {
  const { launchedAt, ...rest } = instance(id);
  return rest;
}

/** A look at a doubled group in which a new instance is dead, and what EC2 says of that. */
function lost(differs: Partial<Group>, ended: Observed['ended']): Observed {
  return observed(
    [
      doubledGroup({
        instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), dead('i-new2')],
        ...differs,
      }),
    ],
    ended === undefined ? {} : { ended },
  );
}

/** A look at a doubled group whose notes are gone for longer than reads lag. */
function unnoted(): Observed {
  return observed([doubledGroup({ notes: {} })], {
    seen: { known: { web: { record: RECORD, lease: LEASE } }, unnoted: { web: T0 + 60_000 } },
  });
}

const rows: readonly {
  readonly when: string;
  readonly look: Observed;
  readonly plan?: Partial<Plan>;
  readonly then: string;
}[] = [
  // Before anything is changed.
  { when: 'outdated and settled', look: observed([group()]), then: 'record web' },
  { when: 'nothing is outdated', look: observed([group({ configurations: ['lc/one'] })]), then: 'finish: web skipped' },
  {
    when: 'nothing is outdated, and the stack has just changed',
    look: observed([group({ configurations: ['lc/one'] })], { seen: { firstLookAt: T0 + 81_000 } }),
    plan: { changed: true },
    then: 'wait: all 2 instances run lc/one already; looking again, for the stack has just changed',
  },
  {
    when: 'nothing is outdated for 20 s after the stack changed',
    look: observed([group({ configurations: ['lc/one'] })], { seen: { firstLookAt: T0 + 80_000 } }),
    plan: { changed: true },
    then: 'finish: web skipped',
  },
  {
    when: 'one of two is outdated after the stack changed',
    look: observed([group({ configurations: ['lc/one'] }), group({ name: 'api' })]),
    plan: { changed: true, groups: ['web', 'api'] },
    then: 'record api',
  },
  {
    when: 'the group is empty, and the stack has just changed',
    look: observed([group({ size: { min: 0, max: 4, desired: 0 }, instances: [] })]),
    plan: { changed: true },
    then: 'finish: web skipped',
  },
  {
    when: 'nothing is outdated but all was asked for',
    look: observed([group({ configurations: ['lc/one'] })]),
    plan: { swap: 'always' },
    then: 'record web',
  },
  {
    when: 'swapping was not asked for',
    look: observed([group()]),
    plan: { swap: 'never' },
    then: 'finish: web skipped',
  },
  {
    when: 'the group is empty',
    look: observed([group({ size: { min: 0, max: 4, desired: 0 }, instances: [] })]),
    then: 'finish: web skipped',
  },
  {
    when: 'seen settled once only',
    look: observed([group()], { seen: { settled: { web: 1 } } }),
    then: 'wait: looking twice before anything is changed',
  },
  {
    when: 'an instance is still launching',
    look: observed([group({ instances: [instance('i-1'), instance('i-2', { lifecycle: 'Pending' })] })]),
    then: 'wait: the group is not settled: 1 of 2 instances are there',
  },
  {
    when: 'an old instance stays sick',
    look: observed([group({ instances: [instance('i-1'), instance('i-2', { health: sick() })] })], {
      at: T0 + 120_000,
    }),
    then: 'refuse: group.unsettled',
  },
  {
    when: 'an old instance is sick and we may go on',
    look: observed([group({ instances: [instance('i-1'), instance('i-2', { health: sick() })] })]),
    plan: { force: true },
    then: 'record web',
  },
  {
    when: 'EC2 does not list one yet, and we may go on',
    look: observed([group({ instances: [instance('i-1'), unlisted('i-2')] })]),
    plan: { force: true },
    then: 'wait: looking twice before anything is changed',
  },
  {
    when: 'EC2 never lists it',
    look: observed([group({ instances: [instance('i-1'), unlisted('i-2')] })], { at: T0 + 120_000 }),
    plan: { force: true },
    then: 'refuse: group.unsettled',
  },
  {
    when: 'one is dead and forgotten by EC2',
    look: observed([group({ instances: [instance('i-1'), { ...unlisted('i-2'), healthy: false }] })], {
      at: T0 + 120_000,
    }),
    then: 'refuse: group.unsettled',
  },
  {
    when: 'one is dead and forgotten by EC2, and we may go on',
    look: observed([group({ instances: [instance('i-1'), { ...unlisted('i-2'), healthy: false }] })], {
      at: T0 + 120_000,
    }),
    plan: { force: true },
    then: 'record web',
  },
  {
    when: 'Terminate is suspended',
    look: observed([group({ suspended: ['Terminate'] })]),
    then: 'refuse: group.suspended',
  },
  {
    when: 'several reasons stand against it',
    look: observed([group({ suspended: ['AddToLoadBalancer'], hasWarmPool: true, operator: 'eks.amazonaws.com' })]),
    then: 'refuse: group.operator group.warmPool group.suspended',
  },
  {
    when: 'an instance is in standby',
    look: observed([
      group({ instances: [instance('i-1'), instance('i-2'), instance('i-3', { lifecycle: 'Standby' })] }),
    ]),
    then: 'refuse: group.standby',
  },
  {
    when: 'its configuration cannot be resolved',
    look: observed([group({ configurations: [] })]),
    then: 'refuse: group.configuration',
  },
  { when: 'it does not exist', look: observed([], { missing: ['web'] }), then: 'refuse: group.missing' },
  {
    when: 'its stack is in progress',
    look: observed([group()], { stackStatus: 'UPDATE_IN_PROGRESS' }),
    then: 'refuse: stack.busy',
  },
  {
    when: 'a signal came before the start',
    look: observed([group()], { cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' } }),
    then: 'refuse: run.interrupted',
  },
  {
    when: 'one of two groups cannot start',
    look: observed([group(), group({ name: 'api', hasWarmPool: true })]),
    plan: { groups: ['web', 'api'] },
    then: 'refuse: group.warmPool',
  },
  {
    when: 'a frozen group starts again',
    look: observed([
      group({
        suspended: [...PROCESSES, 'Launch'],
        notes: { frozen: { run: 'r', at: T0, processes: [...PROCESSES, 'Launch'], why: '' } },
      }),
    ]),
    then: 'record web',
  },

  // Recorded.
  {
    when: 'recorded',
    look: observed([group({ notes: { record: RECORD, lease: LEASE } })]),
    then: `suspend ${PROCESSES.join(',')}`,
  },
  {
    when: 'recorded, one process was suspended by an operator',
    look: observed([
      group({
        suspended: ['AZRebalance'],
        notes: { record: { ...RECORD, suspended: ['AlarmNotification'] }, lease: LEASE },
      }),
    ]),
    then: 'suspend AlarmNotification',
  },
  {
    when: 'suspended',
    look: observed([group({ suspended: [...PROCESSES], notes: { record: RECORD, lease: LEASE } })]),
    then: 'double 1/4/4',
  },
  {
    when: 'suspended, the old ones are to be shielded',
    look: observed([
      group({ suspended: [...PROCESSES], notes: { record: { ...RECORD, shield: true }, lease: LEASE } }),
    ]),
    then: 'shield i-old1,i-old2',
  },
  {
    when: 'suspended, one of them is shielded',
    look: observed([
      group({
        suspended: [...PROCESSES],
        instances: [instance('i-old1', { protectedFromScaleIn: true }), instance('i-old2')],
        notes: { record: { ...RECORD, shield: true }, lease: LEASE },
      }),
    ]),
    then: 'shield i-old2',
  },
  {
    when: 'they could not be shielded',
    look: observed(
      [group({ suspended: [...PROCESSES], notes: { record: { ...RECORD, shield: true }, lease: LEASE } })],
      { seen: { unshielded: { web: 1 } } },
    ),
    then: 'double 1/4/4',
  },
  {
    when: 'suspended, max too small',
    look: observed([
      group({
        size: { min: 2, max: 2, desired: 2 },
        suspended: [...PROCESSES],
        notes: { record: { ...RECORD, size: { min: 2, max: 2, desired: 2 } }, lease: LEASE },
      }),
    ]),
    then: 'double 2/4/4',
  },
  {
    when: 'the other group has no record yet',
    look: observed(
      [group({ suspended: [...PROCESSES], notes: { record: RECORD, lease: LEASE } }), group({ name: 'api' })],
      { seen: { settled: { api: 1 } } },
    ),
    plan: { groups: ['web', 'api'] },
    then: 'wait: looking twice before anything is changed | the other groups are not recorded yet',
  },

  // Proving.
  {
    when: 'nothing has launched yet',
    look: observed([doubledGroup({ instances: [instance('i-old1'), instance('i-old2')] })]),
    then: 'wait: 0 of 2 new instances are proven; 2 still to launch',
  },
  {
    when: 'a new one is sick',
    look: observed([
      doubledGroup({
        instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2', { health: sick() })],
      }),
    ]),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'all are in service but not warm',
    look: observed([doubledGroup()], { seen: { inServiceSince: { 'i-new1': T0 + 80_000, 'i-new2': T0 + 80_000 } } }),
    then: 'wait: 0 of 2 new instances are proven',
  },
  { when: 'all are proven', look: observed([doubledGroup()]), then: 'promote web' },
  {
    when: 'a balancer does not list a new one',
    look: observed([
      doubledGroup({
        instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2', { health: [] })],
      }),
    ]),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'a new one drains',
    look: observed([
      doubledGroup({
        instances: [
          instance('i-old1'),
          instance('i-old2'),
          fresh('i-new1'),
          fresh('i-new2', { health: [{ balancer: BALANCER.id, verdict: 'draining', reason: '' }] }),
        ],
      }),
    ]),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'the progress deadline has passed',
    look: observed(
      [doubledGroup({ instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1', { health: sick() })] })],
      { at: T0 + 700_000, seen: { progressAt: { web: { proven: 0, at: T0 + 50_000 } } } },
    ),
    then: 'rollBack web',
  },
  {
    when: 'one more was proven lately',
    look: observed(
      [
        doubledGroup({
          instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1', { health: sick() })],
          notes: { record: RECORD, lease: { ...LEASE, at: T0 + 690_000 } },
        }),
      ],
      { at: T0 + 700_000, seen: { progressAt: { web: { proven: 1, at: T0 + 650_000 } } } },
    ),
    then: 'wait: 0 of 2 new instances are proven; 1 still to launch',
  },
  {
    when: 'the total deadline has passed',
    look: observed(
      [doubledGroup({ instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1', { health: sick() })] })],
      { at: T0 + 3_600_000, seen: { progressAt: { web: { proven: 1, at: T0 + 3_599_000 } } } },
    ),
    then: 'rollBack web',
  },
  {
    when: 'the image does not exist',
    look: observed([doubledGroup({ instances: [instance('i-old1'), instance('i-old2')] })], {
      failures: [
        {
          id: 'a',
          group: 'web',
          startedAt: T0 + 30_000,
          message: "The image id '[ami-0bad]' does not exist. Launching EC2 instance failed.",
          cause: '',
        },
      ],
    }),
    then: 'rollBack web',
  },
  {
    when: 'there is no capacity for now',
    look: observed([doubledGroup({ instances: [instance('i-old1'), instance('i-old2')] })], {
      failures: [
        {
          id: 'a',
          group: 'web',
          startedAt: T0 + 30_000,
          message: 'We currently do not have sufficient t3.micro capacity',
          cause: '',
        },
      ],
    }),
    then: 'wait: 0 of 2 new instances are proven; 2 still to launch (We currently do not have sufficient t3.micro capacity)',
  },
  {
    when: 'a zone is not enabled',
    look: observed([
      doubledGroup({
        instances: [
          instance('i-old1'),
          instance('i-old2'),
          fresh('i-new1', { health: [{ balancer: BALANCER.id, verdict: 'hopeless', reason: 'zone' }] }),
        ],
      }),
    ]),
    then: 'rollBack web',
  },
  {
    when: 'a signal comes while proving',
    look: observed([doubledGroup()], { cancellation: { outcome: 'rollBack', why: 'interrupted by SIGTERM' } }),
    then: 'rollBack web',
  },
  {
    when: 'a signal comes while an old one is missing',
    look: observed([doubledGroup({ instances: [instance('i-old1'), fresh('i-new1'), fresh('i-new2')] })], {
      cancellation: { outcome: 'rollBack', why: 'interrupted by SIGTERM' },
    }),
    then: 'finish: web stuck',
  },
  {
    when: 'a person rolls back while an old one is missing',
    look: observed([doubledGroup({ instances: [instance('i-old1'), fresh('i-new1'), fresh('i-new2')] })]),
    plan: { undo: true },
    then: 'rollBack web',
  },
  {
    when: 'a person rolls back while no old one serves and new ones do',
    look: observed([doubledGroup({ instances: [fresh('i-new1'), fresh('i-new2', { health: sick() })] })]),
    plan: { undo: true },
    then: 'finish: web stuck',
  },
  {
    when: 'a person rolls back while none serves, old or new',
    look: observed([
      doubledGroup({ instances: [instance('i-old1', { healthy: false }), fresh('i-new1', { health: sick() })] }),
    ]),
    plan: { undo: true },
    then: 'rollBack web',
  },
  {
    when: 'somebody shrank the group',
    look: observed([doubledGroup({ size: { min: 1, max: 4, desired: 2 } })]),
    then: 'double 1/4/4',
  },
  // Lost ones: taken away by others, and those that went by themselves.
  {
    when: 'a new one was terminated by somebody',
    look: lost({}, { 'i-new2': 'Client.UserInitiatedShutdown' }),
    then: 'resume ReplaceUnhealthy',
  },
  {
    when: 'Spot took a new one',
    look: lost({}, { 'i-new2': 'Server.SpotInstanceTermination' }),
    then: 'resume ReplaceUnhealthy',
  },
  {
    when: 'Spot took a new one, and replacing is resumed',
    look: lost(
      { suspended: PROCESSES.filter((one) => one !== 'ReplaceUnhealthy') },
      { 'i-new2': 'Server.SpotInstanceTermination' },
    ),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'Spot took a new one, and it is on its way out',
    look: lost(
      {
        suspended: PROCESSES.filter((one) => one !== 'ReplaceUnhealthy'),
        instances: [
          instance('i-old1'),
          instance('i-old2'),
          fresh('i-new1'),
          { ...dead('i-new2'), lifecycle: 'Terminating' },
        ],
      },
      {},
    ),
    then: 'suspend ReplaceUnhealthy',
  },
  {
    when: 'a new one shut itself down',
    look: lost({}, { 'i-new2': 'Client.InstanceInitiatedShutdown' }),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'a new one is marked unhealthy, and EC2 runs it',
    look: lost({}, {}),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'Spot took a new one while another one failed its checks',
    look: lost(
      { instances: [instance('i-old1'), instance('i-old2'), dead('i-new1'), dead('i-new2')] },
      { 'i-new2': 'Server.SpotInstanceTermination' },
    ),
    then: 'wait: 0 of 2 new instances are proven',
  },
  {
    when: 'Spot took a new one while an old one failed its checks',
    look: lost(
      { instances: [instance('i-old1'), instance('i-old2', { healthy: false }), fresh('i-new1'), dead('i-new2')] },
      { 'i-new2': 'Server.SpotInstanceTermination' },
    ),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'Spot took a new one and an old one',
    look: lost(
      { instances: [instance('i-old1'), dead('i-old2', instance('i-old2')), fresh('i-new1'), dead('i-new2')] },
      { 'i-old2': 'Server.SpotInstanceTermination', 'i-new2': 'Server.SpotInstanceTermination' },
    ),
    then: 'resume ReplaceUnhealthy',
  },
  {
    when: 'Spot took an old one only',
    look: lost(
      {
        instances: [
          instance('i-old1'),
          dead('i-old2', instance('i-old2')),
          fresh('i-new1'),
          fresh('i-new2', { health: sick() }),
        ],
      },
      { 'i-old2': 'Server.SpotInstanceTermination' },
    ),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'Spot took a new one, and an operator had suspended replacing',
    look: lost(
      { notes: { record: { ...RECORD, suspended: ['AZRebalance'] }, lease: LEASE } },
      { 'i-new2': 'Server.SpotInstanceTermination' },
    ),
    then: 'wait: 1 of 2 new instances are proven',
  },
  {
    when: 'Spot took a new one, and the time is over',
    look: { ...lost({}, { 'i-new2': 'Server.SpotInstanceTermination' }), at: T0 + 3_600_000 },
    then: 'rollBack web',
  },
  {
    when: 'rolled back while replacing was resumed',
    look: observed([
      doubledGroup({
        suspended: PROCESSES.filter((one) => one !== 'ReplaceUnhealthy'),
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      }),
    ]),
    then: 'suspend ReplaceUnhealthy',
  },
  {
    when: 'one of two groups fails',
    look: observed(
      [
        doubledGroup(),
        doubledGroup({ name: 'api', instances: [instance('i-a'), instance('i-b'), fresh('i-c', { health: sick() })] }),
      ],
      { at: T0 + 700_000, seen: { progressAt: { api: { proven: 0, at: T0 } } } },
    ),
    plan: { groups: ['web', 'api'] },
    then: 'rollBack web,api',
  },
  {
    when: 'one of two groups is proven while somebody shrank the other',
    look: observed([
      doubledGroup(),
      doubledGroup({
        name: 'api',
        size: { min: 1, max: 4, desired: 2 },
        instances: [instance('i-a'), instance('i-b')],
      }),
    ]),
    plan: { groups: ['web', 'api'] },
    then: 'double 1/4/4',
  },
  {
    when: 'one of two groups is still proving',
    look: observed([
      doubledGroup(),
      doubledGroup({ name: 'api', instances: [instance('i-a'), instance('i-b'), fresh('i-c', { health: sick() })] }),
    ]),
    plan: { groups: ['web', 'api'] },
    then:
      'wait: 2 of 2 new instances are proven | 1 of 2 new instances are proven'.replace('1 of 2', '0 of 2') +
      '; 1 still to launch',
  },
  {
    when: 'judged alone, the proven one goes on',
    look: observed([
      doubledGroup({ notes: { record: { ...RECORD, together: false }, lease: LEASE } }),
      doubledGroup({
        name: 'api',
        instances: [instance('i-a'), instance('i-b'), fresh('i-c', { health: sick() })],
        notes: { record: { ...RECORD, together: false }, lease: LEASE },
      }),
    ]),
    plan: { groups: ['web', 'api'], together: false },
    then: 'promote web',
  },
  {
    when: 'the mate carries a verdict',
    look: observed([
      doubledGroup({ instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1', { health: sick() })] }),
      doubledGroup({ name: 'api', notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') } }),
    ]),
    plan: { groups: ['web', 'api'] },
    then: 'terminate old i-old1,i-old2 + promote web',
  },

  // Asked to roll back what somebody left.
  {
    when: 'asked to roll back before the verdict',
    look: observed([doubledGroup()]),
    plan: { adoptOnly: true, undo: true },
    then: 'rollBack web',
  },
  {
    when: 'asked to roll back what another run judged',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') } })]),
    plan: { run: 'run-2', adoptOnly: true, undo: true },
    then: 'refuse: rollback.judged',
  },
  {
    when: 'a signal comes before anything was taken over',
    look: observed([doubledGroup()], { cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' } }),
    plan: { run: 'run-2' },
    then: 'refuse: run.interrupted',
  },
  {
    when: 'an adopter sees a failure before a verdict of the dead run can be visible',
    look: observed([doubledGroup({ instances: [instance('i-old1'), instance('i-old2')] })], {
      at: T0 + 4_000_000,
      seen: { adoptedAt: { web: T0 + 3_990_000 } },
    }),
    plan: { run: 'run-1', timing: { ...PLAN.timing, totalMs: 1 } },
    then: 'renew web',
  },

  // Judged: promote.
  {
    when: 'promoted',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') } })]),
    then: 'terminate old i-old1,i-old2',
  },
  {
    when: 'promoted, somebody resumed processes',
    look: observed([
      doubledGroup({
        suspended: ['ScheduledActions'],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'suspend AlarmNotification,AZRebalance,InstanceRefresh',
  },
  {
    when: 'promoted, one new one fell sick',
    look: observed([
      doubledGroup({
        instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2', { health: sick() })],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'terminate old i-old1',
  },
  {
    when: 'promoted, one new one died',
    look: observed([
      doubledGroup({
        instances: [instance('i-old1'), fresh('i-new1'), fresh('i-new2', { health: sick(), healthy: false })],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'resume ReplaceUnhealthy',
  },
  {
    when: 'promoted, all new ones fell sick',
    look: observed([
      doubledGroup({
        instances: [
          instance('i-old1'),
          instance('i-old2'),
          fresh('i-new1', { health: sick() }),
          fresh('i-new2', { health: sick() }),
        ],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'wait: terminating the old half would leave 0 proven in service, less than 2',
  },
  {
    when: 'the old half is draining',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 2 },
        instances: [instance('i-old1', { lifecycle: 'Terminating' }), fresh('i-new1'), fresh('i-new2')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    // Evening out zones waits: it takes an instance out before its replacement serves.
    then: 'resume AlarmNotification,ScheduledActions,ReplaceUnhealthy,InstanceRefresh',
  },
  {
    when: 'the old half has gone, and only zones are not evened out yet',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 2 },
        suspended: ['AZRebalance'],
        instances: [fresh('i-new1'), fresh('i-new2')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'resume AZRebalance',
  },
  {
    when: 'the old half is draining, and scaling goes on',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 2 },
        suspended: [],
        instances: [instance('i-old1', { lifecycle: 'Terminating' }), fresh('i-new1'), fresh('i-new2')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'wait: 1 instance is draining and leaving',
  },
  {
    when: 'it never finishes draining',
    look: observed(
      [
        doubledGroup({
          size: { min: 1, max: 4, desired: 2 },
          suspended: [],
          instances: [instance('i-old1', { lifecycle: 'Terminating:Wait' }), fresh('i-new1'), fresh('i-new2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
        }),
      ],
      { at: T0 + 3_700_000 },
    ),
    then: 'finish: web stuck',
  },
  {
    when: 'a retained instance does not hold it up',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 2 },
        instances: [instance('i-old1', { lifecycle: 'Terminating:Retained' }), fresh('i-new1'), fresh('i-new2')],
        notes: {
          record: { ...RECORD, size: { min: 1, max: 3, desired: 2 } },
          lease: LEASE,
          verdict: verdict('promote'),
        },
      }),
    ]),
    then: 'restore 1/2/3',
  },
  {
    when: 'the old half is gone',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 2 },
        instances: [fresh('i-new1'), fresh('i-new2')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: `resume ${PROCESSES.join(',')}`,
  },
  {
    when: 'promoted and resumed',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 2 },
        suspended: [],
        instances: [fresh('i-new1'), fresh('i-new2')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') },
      }),
    ]),
    then: 'clear web',
  },
  {
    when: 'a signal comes after the verdict',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: LEASE, verdict: verdict('promote') } })], {
      cancellation: { outcome: 'rollBack', why: 'interrupted by SIGINT' },
    }),
    then: 'terminate old i-old1,i-old2',
  },

  // Judged: roll back.
  {
    when: 'rolled back',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') } })]),
    then: 'suspend Launch',
  },
  {
    when: 'rolled back, launching stopped',
    look: observed([
      doubledGroup({
        suspended: [...PROCESSES, 'Launch'],
        instances: [
          instance('i-old1'),
          instance('i-old2'),
          fresh('i-new1', { health: sick() }),
          fresh('i-new2', { lifecycle: 'Pending' }),
        ],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      }),
    ]),
    then: 'terminate new i-new1,i-new2',
  },
  {
    when: 'rolled back while an old one is missing: what nobody misses goes',
    look: observed([
      doubledGroup({
        suspended: [...PROCESSES, 'Launch'],
        instances: [instance('i-old1'), instance('i-old2', { healthy: false }), fresh('i-new1'), fresh('i-new2')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      }),
    ]),
    then: 'terminate new i-new1',
  },
  {
    when: 'rolled back, one new one was launched beside another: no more leave than leave room for who stays',
    look: observed([
      doubledGroup({
        size: { min: 0, max: 4, desired: 3 },
        suspended: [...PROCESSES, 'Launch'],
        instances: [instance('i-old1'), fresh('i-new1'), fresh('i-new2'), fresh('i-new3')],
        notes: {
          record: { ...RECORD, size: { min: 0, max: 4, desired: 2 } },
          lease: LEASE,
          verdict: verdict('rollBack'),
        },
      }),
    ]),
    then: 'terminate new i-new1',
  },
  {
    when: 'rolled back, and the new one that is left stands in for an old one',
    look: observed(
      [
        doubledGroup({
          size: { min: 1, max: 4, desired: 3 },
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1'), instance('i-old2', { healthy: false }), fresh('i-new2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 80_000 } } } },
    ),
    then: 'terminate old i-old2',
  },
  {
    when: 'rolled back, and the old one that is missing has gone',
    look: observed(
      [
        doubledGroup({
          suspended: [...PROCESSES, 'Launch'],
          size: { min: 1, max: 4, desired: 2 },
          instances: [instance('i-old1'), fresh('i-new2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 80_000 } } } },
    ),
    then: 'freeze AlarmNotification,ScheduledActions,AZRebalance,ReplaceUnhealthy,InstanceRefresh,Launch',
  },
  {
    when: 'rolled back, and no old one is left: the new ones that serve stand in for them',
    look: observed(
      [
        doubledGroup({
          suspended: [...PROCESSES, 'Launch'],
          instances: [fresh('i-new1'), fresh('i-new2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 80_000 } } } },
    ),
    then: 'restore 1/2/4',
  },
  {
    when: 'rolled back, and an old one that Auto Scaling calls healthy does not come back within the time',
    look: observed(
      [
        doubledGroup({
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1'), instance('i-old2', { health: sick() }), fresh('i-new2')],
          notes: { record: RECORD, lease: { ...LEASE, at: T0 + 3_700_000 }, verdict: verdict('rollBack') },
        }),
      ],
      { at: T0 + 3_700_000, seen: { clean: { web: { looks: 2, since: T0 + 80_000 } } } },
    ),
    then: 'finish: web stuck',
  },
  {
    when: 'promoted by a run that died, and an old one was taken after the verdict: its replacement is one too many',
    look: observed([
      doubledGroup({
        size: { min: 1, max: 4, desired: 3 },
        instances: [fresh('i-new1'), fresh('i-new2'), fresh('i-new3', { launchedAt: T0 + 70_000 })],
        notes: { record: { ...RECORD, run: 'run-0' }, lease: LEASE, verdict: verdict('promote', { run: 'run-0' }) },
      }),
    ]),
    then: 'restore 1/2/4',
  },
  {
    when: 'promoted, and somebody has lowered the desired capacity to what it was: it must not fall any further',
    look: observed([
      doubledGroup({
        size: { min: 0, max: 4, desired: 2 },
        notes: {
          record: { ...RECORD, size: { min: 0, max: 4, desired: 2 } },
          lease: LEASE,
          verdict: verdict('promote'),
        },
      }),
    ]),
    then: 'surge 0/4/4',
  },
  {
    when: 'promoted by a run that died, and scaling asks for as many as two halves were',
    look: observed([
      doubledGroup({
        suspended: ['AZRebalance'],
        instances: [fresh('i-new1'), fresh('i-new2'), fresh('i-new3'), fresh('i-new4')],
        notes: { record: { ...RECORD, run: 'run-0' }, lease: LEASE, verdict: verdict('promote', { run: 'run-0' }) },
      }),
    ]),
    then: 'resume AZRebalance',
  },
  {
    when: 'rolled back, no old one is left, and a new one of three is one too many',
    look: observed([
      doubledGroup({
        suspended: [...PROCESSES, 'Launch'],
        instances: [fresh('i-new1'), fresh('i-new2'), fresh('i-new3')],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      }),
    ]),
    then: 'terminate new i-new1',
  },
  {
    when: 'rolled back, a launch time is not known',
    look: observed([
      doubledGroup({
        suspended: [...PROCESSES, 'Launch'],
        instances: [
          instance('i-old1'),
          instance('i-old2'),
          (({ launchedAt, ...rest }) => rest)(fresh('i-new1', { lifecycle: 'Pending' })),
        ],
        notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
      }),
    ]),
    then: 'wait: EC2 does not say yet when these were launched',
  },
  {
    when: 'the new half is gone, seen once',
    look: observed(
      [
        doubledGroup({
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1'), instance('i-old2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 1, since: T0 + 90_000 } } } },
    ),
    then: 'wait: looking again: a launch that was under way shows up late',
  },
  {
    when: 'the new half is gone, seen twice',
    look: observed(
      [
        doubledGroup({
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1'), instance('i-old2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 90_000 } } } },
    ),
    then: 'restore 1/2/4',
  },
  {
    when: 'sizes are restored, the old ones are shielded',
    look: observed(
      [
        doubledGroup({
          size: { min: 1, max: 4, desired: 2 },
          suspended: [...PROCESSES, 'Launch'],
          instances: [
            instance('i-old1', { protectedFromScaleIn: true }),
            instance('i-old2', { protectedFromScaleIn: true, lifecycle: 'Standby' }),
          ],
          notes: { record: { ...RECORD, shield: true }, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 90_000 } } } },
    ),
    then: 'unshield i-old1',
  },
  {
    when: 'sizes are restored, an operator had protected an old one',
    look: observed(
      [
        doubledGroup({
          size: { min: 1, max: 4, desired: 2 },
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1', { protectedFromScaleIn: true }), instance('i-old2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 90_000 } } } },
    ),
    then: `freeze ${PROCESSES.join(',')},Launch`,
  },
  {
    when: 'sizes are restored',
    look: observed(
      [
        doubledGroup({
          size: { min: 1, max: 4, desired: 2 },
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1'), instance('i-old2')],
          notes: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 90_000 } } } },
    ),
    then: `freeze ${PROCESSES.join(',')},Launch`,
  },
  {
    when: 'frozen',
    look: observed(
      [
        doubledGroup({
          size: { min: 1, max: 4, desired: 2 },
          suspended: [...PROCESSES, 'Launch'],
          instances: [instance('i-old1'), instance('i-old2')],
          notes: {
            record: RECORD,
            lease: LEASE,
            verdict: verdict('rollBack'),
            frozen: { run: 'run-1', at: T0, processes: [...PROCESSES, 'Launch'], why: '' },
          },
        }),
      ],
      { seen: { clean: { web: { looks: 2, since: T0 + 90_000 } } } },
    ),
    then: 'clear web',
  },

  // Strange states.
  {
    when: 'more are old than the record says',
    look: observed([doubledGroup({ instances: [instance('i-1'), instance('i-2'), instance('i-3')] })]),
    then: 'finish: web stuck',
  },
  {
    when: 'the stack is in progress in the middle',
    look: observed([doubledGroup()], { stackStatus: 'UPDATE_IN_PROGRESS' }),
    plan: { stack: 'web' },
    then: 'wait: the stack web is in UPDATE_IN_PROGRESS; no group is touched meanwhile',
  },
  { when: 'somebody removed our notes', look: unnoted(), then: 'rewrite web' },
  {
    when: 'somebody removed our notes while the stack is in progress',
    look: { ...unnoted(), stackStatus: 'UPDATE_IN_PROGRESS' },
    plan: { stack: 'web' },
    then: 'wait: the stack web is in UPDATE_IN_PROGRESS; no group is touched meanwhile',
  },
  {
    when: 'the lease is due',
    look: observed(
      [doubledGroup({ instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1', { health: sick() })] })],
      { at: T0 + 125_000 },
    ),
    then: 'renew web',
  },

  // Another run.
  {
    when: 'a dead run left a record: first it is watched',
    look: observed([doubledGroup()], {
      seen: { leases: { web: { beat: 'run-1 agent 42 1', since: T0 + 99_000, moved: false } } },
    }),
    plan: { run: 'run-2' },
    then: 'wait: run run-1 on agent (pid 42) began a rollout here and may be dead; it is taken over unless it shows a sign of life',
  },
  {
    when: 'its process is at work on this machine: nobody has to watch it',
    look: observed([doubledGroup()], {
      working: ['web'],
      seen: { leases: { web: { beat: 'run-1 agent 42 1', since: T0 + 99_000, moved: false } } },
    }),
    plan: { run: 'run-2' },
    then: 'held by run run-1 on agent (pid 42)',
  },
  {
    when: 'its process is at work, and we may wait for it',
    look: observed([doubledGroup()], {
      working: ['web'],
      seen: { leases: { web: { beat: 'run-1 agent 42 1', since: T0 + 99_000, moved: false } } },
    }),
    plan: { run: 'run-2', timing: { ...PLAN.timing, waitForLockMs: 600_000 } },
    then: 'wait: run run-1 on agent (pid 42) works on it; waiting for it to end',
  },
  {
    when: 'its process is at work, but it was silent for a full lease',
    look: observed([doubledGroup()], {
      at: T0 + 400_000,
      working: ['web'],
      seen: { leases: { web: { beat: 'run-1 agent 42 1', since: T0 + 100_000, moved: false } } },
    }),
    plan: { run: 'run-2' },
    then: 'renew web',
  },
  {
    when: 'it was silent for a full lease',
    look: observed([doubledGroup()], {
      at: T0 + 400_000,
      seen: { leases: { web: { beat: 'run-1 agent 42 1', since: T0 + 100_000, moved: false } } },
    }),
    plan: { run: 'run-2' },
    then: 'renew web',
  },
  {
    when: 'it is surely gone',
    look: observed([doubledGroup()], { abandoned: ['web'] }),
    plan: { run: 'run-2' },
    then: 'renew web',
  },
  {
    when: 'it shows a sign of life',
    look: observed([doubledGroup()], {
      seen: { leases: { web: { beat: 'run-1 agent 42 1', since: T0 + 99_000, moved: true } } },
    }),
    plan: { run: 'run-2' },
    then: 'held by run run-1 on agent (pid 42)',
  },
  {
    when: 'another run took ours over',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: { ...LEASE, run: 'run-9', beat: 7 } } })], {
      seen: {
        known: { web: { record: RECORD, lease: LEASE } },
        leases: { web: { beat: 'run-9 agent 42 7', since: T0 + 99_000, moved: false } },
      },
    }),
    then: 'held by run run-9 on agent (pid 42) (lost)',
  },
  {
    when: 'taken over before it began',
    look: observed(
      [group({ suspended: ['AZRebalance'], notes: { record: RECORD, lease: { ...LEASE, run: 'run-2' } } })],
      { seen: { adoptedAt: { web: T0 } } },
    ),
    plan: { run: 'run-2' },
    then: 'resume AZRebalance',
  },
  {
    when: 'taken over before it began, with its shield up',
    look: observed(
      [
        group({
          instances: [instance('i-old1', { protectedFromScaleIn: true }), instance('i-old2')],
          suspended: ['AZRebalance'],
          notes: { record: { ...RECORD, shield: true }, lease: { ...LEASE, run: 'run-2' } },
        }),
      ],
      { seen: { adoptedAt: { web: T0 } } },
    ),
    plan: { run: 'run-2' },
    then: 'unshield i-old1',
  },
  {
    when: 'taken over while proving',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: { ...LEASE, run: 'run-2' } } })], {
      seen: { adoptedAt: { web: T0 } },
    }),
    plan: { run: 'run-2' },
    then: 'promote web',
  },
  {
    when: 'taken over just now, a verdict may not be visible',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: { ...LEASE, run: 'run-2' } } })], {
      seen: { adoptedAt: { web: T0 + 90_000 } },
    }),
    plan: { run: 'run-2' },
    then: 'wait: 2 of 2 new instances are proven',
  },
  {
    when: 'only to finish what was left on a group that does not exist',
    look: observed([], { missing: ['web'] }),
    plan: { adoptOnly: true },
    then: 'refuse: group.missing',
  },
  {
    when: 'only to finish what was left, and nothing was',
    look: observed([group()]),
    plan: { adoptOnly: true },
    then: 'finish: web skipped',
  },

  // Reads that lag.
  {
    when: 'a lagging read hides the record',
    look: observed([doubledGroup({ notes: {} })], { seen: { known: { web: { record: RECORD, lease: LEASE } } } }),
    then: 'promote web',
  },
  {
    when: 'a lagging read hides the verdict',
    look: observed([doubledGroup({ notes: { record: RECORD, lease: LEASE } })], {
      seen: { known: { web: { record: RECORD, lease: LEASE, verdict: verdict('rollBack') } } },
    }),
    then: 'suspend Launch',
  },
  {
    when: 'a lagging read shows a record that was removed',
    look: observed([group({ configurations: ['lc/one'], notes: { record: RECORD, lease: LEASE } })], {
      seen: { cleared: { web: ['run-1'] }, results: { web: { group: 'web', outcome: 'promoted', why: '' } } },
    }),
    then: 'finish: web promoted',
  },
  {
    when: 'what was done is not visible yet',
    look: observed([group({ suspended: [...PROCESSES], notes: { record: RECORD, lease: LEASE } })], {
      seen: {
        pending: [
          {
            action: { type: 'resize', group: 'web', size: { min: 1, max: 4, desired: 4 }, purpose: 'double' },
            since: T0 + 99_000,
            sure: true,
          },
        ],
      },
    }),
    then: 'wait: waiting until AWS shows what was just done',
  },
];

describe('decide: the swap', () => {
  for (const row of rows) {
    it(`${row.when} → ${row.then}`, () => {
      expect(told(decide(row.look, { ...PLAN, ...row.plan }))).to.equal(row.then);
    });
  }

  it('terminates in batches of at most 100, one of each zone in turn', () => {
    const old = Array.from({ length: 150 }, (_, index) =>
      instance(`i-old${String(index).padStart(3, '0')}`, { zone: index < 75 ? 'a' : 'b' }),
    );
    const young = Array.from({ length: 150 }, (_, index) => fresh(`i-new${index}`));
    const record = { ...RECORD, old: 150, size: { min: 1, max: 300, desired: 150 } };
    const decision = decide(
      observed([
        doubledGroup({
          size: { min: 1, max: 300, desired: 300 },
          instances: [...old, ...young],
          notes: { record, lease: LEASE, verdict: verdict('promote') },
        }),
      ]),
      PLAN,
    );
    const cuts =
      decision.kind === 'act'
        ? decision.actions.flatMap(({ action }) => (action.type === 'terminate' ? [action.instances] : []))
        : [];
    expect(cuts.map((cut) => cut.length)).to.deep.equal([100, 50]);
    expect(cuts[0]?.slice(0, 4)).to.deep.equal(['i-old000', 'i-old075', 'i-old001', 'i-old076']);
  });

  it('counts units, not instances, in a weighted group', () => {
    const record = { ...RECORD, old: 4, size: { min: 2, max: 8, desired: 4 } };
    const heavy = { weighted: true, size: { min: 2, max: 8, desired: 8 }, notes: { record, lease: LEASE } };
    const old = [instance('i-old1', { weight: 2 }), instance('i-old2', { weight: 2 })];
    const one = decide(
      observed([doubledGroup({ ...heavy, instances: [...old, fresh('i-new1', { weight: 2 })] })]),
      PLAN,
    );
    expect(told(one)).to.equal('wait: 2 of 4 new instances are proven; 2 still to launch');
    const two = decide(
      observed([doubledGroup({ ...heavy, instances: [...old, fresh('i-new1', { weight: 4 })] })]),
      PLAN,
    );
    expect(told(two)).to.equal('promote web');
  });
});
