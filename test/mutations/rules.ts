/**
 * One safety rule and how to break it: a piece of the compiled output, and what takes its place. The piece
 * has to occur exactly once, so that a rule whose code moved is noticed (`test/mutations/rules.test.ts`).
 */
export interface Mutation {
  /** Short and stable: `npm run sim:mutations -- --only NAME`. */
  readonly name: string;
  /** The rule that is broken, as a person would say it. */
  readonly rule: string;
  /** Below dist/src. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export const MUTATIONS: readonly Mutation[] = [
  // Write down before you change.
  { name: 'no-record', rule: 'the record is written before anything changes', file: 'engine/execute.js', find: 'return gateway.writeNotes([action.group], { record: action.record, lease: action.lease });', put: 'return Promise.resolve();' },
  { name: 'record-unseen', rule: 'nothing is done before AWS shows what was done last', file: 'decide/remember.js', find: 'return seen.pending.some(({ action }) => touched(action).includes(group));', put: 'return false;' },
  { name: 'no-verdict', rule: 'the verdict is written before the first instance is terminated', file: 'engine/execute.js', find: 'return gateway.writeNotes(action.groups, { verdict: action.verdict, lease: action.lease });', put: 'return Promise.resolve();' },
  { name: 'verdict-ignored', rule: 'the verdict decides which half goes', file: 'decide/step.js', find: "if (verdict.outcome === 'rollBack')", put: 'if (false)' },
  { name: 'notes-forgotten', rule: 'a read that lags never makes us forget our notes', file: 'decide/remember.js', find: 'const current = record ?? known?.record;', put: 'const current = record;' },
  { name: 'other-version', rule: 'a note of another version is never guessed at', file: 'aws/notes.js', find: 'if (version !== String(expected))', put: 'if (false)' },
  { name: 'mate-paused', rule: 'groups that take turns pause together, also when the note of one comes late', file: 'decide/hold.js', find: 'if (!promoted && record.serial &&', put: 'if (false &&' },
  { name: 'last-launch', rule: 'a rolling rollout does not go back to its size while one more is being launched', file: 'decide/rolling.js', find: 'if (missing <= 0 ||', put: 'if (true ||' },
  { name: 'fit-launches', rule: 'a desired capacity that is raised for weights launches nobody', file: 'decide/halve.js', find: 'return desired <= there ?', put: 'return true ?' },
  { name: 'guard-fit', rule: 'the guard counts what is there, too', file: 'decide/guard.js', find: 'return desired > size.desired && desired <= there ?', put: 'return true ?' },
  { name: 'unlisted-awaited', rule: 'nobody waits for ever for what EC2 does not list', file: 'decide/preflight.js', find: 'if (unborn.length > 0 && observed.at >= until)', put: 'if (false)' },
  { name: 'idle-at-once', rule: 'right after the stack changed it is not believed at once that there is nothing to do', file: 'decide/unshown.js', find: 'plan.changed !== true', put: 'true' },

  // Restarts in place.
  { name: 'restart-below-quorum', rule: 'nobody is taken out while fewer serve than the quorum asks for', file: 'decide/quorum.js', find: 'if (serving < floor)', put: 'if (false)' },
  { name: 'restart-more', rule: 'no more are taken out than the quorum leaves', file: 'decide/quorum.js', find: 'busy.slice(0, serving - floor)', put: 'busy.slice(0, serving - floor + 1)' },
  { name: 'restart-last', rule: 'the last one in service is never taken out', file: 'decide/quorum.js', find: 'return Math.max(1, ', put: 'return 0 * Math.max(1, ' },
  { name: 'restart-noted-and-changed', rule: 'the quorum is counted again before anybody who is noted goes', file: 'decide/restart-step.js', find: 'if (serving - going.length >= floor)', put: 'if (true)' },
  { name: 'restart-undrained', rule: 'the command runs only when every balancer has drained the instance', file: 'decide/restart-entry.js', find: 'if (draining.length === 0)', put: 'if (true)' },
  { name: 'restart-ports', rule: 'what was taken out goes back on all ports that it had', file: 'decide/registered.js', find: 'return ports.every(', put: 'return true || ports.every(' },
  { name: 'restart-guard-quorum', rule: 'the guard counts the quorum too', file: 'decide/guard-restart.js', find: 'return enough ? undefined', put: 'return true ? undefined' },
  { name: 'restart-guard-last', rule: 'the guard spares the last one too', file: 'decide/guard-restart.js', find: 'if (after === 0)', put: 'if (false)' },
  { name: 'restart-guard-forgets', rule: 'nobody who is out may vanish from the notes', file: 'decide/guard-restart.js', find: 'if (forgotten !== undefined)', put: 'if (false)' },
  { name: 'restart-health-check', rule: 'what is out must not look sick to Auto Scaling', file: 'decide/restart-preflight.js', find: ", 'HealthCheck'", put: '' },
  { name: 'restart-check-skipped', rule: 'a restarted instance is through only when its check command says yes', file: 'decide/restart-entry.js', find: "const good = aim === 'restart' ? proven : warm;", put: 'const good = warm;' },
  { name: 'restart-check-spares', rule: 'who fails its check is not taken out when the quorum needs it', file: 'decide/restart-entry.js', find: 'return maySpare(observed, plan, group, instance) ?', put: 'return true ?' },
  { name: 'restart-not-written', rule: 'who is taken out is written down before', file: 'engine/execute.js', find: "return gateway.writeNotes([action.group], { out: action.out });", put: 'return;' },
  { name: 'record-lost', rule: 'a record whose reply was lost begins a rollout of its own', file: 'decide/remember.js', find: "(action.type === 'clear' || action.type === 'record')", put: "(action.type === 'clear')" },
  { name: 'out-forgotten', rule: 'who is out is remembered, also when a look shows nothing but that note', file: 'decide/remember.js', find: 'else if (seen.known[name] !== undefined && group.notes.out !== undefined)', put: 'else if (false)' },

  // Who is in service, and who is proven.
  { name: 'health-skipped', rule: 'in service means healthy in every balancer', file: 'decide/classify.js', find: "if (verdict !== 'healthy')", put: 'if (false)' },
  { name: 'absent-is-healthy', rule: 'a balancer that does not list an instance does not vouch for it', file: 'decide/classify.js', find: "{ verdict: 'absent', reason: 'not registered yet' }", put: "{ verdict: 'healthy', reason: '' }" },
  { name: 'lifecycle-skipped', rule: 'in service means InService in Auto Scaling too', file: 'decide/classify.js', find: "if (instance.lifecycle !== 'InService')", put: 'if (false)' },
  { name: 'canary-skipped', rule: 'the canary is proven before the rest is launched', file: 'decide/gates.js', find: 'if (canary === 0 || reaches(size, aim.size))', put: 'if (true)' },
  { name: 'bake-skipped', rule: 'what is proven stays in service for the bake', file: 'decide/gates.js', find: 'return at >= until ? undefined : until;', put: 'return undefined;' },
  { name: 'pause-ignored', rule: 'nobody goes beyond a pause but by resume', file: 'decide/gates.js', find: 'if (plan.undo || plan.goOn === true)', put: 'if (true)' },
  { name: 'gates-forgotten', rule: 'a rollout does not pass with less than it was begun with', file: 'decide/gates.js', find: 'if (lacking.length === 0)', put: 'if (true)' },
  { name: 'alarm-unheard', rule: 'an alarm that rings fails the rollout', file: 'decide/alarms.js', find: "({ state, since }) => state === 'ALARM' && since >= startedAt", put: '() => false' },
  { name: 'alarm-gone', rule: 'an alarm that is deleted meanwhile stops a rollout', file: 'decide/alarms.js', find: 'return gone === undefined ?', put: 'return true ?' },
  { name: 'check-skipped', rule: 'an instance is proven only when its check command says yes', file: 'decide/remember.js', find: '.filter((instance) => checked(seen, plan, instance))', put: '' },
  { name: 'before-command-skipped', rule: 'a termination waits for the command before it', file: 'decide/hooks.js', find: 'const ready = action.instances.filter(isOver);', put: 'const ready = action.instances;' },
  { name: 'failed-command-ignored', rule: 'a command before or after a termination that fails stops the run', file: 'decide/hooks.js', find: "resultOf(seen, kind, id)?.passed === false", put: 'false' },
  { name: 'unclean-value', rule: 'no value that a shell would understand gets into a command line', file: 'hooks/command-line.js', find: 'if (!HARMLESS.test(value))', put: 'if (false)' },
  { name: 'warm-up-skipped', rule: 'an instance is proven after its whole warm-up', file: 'decide/remember.js', find: 'at - since >= needed && ', put: '' },
  { name: 'blind-time-counts', rule: 'unbroken service is not claimed over a time when nobody looked', file: 'decide/remember.js', find: '(blind ? undefined : seen.inServiceSince[instance.id])', put: 'seen.inServiceSince[instance.id]' },
  { name: 'some-proven', rule: 'all new instances are proven before the verdict', file: 'decide/prepare.js', find: 'grown && units(ready) >= aim.needed;', put: 'grown && units(ready) > 0;' },

  { name: 'sick-replaced', rule: 'only who was taken away is replaced while it is proven, never a bad version', file: 'decide/lost.js', find: " && fresh.every(({ id }) => BY_OTHERS.test(ended[id] ?? ''))", put: '' },
  { name: 'roll-back-replaces', rule: 'nothing is replaced while the new half leaves', file: 'decide/step.js', find: " || outcome === 'rollBack')", put: ')' },

  // Who is old and who is new.
  { name: 'split-wrong', rule: 'old is who was launched in an earlier second than the record says', file: 'decide/classify.js', find: 'second(instance.launchedAt) < second(record.startedAt)', put: 'second(instance.launchedAt) <= second(record.startedAt) + 60' },
  { name: 'unknown-is-new', rule: 'nobody is judged whose launch time is not known', file: 'decide/classify.js', find: 'if (instance.healthy)\n                halves.unknown.push(instance);', put: 'halves.new.push(instance);' },
  { name: 'surplus-ignored', rule: 'more old instances than the record says stop the run', file: 'decide/step.js', find: 'if (surplus > 0)', put: 'if (false)' },
  { name: 'pending-left', rule: 'a roll-back takes the instances that are still launching', file: 'decide/classify.js', find: 'halves.new.push(instance);', put: "(where === 'live' ? halves.new : halves.parked).push(instance);" },
  { name: 'starts-unsettled', rule: 'a rollout starts only on a group that is settled', file: 'decide/preflight.js', find: 'const open = plan.force ? undefined : unsettled(group);', put: 'const open = undefined;' },

  // Doubling.
  { name: 'min-raised', rule: 'doubling leaves min alone', file: 'decide/capacity.js', find: 'return { min: record.size.min, max: Math.max(record.size.max, desired), desired };', put: 'return { min: desired, max: Math.max(record.size.max, desired), desired };' },
  { name: 'max-not-raised', rule: 'max is raised where the doubled size needs it', file: 'decide/capacity.js', find: 'max: Math.max(record.size.max, desired)', put: 'max: record.size.max' },
  { name: 'not-suspended', rule: 'nothing changes the membership by itself while two sets run', file: 'decide/prepare.js', find: 'if (suspend.length > 0)', put: 'if (false)' },
  { name: 'no-shield', rule: 'the old half is shielded from scale-in before the group grows', file: 'decide/shield.js', find: 'return old.length > 0 && old.every(', put: 'return false && old.every(' },
  { name: 'shield-left', rule: 'a roll-back takes its shield off again', file: 'decide/roll-back.js', find: 'const shield = liftShield(observed, group, record, halves.old);', put: 'const shield = [];' },
  { name: 'resumed-by-others', rule: 'what somebody resumes while a half is leaving is suspended again', file: 'decide/step.js', find: 'if (going.length === 0 || resumed.length === 0)', put: 'if (true)' },
  { name: 'mates-not-recorded', rule: 'doubling starts only when every group of the run has its record', file: 'decide/decide.js', find: "if ((turn.step.phase === 'canary' || turn.step.phase === 'double' || turn.step.phase === 'surge') && (gate.starting || noting))", put: 'if (false)' },

  // Halving.
  { name: 'below-desired', rule: 'no step of ours takes service below the original desired capacity', file: 'decide/capacity.js', find: 'if (left - instance.weight < floor)', put: 'if (false)' },
  { name: 'unproven-relied-on', rule: 'only proven new instances take over from old ones', file: 'decide/halve.js', find: "const reliable = half === 'old' ? proven(group, staying, observed.seen, plan, observed.at) : staying;", put: 'const reliable = staying;' },
  { name: 'below-min', rule: 'halving never asks AWS to go below min', file: 'decide/halve.js', find: 'const chosen = within(free, group.size.desired - group.size.min);', put: 'const chosen = free;' },
  { name: 'batch-too-big', rule: 'at most 100 instances are terminated in one call', file: 'decide/capacity.js', find: 'export const BATCH = 100;', put: 'export const BATCH = 1000;' },
  { name: 'no-decrement', rule: 'what is terminated is not replaced', file: 'engine/execute.js', find: 'return gateway.terminate(action.group, action.instances, action.decrement);', put: 'return gateway.terminate(action.group, action.instances, false);' },
  { name: 'launch-not-suspended', rule: 'a roll-back suspends Launch before it terminates', file: 'decide/roll-back.js', find: "if (!group.suspended.includes('Launch'))", put: 'if (false)' },
  { name: 'one-clean-look', rule: 'a roll-back looks again for launches that were under way', file: 'decide/roll-back.js', find: 'if (clean === undefined || clean.looks < 2 || observed.at - clean.since < CLEAN_MS)', put: 'if (false)' },
  { name: 'nothing-to-go-back-to', rule: 'new instances stay when no old one serves', file: 'decide/roll-back.js', find: 'if (record.size.desired > 0 && serving(group, halves.old).length === 0)', put: 'if (false)' },
  { name: 'roll-back-hurts', rule: 'no roll-back into less than before', file: 'decide/judge.js', find: 'const hurt = jury.filter(wouldHurt);', put: 'const hurt = [];' },

  // Rolling.
  { name: 'rolling-below', rule: 'rolling: no batch takes service below what must serve', file: 'decide/next-out.js', find: 'if (instance.weight > Math.min(left, spare))', put: 'if (instance.weight > left)' },
  { name: 'rolling-idle', rule: 'rolling: a look that shows nobody in service takes out no more than any other', file: 'decide/next-out.js', find: 'if (instance.weight > left)', put: 'if (false)' },
  { name: 'rolling-unproven', rule: 'rolling: only proven new instances let old ones go', file: 'decide/rolling.js', find: 'ready: proven(group, fresh, observed.seen, plan, observed.at),', put: 'ready: fresh,' },
  { name: 'rolling-youngest', rule: 'rolling: the oldest go first', file: 'decide/next-out.js', find: 'const byAge = [...instances].sort((a, b) => (a.launchedAt ?? 0) - (b.launchedAt ?? 0));', put: 'const byAge = [...instances].sort((a, b) => (b.launchedAt ?? 0) - (a.launchedAt ?? 0));' },
  { name: 'rolling-decrement', rule: 'rolling: the desired capacity never falls below the original', file: 'decide/rolling.js', find: 'decrement: enough && there < group.size.desired', put: 'decrement: true' },
  { name: 'rolling-surge', rule: 'rolling: no more than the surge runs above the original', file: 'decide/aim.js', find: 'const desired = record.size.desired + Math.min(record.surge, left);', put: 'const desired = record.size.desired + Math.min(record.surge, left) + 1;' },
  { name: 'rolling-serial-restored', rule: 'rolling: the next group begins only when the one before has let go who was too many', file: 'decide/hold.js', find: 'sent || open || tooMany ||', put: 'sent || open ||' },
  { name: 'rolling-serial', rule: 'rolling: one instance at a time over all groups', file: 'decide/hold.js', find: 'const turn = record.serial ? whoseTurn(observed, plan) : undefined;', put: 'const turn = undefined;' },
  { name: 'rolling-mates', rule: 'rolling: groups that are judged together stop together', file: 'decide/hold.js', find: 'halted.group !== group.name', put: 'false' },
  { name: 'rolling-interrupt', rule: 'rolling: a signal after the verdict begins nothing further', file: 'decide/hold.js', find: 'if (promoted && observed.wish !== undefined)', put: 'if (false)' },
  { name: 'rolling-ends-early', rule: 'rolling: the end waits until every new one is proven', file: 'decide/rolling.js', find: 'units(fleet.ready) >= record.size.desired', put: 'true' },
  { name: 'rolling-as-swap', rule: 'rolling: an older version of the tool refuses the record', file: 'aws/notes.js', find: "readOne(field('strategy'), ['swap'])", put: "'swap'" },
  { name: 'unready-judged', rule: 'nobody is judged while a mate has to grow again', file: 'decide/decide.js', find: 'blocked || gate.starting || unready', put: 'blocked || gate.starting' },
  { name: 'guard-rolling', rule: 'guard: the rules of a rolling batch', file: 'decide/guard.js', find: 'return rollingRule(group, record, action.instances, action.decrement);', put: 'return undefined;' },
  { name: 'guard-surge', rule: 'guard: no more than the surge', file: 'decide/guard.js', find: "if (action.purpose === 'surge')", put: "if (action.purpose === 'surge')\n                return undefined;\n            if (false)" },

  // Restoring.
  { name: 'resume-before-restore', rule: 'sizes are restored before processes are resumed', file: 'decide/finish.js', find: 'const surplus = beforeScaleIn(', put: "const early = record.suspended.filter((process) => group.suspended.includes(process));\n        if (early.length > 0)\n            return act('resume', { type: 'resume', group: group.name, processes: early }, 'too early');\n        const surplus = beforeScaleIn(" },
  { name: 'clear-before-resume', rule: 'the record goes last', file: 'decide/finish.js', find: "if (resume.length > 0)\n        return act('resume'", put: "if (false)\n        return act('resume'" },
  { name: 'sizes-not-restored', rule: 'the original sizes are restored', file: 'decide/capacity.js', find: 'return a.min === b.min && a.max === b.max && a.desired === b.desired;', put: 'return true;' },
  { name: 'operator-resumed', rule: 'only what we suspended is resumed', file: 'decide/preflight.js', find: 'const mine = SUSPENDED_BY_SWAP.filter((process) => !group.suspended.includes(process));', put: 'const mine = SUSPENDED_BY_SWAP;' },
  { name: 'not-frozen', rule: 'a roll-back notes what it leaves suspended', file: 'decide/roll-back.js', find: 'if (group.notes.frozen?.run !== record.run)', put: 'if (false)' },
  { name: 'leaving-not-awaited', rule: 'the end waits until the leaving half is gone', file: 'decide/finish.js', find: 'if (halves.leaving.length === 0)', put: 'if (true)' },

  // One verdict for all.
  { name: 'judged-apart', rule: 'groups that were begun together are judged together', file: 'decide/judge.js', find: '!jury.every((candidate) => candidate.step.proven)', put: '!jury.some((candidate) => candidate.step.proven)' },
  { name: 'mate-ignored', rule: 'a verdict that one group carries binds the others', file: 'decide/judge.js', find: 'return observed.groups.find((group) => group.notes.verdict?.run === record.run)?.notes.verdict;', put: 'return undefined;' },
  { name: 'adopter-hasty', rule: 'whoever takes over looks for a verdict before it judges', file: 'decide/judge.js', find: '(observed.seen.adoptedAt[group.name] ?? -Infinity) < ADOPTER_MS', put: '(observed.seen.adoptedAt[group.name] ?? -Infinity) < 0' },

  // Who may work on a group.
  { name: 'lease-ignored', rule: 'a live lease is respected', file: 'decide/lease.js', find: "return watched?.moved ? { state: 'live', lease } : { state: 'silent', lease, until };", put: "return { state: 'dead' };" },
  { name: 'lease-taken-early', rule: 'a lease is dead only after it was seen unchanged for its whole length', file: 'decide/lease.js', find: 'if (observed.at >= until)', put: 'if (observed.at >= until - lease.ttlMs / 2)' },
  { name: 'lease-not-renewed', rule: 'a run that lives shows it', file: 'decide/renewal.js', find: 'if (mine.length === 0 ||', put: 'if (true || mine.length === 0 ||' },
  { name: 'stack-busy', rule: 'no group is touched while its stack is in progress', file: 'decide/in-the-way.js', find: 'if (stackStatus === undefined || !busy(stackStatus))', put: 'if (true)' },
  { name: 'signal-ignored', rule: 'a signal before the verdict rolls back', file: 'engine/observe.js', find: 'if (signal !== undefined)', put: 'if (false)' },

  // The second opinion.
  { name: 'guard-off', rule: 'every action is checked again before it is sent', file: 'decide/guard.js', find: "const names = 'groups' in action ? action.groups : [action.group];", put: 'const names = [];' },
  { name: 'guard-unheard', rule: 'an action that the guard stops is not sent', file: 'engine/swap-groups.js', find: 'if (rule !== undefined)', put: 'if (false)' },
  { name: 'guard-half', rule: 'guard: only the half that the verdict names', file: 'decide/guard.js', find: "if (verdict.outcome !== (action.half === 'old' ? 'promote' : 'rollBack'))", put: 'if (false)' },
  { name: 'guard-foreign', rule: 'guard: no instance of another group', file: 'decide/guard.js', find: 'if (instance === undefined)', put: 'if (false)' },
  { name: 'guard-service', rule: 'guard: never below the original desired capacity', file: 'decide/guard.js', find: 'if (after < before && after < floor)', put: 'if (false)' },
  { name: 'guard-lease', rule: 'guard: only the holder changes a group', file: 'decide/guard.js', find: 'return lease?.run === plan.run ? undefined :', put: 'return true ? undefined :' },
  { name: 'guard-stack', rule: 'guard: no group is touched while its stack is in progress', file: 'decide/guard.js', find: 'observed.stackStatus === undefined || !busy(observed.stackStatus)', put: 'true' },
  { name: 'guard-min', rule: 'guard: doubling leaves min alone', file: 'decide/guard.js', find: 'if (action.size.min !== record.size.min)', put: 'if (false)' },
];
