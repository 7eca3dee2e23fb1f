/**
 * What has to hold in every run, by name. The names are contract: they only ever grow. The meaning is that of
 * docs/SAFETY.md; the code shares nothing with the last check before an action, nor with the sandbox's invariants.
 */
export const INVARIANTS = {
  journal: 'The events are those of one run, numbered without gaps, with a beginning and nothing after the end.',
  time: 'Time never runs backwards.',
  decided: 'Each action was decided first, with a reason, and ended before the next one on its group.',
  scope: 'Only groups that the run was for were changed.',
  stack: 'No group was changed while its stack was in progress.',
  record: 'What is needed to undo a change stood on the group before the change.',
  holder: 'No group was changed after another run had taken it over.',
  members: 'No instance of others was touched.',
  half: 'Only the half that the verdict names was terminated, and nobody before the verdict.',
  verdict: 'Each rollout had one verdict.',
  proven: 'Nothing was promoted before it was proven.',
  capacity: 'No step took service below the promised number of instances.',
  total: 'No more instances were asked for than the strategy allows.',
  order: 'A rolling rollout terminated the oldest instances first.',
  serial: 'A serial rollout had one instance of all its groups on its way out.',
  membership: 'A restart launched and terminated nobody.',
  quorum: 'A restart left its quorum in service, and never took out the last one.',
  registered: 'Whatever a restart took out of a balancer was put back.',
  kept: 'Only a promoted swap kept its old half, and for as long as it said.',
  protection: 'Protection from scale-in is at the end as it was.',
  sizes: 'Sizes are at the end as they were, or as others set them.',
  processes: 'Suspended processes are at the end as they were, or the group is frozen on purpose.',
  halves: 'At the end only old or only new instances are left.',
  ending: 'The run ended as its rollouts did.',
} as const;

/** Name of an invariant. */
export type InvariantName = keyof typeof INVARIANTS;

/** All names, in the order in which they are told. */
export const INVARIANT_NAMES = Object.keys(INVARIANTS) as readonly InvariantName[];
