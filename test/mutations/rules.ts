/**
 * How the statement behind a marker is broken: what it asks is settled, what it returns or declares is something else,
 * or a piece of it is replaced.
 */
export type Breakage =
  | { readonly condition: boolean }
  | { readonly value: string }
  | { readonly replace: readonly [piece: string, by: string] };

/**
 * One safety rule and how to break it. The statement that keeps the rule is marked in its source, by a comment
 * `// rule: NAME` before it, so that the rule moves with its code.
 */
export interface Mutation {
  /** Short and stable: `npm run sim:mutations -- --only NAME`. */
  readonly name: string;
  /** The rule that is broken, as a person would say it. */
  readonly rule: string;
  readonly breaks: Breakage;
}

export const MUTATIONS: readonly Mutation[] = [
  // Write down before you change.
  {
    name: 'no-record',
    rule: 'the record is written before anything changes',
    breaks: { value: 'Promise.resolve()' },
  },
  {
    name: 'record-unseen',
    rule: 'nothing is done before AWS shows what was done last',
    breaks: { value: 'false' },
  },
  {
    name: 'no-verdict',
    rule: 'the verdict is written before the first instance is terminated',
    breaks: { value: 'Promise.resolve()' },
  },
  {
    name: 'marked-replaced',
    rule: 'replacing is not resumed while all that serves is marked as unhealthy',
    breaks: { condition: true },
  },
  {
    name: 'foreign-answer',
    rule: 'what is not the service’s, or did not arrive whole, is no answer',
    breaks: { condition: false },
  },
  {
    name: 'history-secret',
    rule: 'what is known to be secret is kept in no history',
    breaks: { replace: ['isSecret(value)', 'false'] },
  },
  {
    name: 'history-other-template',
    rule: 'a stack is given back a template only by a copy whose text has its hash',
    breaks: { condition: false },
  },
  {
    name: 'history-bucket-of-others',
    rule: 'the history is written to and read from a bucket of the account that is meant, and no other',
    breaks: { value: 'undefined' },
  },
  {
    name: 'unread-refusal',
    rule: 'what cannot be read refuses nothing, and says of nothing that it is not there',
    breaks: { condition: false },
  },
  {
    name: 'gone-at-once',
    rule: 'a group is gone only when two answers running do not show it',
    breaks: { condition: true },
  },
  {
    name: 'stack-gone-at-once',
    rule: 'a stack is gone only when two answers running do not show it',
    breaks: { condition: true },
  },
  {
    name: 'verdict-ignored',
    rule: 'the verdict decides which half goes',
    breaks: { condition: false },
  },
  {
    name: 'notes-forgotten',
    rule: 'a read that lags never makes us forget our notes',
    breaks: { value: 'record' },
  },
  {
    name: 'other-version',
    rule: 'a note of another version is never guessed at',
    breaks: { condition: false },
  },
  {
    name: 'mate-paused',
    rule: 'groups that take turns pause together, also when the note of one comes late',
    breaks: { condition: false },
  },
  {
    name: 'last-launch',
    rule: 'a rolling rollout does not go back to its size while one more is being launched',
    breaks: { condition: true },
  },
  {
    name: 'one-zone-final',
    rule: 'what one zone or one type cannot launch ends no rollout while another may',
    breaks: { condition: false },
  },
  {
    name: 'room-comes',
    rule: 'a quota ends no rollout whose old instances leave: that makes room',
    breaks: { value: 'false' },
  },
  {
    name: 'launch-healed',
    rule: 'a launch that worked takes back what failed launches before it said',
    breaks: { replace: ['one.startedAt >= lastLaunch', 'true'] },
  },
  {
    name: 'fit-launches',
    rule: 'a desired capacity that is raised for weights launches nobody',
    breaks: { condition: true },
  },
  {
    name: 'guard-fit',
    rule: 'the guard counts what is there, too',
    breaks: { condition: true },
  },
  {
    name: 'unlisted-awaited',
    rule: 'nobody waits for ever for what EC2 does not list',
    breaks: { condition: false },
  },
  {
    name: 'idle-at-once',
    rule: 'right after the stack changed it is not believed at once that there is nothing to do',
    breaks: { replace: ['plan.changed !== true', 'true'] },
  },

  // Restarts in place.
  {
    name: 'restart-below-quorum',
    rule: 'nobody is taken out while fewer serve than the quorum asks for',
    breaks: { condition: false },
  },
  {
    name: 'restart-more',
    rule: 'no more are taken out than the quorum leaves',
    breaks: { replace: ['busy.slice(0, serving - floor)', 'busy.slice(0, serving - floor + 1)'] },
  },
  {
    name: 'restart-last',
    rule: 'the last one in service is never taken out',
    breaks: { replace: ['return Math.max(1, ', 'return 0 * Math.max(1, '] },
  },
  {
    name: 'restart-noted-and-changed',
    rule: 'the quorum is counted again before anybody who is noted goes',
    breaks: { condition: true },
  },
  {
    name: 'restart-undrained',
    rule: 'the command runs only when every balancer has drained the instance',
    breaks: { condition: true },
  },
  {
    name: 'restart-memory-of-before',
    rule: 'what a restart put back for a dead run fails nothing of the restart that begins after it',
    breaks: { value: 'new Set()' },
  },
  {
    name: 'restart-not-taken-back',
    rule: 'what no balancer took back stays noted as out',
    breaks: { condition: false },
  },
  {
    name: 'restart-taken-out-unnoted',
    rule: 'nothing is taken out while looks do not show the notes',
    breaks: { condition: false },
  },
  {
    name: 'lease-counted-anew',
    rule: 'no sign of life is ever shown twice',
    breaks: { replace: ['${lease.at} ', ''] },
  },
  {
    name: 'restart-ports',
    rule: 'what was taken out goes back on all ports that it had',
    breaks: { replace: ['return ports.every(', 'return true || ports.every('] },
  },
  {
    name: 'restart-guard-quorum',
    rule: 'the guard counts the quorum too',
    breaks: { condition: true },
  },
  {
    name: 'restart-guard-last',
    rule: 'the guard spares the last one too',
    breaks: { condition: false },
  },
  {
    name: 'restart-guard-forgets',
    rule: 'nobody who is out may vanish from the notes',
    breaks: { condition: false },
  },
  {
    name: 'restart-health-check',
    rule: 'what is out must not look sick to Auto Scaling',
    breaks: { replace: [", 'HealthCheck'", ''] },
  },
  {
    name: 'restart-check-skipped',
    rule: 'a restarted instance is through only when its check command says yes',
    breaks: { value: 'warm' },
  },
  {
    name: 'refused-stays-out',
    rule: 'an instance whose command AWS refused to start is put back: nothing ran on it',
    breaks: { value: "plan.restart?.onError === 'reregister' ? 'back' : 'out'" },
  },
  {
    name: 'restart-check-spares',
    rule: 'who fails its check is not taken out when the quorum needs it',
    breaks: { condition: true },
  },
  {
    name: 'restart-not-written',
    rule: 'who is taken out is written down before',
    breaks: { value: 'undefined' },
  },
  {
    name: 'record-lost',
    rule: 'a record whose reply was lost begins a rollout of its own',
    breaks: { replace: ["(action.type === 'clear' || action.type === 'record')", "(action.type === 'clear')"] },
  },
  {
    name: 'out-forgotten',
    rule: 'who is out is remembered, also when a look shows nothing but that note',
    breaks: {
      replace: ['else if (seen.known[name] !== undefined && group.notes.out !== undefined)', 'else if (false)'],
    },
  },

  {
    name: 'tags-full',
    rule: 'nothing begins where the notes of a run would not all fit beside the other tags',
    breaks: { replace: ['others + needed <= most', 'true'] },
  },

  // Who is in service, and who is proven.
  {
    name: 'health-skipped',
    rule: 'in service means healthy in every balancer',
    breaks: { condition: false },
  },
  {
    name: 'type-ignored',
    rule: 'an instance whose type no override names is outdated',
    breaks: { replace: ['type === instance.type', 'true'] },
  },
  {
    name: 'image-ignored',
    rule: 'an instance that runs another image than the parameter points to is outdated',
    breaks: { replace: ['image === instance.image', 'true'] },
  },
  {
    name: 'serving-by-lifecycle',
    rule: 'what is said to serve is what every balancer calls healthy',
    breaks: { replace: ["=== 'healthy'", "!== ''"] },
  },
  {
    name: 'absent-is-healthy',
    rule: 'a balancer that does not list an instance does not vouch for it',
    breaks: { replace: ["{ verdict: 'absent', reason }", "{ verdict: 'healthy', reason: '' }"] },
  },
  {
    name: 'lifecycle-skipped',
    rule: 'in service means InService in Auto Scaling too',
    breaks: { condition: false },
  },
  {
    name: 'canary-skipped',
    rule: 'the canary is proven before the rest is launched',
    breaks: { condition: true },
  },
  {
    name: 'bake-skipped',
    rule: 'what is proven stays in service for the bake',
    breaks: { value: 'undefined' },
  },
  {
    name: 'pause-ignored',
    rule: 'nobody goes beyond a pause but by resume',
    breaks: { condition: true },
  },
  {
    name: 'gates-forgotten',
    rule: 'a rollout does not pass with less than it was begun with',
    breaks: { condition: true },
  },
  {
    name: 'anomaly-unheard',
    rule: 'a new target that its balancer calls anomalous does not pass --anomaly refuse',
    breaks: { condition: true },
  },
  {
    name: 'checks-skipped',
    rule: 'where no balancer judges, application status checks do',
    breaks: { condition: false },
  },
  {
    name: 'status-left-out',
    rule: 'silence of an application status check about a new instance is no health',
    breaks: { replace: ['...untold(heardOf, said, at)', '...{}'] },
  },
  {
    name: 'alarm-unheard',
    rule: 'an alarm that rings fails the rollout',
    breaks: { replace: ["({ state, since }) => state === 'ALARM' && since >= startedAt", '() => false'] },
  },
  {
    name: 'alarm-gone',
    rule: 'an alarm that is deleted meanwhile stops a rollout',
    breaks: { condition: true },
  },
  {
    name: 'check-skipped',
    rule: 'an instance is proven only when its check command says yes',
    breaks: { replace: ['.filter((instance) => checked(look.seen, plan, instance))', ''] },
  },
  {
    name: 'before-command-skipped',
    rule: 'a termination waits for the command before it',
    breaks: { value: 'action.instances' },
  },
  {
    name: 'failed-command-ignored',
    rule: 'a command before or after a termination that fails stops the run',
    breaks: { replace: ['resultOf(seen, kind, id)?.passed === false', 'false'] },
  },
  {
    name: 'unclean-value',
    rule: 'no value that a shell would understand gets into a command line',
    breaks: { condition: false },
  },
  {
    name: 'warm-up-skipped',
    rule: 'an instance is proven after its whole warm-up',
    breaks: { replace: ['at - since >= needed && ', ''] },
  },
  {
    name: 'blind-time-counts',
    rule: 'unbroken service is not claimed over a time when nobody looked',
    breaks: { replace: ['(blind ? undefined : seen.inServiceSince[instance.id])', 'seen.inServiceSince[instance.id]'] },
  },
  {
    name: 'some-proven',
    rule: 'all new instances are proven before the verdict',
    breaks: { replace: ['grown && units(ready) >= target.needed;', 'grown && units(ready) > 0;'] },
  },

  {
    name: 'sick-replaced',
    rule: 'only who was taken away is replaced while it is proven, never a bad version',
    breaks: { replace: [" && fresh.every(({ id }) => BY_OTHERS.test(ended[id] ?? ''))", ''] },
  },
  {
    name: 'roll-back-replaces',
    rule: 'nothing is replaced while the new half leaves',
    breaks: { replace: [" || outcome === 'rollBack')", ')'] },
  },

  // Who is old and who is new.
  {
    name: 'split-wrong',
    rule: 'old is who was launched in an earlier second than the record says',
    breaks: {
      replace: [
        'second(instance.launchedAt) < second(record.startedAt)',
        'second(instance.launchedAt) <= second(record.startedAt) + 60',
      ],
    },
  },
  {
    name: 'unknown-is-new',
    rule: 'nobody is judged whose launch time is not known',
    breaks: {
      replace: ['if (instance.healthy)\n                halves.unknown.push(instance);', 'halves.new.push(instance);'],
    },
  },
  {
    name: 'surplus-ignored',
    rule: 'more old instances than the record says stop the run',
    breaks: { condition: false },
  },
  {
    name: 'pending-left',
    rule: 'a roll-back takes the instances that are still launching',
    breaks: {
      replace: ['halves.new.push(instance);', "(where === 'live' ? halves.new : halves.parked).push(instance);"],
    },
  },
  {
    name: 'starts-unsettled',
    rule: 'a rollout starts only on a group that is settled',
    breaks: { value: 'undefined' },
  },

  // Doubling.
  {
    name: 'min-raised',
    rule: 'doubling leaves min alone',
    breaks: { value: '{ min: desired, max: Math.max(now.max, desired), desired }' },
  },
  {
    name: 'max-not-raised',
    rule: 'max is raised where the doubled size needs it',
    breaks: { replace: ['max: Math.max(now.max, desired)', 'max: now.max'] },
  },
  {
    name: 'not-suspended',
    rule: 'nothing changes the membership by itself while two sets run',
    breaks: { condition: false },
  },
  {
    name: 'no-shield',
    rule: 'the old half is shielded from scale-in before the group grows',
    breaks: { replace: ['return (old.length > 0 && old.every(', 'return (false && old.every('] },
  },
  {
    name: 'shield-left',
    rule: 'a roll-back takes its shield off again',
    breaks: { value: '[]' },
  },
  {
    name: 'resumed-by-others',
    rule: 'what somebody resumes while a half is leaving is suspended again',
    breaks: { condition: true },
  },
  {
    name: 'mates-not-recorded',
    rule: 'doubling starts only when every group of the run has its record',
    breaks: { replace: ['(starting || noting)', 'false'] },
  },

  // Halving.
  {
    name: 'below-desired',
    rule: 'no step of ours takes service below the original desired capacity',
    breaks: { condition: false },
  },
  {
    name: 'unproven-relied-on',
    rule: 'only proven new instances take over from old ones',
    breaks: { value: 'staying' },
  },
  {
    name: 'below-min',
    rule: 'halving never asks AWS to go below min',
    breaks: { value: 'free' },
  },
  {
    name: 'surplus-before-service',
    rule: 'no old one goes where Auto Scaling would take out a new one that serves, because another one is on its way',
    breaks: { value: 'allowed' },
  },
  {
    name: 'shortage-scales-in',
    rule: 'a roll-back never lowers the desired capacity below the old ones that are there',
    breaks: { value: 'true' },
  },
  {
    name: 'batch-too-big',
    rule: 'at most 100 instances are terminated in one call',
    breaks: {
      replace: ['export const MAX_TERMINATED_PER_CALL = 100;', 'export const MAX_TERMINATED_PER_CALL = 1000;'],
    },
  },
  {
    name: 'no-decrement',
    rule: 'what is terminated is not replaced',
    breaks: { value: 'gateway.terminate(action.group, action.instances, false)' },
  },
  {
    name: 'launch-not-suspended',
    rule: 'a roll-back suspends Launch before it terminates',
    breaks: { condition: false },
  },
  {
    name: 'one-clean-look',
    rule: 'a roll-back looks again for launches that were under way',
    breaks: { condition: false },
  },
  {
    name: 'nothing-to-go-back-to',
    rule: 'new instances stay when no old one serves',
    breaks: { condition: false },
  },
  {
    name: 'aim-twice',
    rule: 'an action that came to nothing and is sent again counts once among what this run’s changes lead to',
    breaks: { value: 'false' },
  },
  {
    name: 'stand-ins-scaled-in',
    rule: 'after a roll-back Auto Scaling finds no more than asked for while new ones stand in for old ones',
    breaks: { value: 'allowed' },
  },
  {
    name: 'lowered-meanwhile',
    rule: 'the desired capacity does not fall below what is to stay when the old half goes, whoever lowered it before',
    breaks: { value: 'record.theirs !== undefined ? wantedSize(record).desired : 0' },
  },
  {
    name: 'watched-sizes',
    rule: 'a run that waits for another one does not take its sizes for those of a person',
    breaks: { value: 'true' },
  },
  {
    name: 'scaled-to-doubled',
    rule: 'as many as two halves were are not ours once scaling goes on',
    breaks: { value: 'false' },
  },
  {
    name: 'window-ended-by-hand',
    rule: 'whoever is taken out of standby by hand does not end the time for which the old half is kept',
    breaks: { value: 'kept.length > 0' },
  },
  {
    name: 'marked-in-standby',
    rule: 'a kept half that is marked Unhealthy for good does not hold the way back up for ever',
    breaks: { value: '() => false' },
  },
  {
    name: 'idle-old-scale-in',
    rule: 'after a roll-back Auto Scaling does not choose who leaves while an old instance there does not serve',
    breaks: { value: 'false' },
  },
  {
    name: 'taken-after-verdict',
    rule: 'what replaces an old instance that was taken after the verdict is not taken for a size of others',
    breaks: { value: 'verdict.at' },
  },
  {
    name: 'stand-ins-go',
    rule: 'new instances that serve in the places of missing old ones stay, and the roll-back comes to its end',
    breaks: { replace: [' || standIn(of, mayServe(of))', ''] },
  },
  {
    name: 'guard-given-up',
    rule: 'guard: after a roll-back no old instance goes that Auto Scaling has not given up',
    breaks: { condition: false },
  },
  {
    name: 'roll-back-hurts',
    rule: 'no roll-back into less than before',
    breaks: { value: '[]' },
  },

  // Rolling.
  {
    name: 'rolling-below',
    rule: 'rolling: no batch takes service below what must serve',
    breaks: { replace: ['if (instance.weight > Math.min(left, spare))', 'if (instance.weight > left)'] },
  },
  {
    name: 'rolling-idle',
    rule: 'rolling: a look that shows nobody in service takes out no more than any other',
    breaks: { condition: false },
  },
  {
    name: 'rolling-unproven',
    rule: 'rolling: only proven new instances let old ones go',
    breaks: { replace: ['ready: proven.filter((instance) => fresh.includes(instance)),', 'ready: fresh,'] },
  },
  {
    name: 'rolling-youngest',
    rule: 'rolling: the oldest go first',
    breaks: { value: '[...instances].sort((a, b) => (b.launchedAt ?? 0) - (a.launchedAt ?? 0))' },
  },
  {
    name: 'rolling-decrement',
    rule: 'rolling: the desired capacity never falls below the original',
    breaks: { replace: ['decrement: enough && there < group.size.desired', 'decrement: true'] },
  },
  {
    name: 'rolling-surge',
    rule: 'rolling: no more than the surge runs above the original',
    breaks: { value: 'record.size.desired + Math.min(record.surge, left) + 1' },
  },
  {
    name: 'rolling-serial-restored',
    rule: 'rolling: the next group begins only when the one before has let go who was too many',
    breaks: { replace: ['        tooMany ||\n', ''] },
  },
  {
    name: 'rolling-serial',
    rule: 'rolling: one instance at a time over all groups',
    breaks: { value: 'undefined' },
  },
  {
    name: 'rolling-mates',
    rule: 'rolling: groups that are judged together stop together',
    breaks: { replace: ['stuck.group !== of.name', 'false'] },
  },
  {
    name: 'rolling-interrupt',
    rule: 'rolling: a signal after the verdict begins nothing further',
    breaks: { condition: false },
  },
  {
    name: 'rolling-ends-early',
    rule: 'rolling: the end waits until every new one is proven',
    breaks: { replace: ['units(members.ready) >= needed', 'true'] },
  },
  {
    name: 'rolling-as-swap',
    rule: 'rolling: an older version of the tool refuses the record',
    breaks: { replace: ["readOne(field('strategy'), ['swap'])", "'swap'"] },
  },
  {
    name: 'unready-judged',
    rule: 'nobody is judged while a mate has to grow again',
    breaks: { replace: ['blocked || unready', 'blocked'] },
  },
  {
    name: 'guard-rolling',
    rule: 'guard: the rules of a rolling batch',
    breaks: { value: 'undefined' },
  },
  {
    name: 'guard-surge',
    rule: 'guard: no more than the surge',
    breaks: { value: 'undefined' },
  },

  // Restoring.
  {
    name: 'resume-before-restore',
    rule: 'sizes are restored before processes are resumed',
    breaks: {
      replace: [
        'const surplus = beforeScaleIn(',
        "const early = record.suspended.filter((process) => group.suspended.includes(process));\n        if (early.length > 0)\n            return act('resume', { type: 'resume', group: group.name, processes: early }, 'too early');\n        const surplus = beforeScaleIn(",
      ],
    },
  },
  {
    name: 'zones-while-draining',
    rule: 'zones are not evened out while the old half is draining',
    breaks: { value: 'suspended' },
  },
  {
    name: 'clear-before-resume',
    rule: 'the record goes last',
    breaks: {
      replace: ["if (resume.length > 0)\n        return act('resume'", "if (false)\n        return act('resume'"],
    },
  },
  {
    name: 'sizes-not-restored',
    rule: 'the original sizes are restored',
    breaks: { value: 'undefined' },
  },
  {
    name: 'protected-replaced',
    rule: 'what its owner protected stays where a rollout was told to leave it',
    breaks: { replace: ['.filter(isKept)', '.filter((one) => isKept(one) && record === undefined)'] },
  },
  {
    name: 'unshielded-weights',
    rule: 'no swap begins where weights may overshoot and the old half cannot be shielded',
    breaks: { condition: true },
  },
  {
    name: 'idle-kept',
    rule: 'an ignored instance that does not serve counts as one that may be out of service',
    breaks: { replace: ['unavailable - idleKept(group)', 'unavailable'] },
  },
  {
    name: 'record-of-before',
    rule: 'a record is written only when a look shows it, and not the one that the same run wrote before',
    breaks: {
      replace: ['shown.strategy === strategy && seconds(shown.startedAt) === seconds(startedAt)', 'true'],
    },
  },
  {
    name: 'theirs-undone',
    rule: 'what somebody else set meanwhile stays',
    breaks: { value: 'size' },
  },
  {
    name: 'less-is-given-back',
    rule: 'what Auto Scaling takes out for somebody who asked for less is not launched again',
    breaks: { value: 'towardGoal(record)' },
  },
  {
    name: 'theirs-not-noted',
    rule: 'what somebody else set is written down before anything is written over it',
    breaks: { value: 'undefined' },
  },
  {
    name: 'theirs-forgotten',
    rule: 'a read that lags never makes us forget what somebody else set',
    breaks: { value: 'shown' },
  },
  {
    name: 'operator-resumed',
    rule: 'only what we suspended is resumed',
    breaks: { value: 'SUSPENDED_BY_SWAP' },
  },
  {
    name: 'not-frozen',
    rule: 'a roll-back notes what it leaves suspended',
    breaks: { condition: false },
  },
  {
    name: 'leaving-not-awaited',
    rule: 'the end waits until the leaving half is gone',
    breaks: { condition: true },
  },

  // One verdict for all.
  {
    name: 'judged-apart',
    rule: 'groups that were begun together are judged together',
    breaks: {
      replace: [
        '!groups.every((candidate) => candidate.step.proven)',
        '!groups.some((candidate) => candidate.step.proven)',
      ],
    },
  },
  {
    name: 'mate-ignored',
    rule: 'a verdict that one group carries binds the others',
    breaks: { value: 'undefined' },
  },
  {
    name: 'adopter-hasty',
    rule: 'whoever takes over looks for a verdict before it judges',
    breaks: {
      replace: [
        '(observed.seen.adoptedAt[of.name] ?? -Infinity) < VERDICT_LAG_MS',
        '(observed.seen.adoptedAt[of.name] ?? -Infinity) < 0',
      ],
    },
  },
  {
    name: 'verdict-unsure',
    rule: 'no other verdict is sent while one whose reply was lost may become visible',
    breaks: { condition: false },
  },

  // Who may work on a group.
  {
    name: 'lease-ignored',
    rule: 'a live lease is respected',
    breaks: { value: "{ state: 'dead' }" },
  },
  {
    name: 'lease-taken-early',
    rule: 'a lease is dead only after it was seen unchanged for its whole length',
    breaks: { replace: ['if (observed.at >= until)', 'if (observed.at >= until - lease.ttlMs / 2)'] },
  },
  {
    name: 'lease-not-renewed',
    rule: 'a run that lives shows it',
    breaks: { condition: true },
  },
  {
    name: 'stack-busy',
    rule: 'no group is touched while its stack is in progress',
    breaks: { condition: true },
  },
  {
    name: 'done-on-old-status',
    rule: 'whatever is done is decided by a look that asked for the status of the stack and every balancer',
    breaks: { condition: false },
  },
  {
    name: 'sent-unintended',
    rule: 'a look that may be taken twice sends only what was intended before it',
    breaks: { condition: true },
  },
  {
    name: 'signal-ignored',
    rule: 'a signal before the verdict rolls back',
    breaks: { condition: false },
  },

  // The change of the stack.
  {
    name: 'keep-size-not-suspended',
    rule: 'nobody can be taken out when CloudFormation writes the size of its template',
    breaks: { condition: false },
  },
  {
    name: 'keep-size-ignored',
    rule: 'the size after a change of the stack is at least the one before it',
    breaks: { value: 'group.size.desired' },
  },
  {
    name: 'keep-size-by-old-look',
    rule: 'the size is given back before its processes, although a look from before the change shows it unchanged',
    breaks: { replace: ["!confirmed.includes('size')", 'false'] },
  },
  {
    name: 'canary-uses-deadline-up',
    rule: 'what is launched after a canary has its time to be proven, however long the canary is watched',
    breaks: { value: '0' },
  },
  {
    name: 'frozen-for-ever',
    rule: 'a freeze that keeps instances from being launched does not keep the next rollout from starting',
    breaks: { value: 'false' },
  },
  {
    name: 'limit-too-short',
    rule: 'no instance is given up before its group could have proven it',
    breaks: { value: 'timing.progressMs' },
  },
  {
    name: 'parked-stay',
    rule: 'what somebody put aside goes only where that was asked for',
    breaks: { replace: ['parked.length > (record.parked ?? 0)', 'false'] },
  },
  {
    name: 'shut-zone',
    rule: 'nothing is doubled into a zone that its balancer does not take',
    breaks: { condition: true },
  },
  {
    name: 'hook-too-long',
    rule: 'what hooks and balancers hold on its way out gets the time that they take',
    breaks: { value: 'drain' },
  },
  {
    name: 'unseen-counts',
    rule: 'time in which nobody looked counts for no limit',
    breaks: { value: '0' },
  },

  // The second opinion.
  {
    name: 'guard-keep-size',
    rule: 'guard: what keeps the instances of a group goes only once its size is back',
    breaks: { value: 'undefined' },
  },
  {
    name: 'guard-off',
    rule: 'every action is checked again before it is sent',
    breaks: { value: '[]' },
  },
  {
    name: 'guard-unheard',
    rule: 'an action that the guard stops is not sent',
    breaks: { condition: false },
  },
  {
    name: 'guard-half',
    rule: 'guard: only the half that the verdict names',
    breaks: { condition: false },
  },
  {
    name: 'guard-foreign',
    rule: 'guard: no instance of another group',
    breaks: { condition: false },
  },
  {
    name: 'guard-parked',
    rule: 'guard: what somebody put aside stays, unless the record says that it goes',
    breaks: { condition: false },
  },
  {
    name: 'guard-service',
    rule: 'guard: never below the original desired capacity',
    breaks: { condition: false },
  },
  {
    name: 'guard-lease',
    rule: 'guard: only the holder changes a group',
    breaks: { condition: true },
  },
  {
    name: 'guard-stack',
    rule: 'guard: no group is touched while its stack is in progress',
    breaks: { replace: ['observed.stackStatus === undefined || !busy(observed.stackStatus)', 'true'] },
  },
  {
    name: 'guard-left-out',
    rule: 'guard: what is done is decided by a look that left nothing out',
    breaks: { condition: true },
  },
  {
    name: 'guard-theirs',
    rule: 'guard: the desired capacity that somebody else asked for is not written over',
    breaks: { condition: false },
  },
  {
    name: 'guard-min',
    rule: 'guard: doubling leaves min alone',
    breaks: { condition: false },
  },
  {
    name: 'pause-cut-short',
    rule: 'a pause waits for a person until its time is over',
    breaks: { condition: false },
  },
  {
    name: 'pause-end-unheard',
    rule: 'a pause that is to end with a roll-back does',
    breaks: { condition: false },
  },
  {
    name: 'guard-resume',
    rule: 'guard: nobody but resume goes on with a pause before its time is over',
    breaks: { value: 'true' },
  },
  {
    name: 'gate-skipped',
    rule: 'no stage is passed before the gate command says so',
    breaks: { condition: true },
  },
  {
    name: 'gate-unheard',
    rule: 'a gate command that fails a stage stops the rollout there',
    breaks: { condition: false },
  },
  {
    name: 'metric-no-data',
    rule: 'a metric without data is never taken for a good one',
    breaks: { replace: ["said: 'notYet'", "said: 'goOn'"] },
  },
  {
    name: 'metric-old-data',
    rule: 'data of before the new instances had the traffic says nothing of them',
    breaks: { replace: ['begins >= from && ', ''] },
  },
  {
    name: 'server-not-one',
    rule: 'server deploy and server remove touch no stack that is not one of theirs',
    breaks: { condition: false },
  },
  {
    name: 'server-removed-while-running',
    rule: 'the function is not removed while an execution is running on it',
    breaks: { condition: true },
  },
  {
    name: 'called-off-before-it-began',
    rule: 'a run that was called back before it wrote its record begins nothing',
    breaks: {
      replace: ['notes.wish?.run === plan.run', 'notes.wish?.run === plan.run && notes.record?.run === plan.run'],
    },
  },
  {
    name: 'awaited-change-open',
    rule: 'an execution that waits for the change of a stack begins after its end',
    breaks: { replace: ["!['inProgress', 'review'].includes(classifyStatus(event.status)) &&", ''] },
  },
  {
    name: 'awaited-change-failed',
    rule: 'an execution that waits for the change of a stack replaces nothing where that failed',
    breaks: { condition: false },
  },
  {
    name: 'value-in-execution',
    rule: 'no value of a parameter gets into an execution on a server',
    breaks: { value: 'true' },
  },
  {
    name: 'value-of-document-in-execution',
    rule: 'no value of a document of SSM gets into an execution on a server',
    breaks: { condition: true },
  },
  {
    name: 'restart-not-allowed',
    rule: 'nothing is started on a function whose stack does not let it restart instances',
    breaks: { condition: true },
  },
  {
    name: 'command-unheard',
    rule: 'a command that may have been sent by a look that nobody heard of is looked for before it is sent again',
    breaks: { condition: false },
  },
  {
    name: 'ended-execution-looks-no-more',
    rule: 'an execution that somebody stopped is not taken for gone while its last look may go on',
    breaks: { condition: false },
  },
  {
    name: 'calendar-ignored',
    rule: 'nothing is begun while a change calendar is closed, or cannot be read',
    breaks: { condition: true },
  },
  {
    name: 'calendar-unasked',
    rule: 'no old instance goes before the change calendar was asked',
    breaks: { value: 'false' },
  },
  {
    name: 'calendar-closed',
    rule: 'no old instance goes while the change calendar is closed',
    breaks: { value: "'goOn'" },
  },
  {
    name: 'calendar-stale',
    rule: 'that a change calendar was open a while ago says nothing of now',
    breaks: { value: 'false' },
  },
  {
    name: 'guard-gate',
    rule: 'guard: nothing is promoted before the gate command says so',
    breaks: { value: 'undefined' },
  },
  // The old half that is kept.
  {
    name: 'guard-standby',
    rule: 'guard: the old half goes into standby only while enough others serve',
    breaks: { condition: false },
  },
  {
    name: 'guard-window',
    rule: 'guard: a kept half is terminated only when its time is over or was ended',
    breaks: { condition: false },
  },
  {
    name: 'window-cut-short',
    rule: 'a kept half stays until its time is over',
    breaks: { condition: false },
  },
  {
    name: 'taken-out-counted',
    rule: 'whoever somebody took out of standby goes only once new ones serve for what is asked for by then',
    breaks: { condition: true },
  },
  {
    name: 'ended-turned',
    rule: 'once the kept half is gone, nothing turns the rollout back to what somebody took out of it',
    breaks: { value: 'inWindow(view, of, keptUntil)' },
  },
  {
    name: 'window-floor',
    rule: 'after a window as much serves as scaling had come to, and no more is waited for',
    breaks: { condition: false },
  },
  {
    name: 'standby-is-a-wish',
    rule: 'an instance that a person puts into standby or takes out changes the desired capacity without a wish of anybody',
    breaks: { condition: false },
  },
  {
    name: 'kept-out-of-standby',
    rule: 'one that stays old and comes out of standby changes the desired capacity without a wish of anybody',
    breaks: { value: 'instances' },
  },
  {
    name: 'set-since-taken-off',
    rule: 'what was taken off before somebody set a size explains nothing of that size',
    breaks: { replace: ['to === desired && ', ''] },
  },
  {
    name: 'lost-change-explains',
    rule: 'a change of sizes that may have come to nothing does not hide what people took off before it',
    breaks: { replace: ['sure && ', ''] },
  },
  {
    name: 'parked-before-verdict',
    rule: 'before it is judged, a rollout puts no instance into standby itself',
    breaks: { value: 'true' },
  },
  {
    name: 'replaced-record',
    rule: 'a rollout that had ended before ours began is not taken for ours where a read lags',
    breaks: { value: 'false' },
  },
  {
    name: 'look-of-before',
    rule: 'nothing is decided on a look that shows in service what an earlier one showed on its way out',
    breaks: { condition: true },
  },
  {
    name: 'lowered-in-window',
    rule: 'whoever takes over a kept half takes no less for asked for than may have been set',
    breaks: { value: 'Math.max(desired - units(halves.old), min)' },
  },
  {
    name: 'less-asked-in-window',
    rule: 'after a kept half came back, what was asked for meanwhile is the least, also where it is less than before',
    breaks: { replace: [': asked', ': record.size.desired'] },
  },
  {
    name: 'stuck-mate-awaited',
    rule: 'a kept half does not wait for ever for one with which it is judged',
    breaks: { value: 'undefined' },
  },
  {
    name: 'guard-kept-before-verdict',
    rule: 'the guard takes no instance for kept before the verdict',
    breaks: { value: 'true' },
  },
  {
    name: 'image-untouched',
    rule: 'a group that still names what it did launches again at once when nothing was made of the image',
    breaks: { condition: false },
  },
  {
    name: 'changed-when-sent',
    rule: 'a size counts as changed from when it was sent, however old the look was that it was decided on',
    breaks: { replace: ['at, sentAt, sure', 'at, sentAt: at, sure'] },
  },
  {
    name: 'resumed-before-given-back',
    rule: 'sizes that show what the rollout grew to were not given back, whoever resumed the processes',
    breaks: { condition: false },
  },
  {
    name: 'new-into-standby',
    rule: 'a new instance that a person puts into standby changes the size without a wish, also where old ones go there',
    breaks: { value: '() => keeps' },
  },
  {
    name: 'room-beside-kept',
    rule: 'a run that takes over a kept half gives back the max that was raised for one of it that came back',
    breaks: { replace: [' || keepsOld(record)', ''] },
  },
  {
    name: 'room-is-a-wish',
    rule: 'a max that the run itself set is given back, also where somebody asks for less meanwhile',
    breaks: { condition: false },
  },
  {
    name: 'max-of-a-former-wish',
    rule: 'max is given back as it was, and no higher for what somebody asked for once and asks for no more',
    breaks: { value: 'wanted.max' },
  },
  {
    name: 'noted-after-decrement',
    rule: 'what is asked for is noted before an instance that was lost while it was kept takes its part off',
    breaks: { replace: ['dead.length + kept.length', 'kept.length - dead.length'] },
  },
  {
    name: 'taken-off-is-a-wish',
    rule: 'an instance that a person takes out for good lowers the desired capacity without a wish of anybody',
    breaks: { replace: ['takenOff === 0 && ', ''] },
  },
  {
    name: 'all-that-leave-are-ours',
    rule: 'an instance that a person takes out of a rolling rollout is not taken for one that the run has ended',
    breaks: { value: 'leaving[name] ?? []' },
  },
  {
    name: 'desired-of-a-former-wish',
    rule: 'a desired capacity that this run set for what somebody asked for is its own also when they ask for less',
    breaks: { condition: false },
  },
  {
    name: 'protected-since',
    rule: 'an old instance that somebody protects once the rollout has begun is not left as it is',
    breaks: { condition: false },
  },
  {
    name: 'record-of-the-dead',
    rule: 'a look that shows a record again that was gone when this run wrote its own lags behind',
    breaks: { value: '[]' },
  },
  {
    name: 'protected-kept',
    rule: 'a protected one that a person puts into standby is not of the half that is kept there',
    breaks: { replace: ['isKept(one)', 'false'] },
  },
  {
    name: 'max-explains-desired',
    rule: 'after max alone was set, a desired capacity that changes is of somebody else',
    breaks: { replace: ["action.sets?.includes('desired') !== false", 'true'] },
  },
  {
    name: 'max-of-scaling',
    rule: 'once scaling goes on, a max that was raised is of somebody else',
    breaks: { condition: false },
  },
  {
    name: 'kept-missed',
    rule: 'new ones that serve for a protected one that is gone stay when all is rolled back',
    breaks: { replace: ['missingKept(group)', '0'] },
  },
  {
    name: 'image-back-suspended',
    rule: 'a group that launches its former image again keeps nothing suspended, whatever a look that lags shows',
    breaks: { condition: false },
  },
  {
    name: 'image-back-loops',
    rule: 'a group that launches its former image again has nothing suspended again for those that stay',
    breaks: { condition: false },
  },
  {
    name: 'suspends-for-ever',
    rule: 'what others keep resuming while a half leaves is suspended a bounded number of times',
    breaks: { condition: false },
  },
  {
    name: 'overtaken-unproven',
    rule: 'nobody waits until one is proven that a newer configuration has overtaken',
    breaks: { value: '[]' },
  },
  {
    name: 'scaled-again',
    rule: 'what scaling asks for once it goes on is left alone, by whoever looks',
    breaks: { condition: false },
  },
  {
    name: 'finish-own-kept',
    rule: '--finish-kept ends what an earlier rollout keeps, never what its own does',
    breaks: { value: 'true' },
  },
  {
    name: 'kept-decremented',
    rule: 'what is terminated out of standby takes nothing off the desired capacity',
    breaks: { value: 'true' },
  },
  {
    name: 'back-unproven',
    rule: 'the new half goes only once the kept one is proven in service again',
    breaks: { condition: false },
  },
  {
    name: 'back-not-suspended',
    rule: 'nothing changes the membership by itself while the kept half comes back',
    breaks: { condition: false },
  },
  {
    name: 'kept-ignored',
    rule: 'no update command ends the time of a kept half unasked',
    breaks: { condition: true },
  },
  {
    name: 'suspended-in-window',
    rule: 'scaling and health replacement run while an old half is kept',
    breaks: { condition: false },
  },
  {
    name: 'latest-not-pinned',
    rule: 'a group that follows $Latest names a number before a version is made',
    breaks: { condition: false },
  },
  {
    name: 'shield-before-image',
    rule: 'old instances are protected from scale-in before a version of another image is made',
    breaks: { replace: ['shieldOld(view, of) ?? image', 'image'] },
  },
  {
    name: 'image-left',
    rule: 'a version that somebody else gave the group meanwhile stays',
    breaks: { condition: false },
  },
  {
    name: 'stray-proven',
    rule: 'what was launched before the group named the image proves nothing of it',
    breaks: { condition: true },
  },
  {
    name: 'latest-of-others',
    rule: 'no version is made that other groups would launch at once',
    breaks: { condition: true },
  },
  {
    name: 'guard-point',
    rule: 'the guard lets no group name the new version once it is judged',
    breaks: { condition: false },
  },
  {
    name: 'left-unasked',
    rule: 'a run leaves a kept half to later commands only where somebody says so',
    breaks: { value: 'true' },
  },
  {
    name: 'window-unchecked',
    rule: 'while an old half is kept, the check command is asked again of those that passed it',
    breaks: { value: 'false' },
  },
  {
    name: 'window-check-unheard',
    rule: 'a check that says no again and again brings a kept half back',
    breaks: { condition: false },
  },

  // Many targets at once.
  {
    name: 'fleet-failed-wave-stops',
    rule: 'after more failures than a wave tolerates nothing of its fleet begins',
    breaks: { condition: false },
  },
  {
    name: 'fleet-concurrency',
    rule: 'no more targets of a wave run at once than it says',
    breaks: { value: 'concurrency' },
  },
  {
    name: 'fleet-ends-when-nothing-runs',
    rule: 'a fleet ends when none of its targets is running',
    breaks: { condition: false },
  },
  {
    name: 'fleet-bakes-again',
    rule: 'the time after a wave is waited for until a later wave was begun',
    breaks: { value: 'false' },
  },
];
