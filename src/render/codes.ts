/**
 * Every code that a message, a finding or a failure may carry, with what it means and what helps. Codes are
 * contract: scripts look for them, so one is never given another meaning.
 */
export const CODES: Readonly<Record<string, string>> = {
  bug: 'ha-updater itself has a fault. Please report it, with the output of the same command and --debug.',
  interrupted: 'A second signal made the run leave at once. Running the command again goes on where it stopped.',

  'aws.busy': 'Something is in progress in AWS that blocks the call. Try again when it is over.',
  'alarm.missing': 'An alarm that --alarm names does not exist, so it could never stop the rollout.',
  'alarm.ringing': 'An alarm was in ALARM before anything was begun.',

  'aws.credentials':
    'There are no usable AWS credentials: check the environment, --profile, or the role of this machine.',
  'aws.denied':
    'AWS denied a call that cannot be done without. docs/PERMISSIONS.md lists the actions that a role needs.',
  'aws.expired':
    'The AWS credentials have run out. Sign in again; a run that had begun keeps its record and can be resumed.',
  'aws.invalid': 'AWS refused the input of a call; its message says why.',
  'aws.missing': 'AWS does not know what was named. Check the name, the account and the region.',
  'aws.throttled': 'AWS kept throttling for minutes. Other tools may be asking a lot in the same account.',
  'aws.transient': 'AWS kept failing for minutes. Its health dashboard may say more.',
  'aws.unreachable': 'AWS cannot be reached: check the network, the proxy, the region and AWS_ENDPOINT_URL.',
  'aws.unsupported': 'The endpoint does not know the call: check AWS_ENDPOINT_URL and the region.',

  'balancer.drain':
    'A balancer may drain longer than --drain-timeout allows, so the end of a swap could be given up too early.',
  'balancer.slow':
    'The health checks of a balancer take so long by themselves that --healthy-timeout leaves little room.',
  'balancer.unjudged':
    'The health in this balancer can mean nothing (no listener, or checks switched off), so it is not waited for.',

  'cancel.halfWay':
    'A rolling rollout was past its verdict when it was called back: it stopped where it was, and resume finishes it.',
  'cancel.locked':
    'A rollout that a dead run made under a strict lock is rolled back with the same --lock only. ' +
    'The request to cancel stays on the groups.',
  'cancel.notBack':
    'What was under way was asked to roll back, and had not ended when cancel stopped looking. ' +
    'status shows how far it is.',
  'cancel.nothing': 'There is nothing under way that could be cancelled.',
  'cancel.unasked': 'Whether a rollout was started on a server that has not looked yet could not be asked.',
  'cancel.tooLate': 'It is too late to cancel: what was under way has ended. status shows what serves now.',

  'cdk.account': 'The stack of the CDK app is bound to another account than that of the credentials.',
  'cdk.app': '--app takes the folder that cdk synth wrote, or a command that writes it to cdk.out.',
  'cdk.assembly':
    'The folder is no output of cdk synth, or its schema is newer than this version reads. With a ' +
    'newer schema: cdk deploy, then update-asgs.',
  'cdk.asset': 'An asset of the CDK app could not be published; the reason names the bucket or repository.',
  'cdk.bootstrap':
    'The account is not bootstrapped for CDK in this region, or with a version too old for the app. Run cdk bootstrap.',
  'cdk.bootstrapUnknown':
    "The version of CDK's bootstrap could not be read; the template checks it once more by itself.",
  'cdk.dependsOn': 'The stack needs other stacks of its app. They are not deployed with it.',
  'cdk.missingContext':
    'The app was synthesized with values that it could not look up. Its templates hold dummies and ' +
    'must not be deployed.',
  'cdk.noDocker': 'An image of the app is not published, and there is no docker to do it. Publish it where docker is.',
  'cdk.region': 'The stack of the CDK app is bound to another region than the one that was given.',
  'cdk.role': "A role of CDK's bootstrap could not be assumed; the credentials are used as they are.",
  'cdk.stack': 'The app has no such stack, or several that the name could mean.',
  'cdk.synth': 'The synthesis failed, or wrote no assembly to cdk.out.',

  'change.groupLost':
    'The change would replace or remove a group, and its instances at once. --allow-group-replacement allows that.',
  'change.parameter': 'A parameter changes that --approve-only does not name.',
  'change.resource': 'A change of one resource, as the change set shows it.',
  'change.stack': 'Outputs or settings of the stack change, and no resource.',
  'change.sizeLost':
    'The change gives a group a MaxSize below its desired capacity; some of its instances would leave.',
  'change.unapproved': 'There are more changes than --approve-only allows.',
  'change.unexpected': 'There are changes, and --expect-no-changes was given.',

  'check.noRollout': 'The file of events holds no swap and no rolling rollout of which a scenario could be made.',

  'config.file': 'The settings file is not there, cannot be read, or there are two of them.',
  'config.syntax': 'The settings file is not valid YAML; the message says where.',
  'config.value': 'The settings file names a flag that there is not, or gives it a value that it does not take.',
  'config.variable':
    'A variable that begins with HA_UPDATER_ has a value that its flag does not take, or looks mistyped.',

  'conformance.account':
    'The credentials are of an account that --accounts does not name. Nothing is made in any other.',
  'conformance.ended':
    'conformance ended before all stories were played; the reason stands in the message. Its stack was deleted.',
  'conformance.notCleaned':
    'The stack of conformance could not be deleted and costs money until it is gone: conformance --clean tries again.',

  'diagnose.balancerDeleted':
    'A load balancer or target group was deleted while it was attached to a group. Detach it with the printed ' +
    'command; until then Auto Scaling launches nothing there.',
  'diagnose.changeSet': 'A change set of the stack failed; its reason is all that is known.',
  'diagnose.configuration':
    'EC2 refuses what the launch template or configuration asks for: a subnet, security group, key pair or profile.',
  'diagnose.halfWay': 'A swap stopped half-way and its record is on the group. Running the command again goes on.',
  'diagnose.hookAbandoned':
    'A lifecycle hook was abandoned or ran out of time, so the instance was ended. Look at what completes the hook.',
  'diagnose.hookObjected': 'A CloudFormation hook objected to a resource.',
  'diagnose.hookWaiting': 'An instance waits for a lifecycle hook that has not been completed yet.',
  'diagnose.imageMissing': 'The image does not exist in this region, or this account may not launch it.',
  'diagnose.imagePending':
    'The image is still being made; launches work once it is available, and Auto Scaling tries again until then.',
  'diagnose.launchDenied': 'Auto Scaling may not launch: often the key of an encrypted image, or the instance profile.',
  'diagnose.launchFailed': "A launch failed for a reason that this tool does not know; AWS's message is given.",
  'diagnose.launchTransient': 'A launch failed for a passing reason, such as throttling; Auto Scaling tries again.',
  'diagnose.limit': 'A quota of the account is used up. A swap needs twice the instances for a while.',
  'diagnose.noAddresses':
    'A subnet has no free address left for one more instance. A swap needs twice as many for a while.',
  'diagnose.noCapacity': 'EC2 has no such instance left in the zone. More zones or instance types help.',
  'diagnose.notBack':
    'An instance was not in service again after its restart; the lines below say what the run waited for, and when.',
  'diagnose.notInService': 'An instance does not serve; each balancer says why. --console shows what it printed.',
  'diagnose.notInZone':
    'A zone of the group does not offer the instance type; Auto Scaling launches in its other zones.',
  'diagnose.notProven': 'A new instance was never proven; the lines below say what the run waited for, and when.',
  'diagnose.replacedUnhealthy': 'Auto Scaling itself replaced instances that a health check called unhealthy.',
  'diagnose.resourceFailed': 'A resource of the stack failed by itself: a root cause.',
  'diagnose.rolledBack':
    'A swap was rolled back and the group is frozen: some processes stay suspended until the next ' +
    'good swap, or unfreeze.',
  'diagnose.signalsMissing': 'CloudFormation waited for signals that instances send with cfn-signal, and too few came.',
  'diagnose.typeUnsupported': 'An instance type cannot be launched with this image, by this account, or at all.',
  'diagnose.validation': 'CloudFormation found a fault in the template before it changed anything.',

  'image.architecture': 'The image is for another architecture than the one that the group launches now.',
  'image.latest':
    'Other groups follow $Latest of the launch template: they would launch the new version before it is proven.',
  'image.launchConfiguration': 'The group launches from a launch configuration, of which there are no versions.',
  'image.missing': 'The image does not exist, or this account may not see it.',
  'image.overrides': 'The mixed policy of the group names launch templates or images of its own for some types.',
  'image.parameter': 'The launch template takes its image from a parameter, which may mean more than this group.',
  'image.refused': 'The image cannot be given to all of the groups, so nothing was changed.',
  'image.stack': 'A stack owns the group and says which image it launches.',
  'image.state': 'The image exists, and EC2 does not call it available.',
  'image.unknown': 'What the launch template of the group says of its image could not be read.',

  'fleet.alarm': 'An alarm of a wave was not quiet through its bake time, so the next waves did not begin.',
  'fleet.failed': 'More targets of a wave failed than it tolerates, so the next waves did not begin.',
  'fleet.file': 'The fleet file is not there, or cannot be read.',
  'fleet.frozen':
    'A target was rolled back earlier and is frozen. --retry starts it again, once what made it fail is fixed.',
  'fleet.interrupted': 'A signal ended a fleet before all of its waves were through. The same command goes on.',
  'fleet.notBack': 'Some targets of a fleet could not be taken back; each reason stands beside its target.',
  'fleet.secret': 'The fleet file holds the value of a parameter that is secret (NoEcho) on its stack.',
  'fleet.syntax': 'The fleet file is not valid YAML; the message says where.',
  'fleet.tolerated': 'Targets of a fleet failed, as its file tolerates, and the waves went on.',
  'fleet.unknown': 'Some targets of the fleet could not be looked at; each reason stands beside its target.',
  'fleet.value': 'The fleet file names something that there is not, or gives it a value that it does not take.',

  'group.addresses': 'The subnets of the group have fewer free addresses than the rollout launches at the same time.',
  'group.allUnavailable': 'As asked for, no instance of the group might serve for a while.',
  'group.attaching': 'A load balancer is being attached to the group or detached; judging health would be guessing.',
  'group.canary':
    'The canary of a rollout bakes, or its gates may take, so long that --deadline is extended: what is launched ' +
    'after it has to be proven before the verdict, too.',
  'group.configuration': 'What the group launches from could not be found out.',
  'group.balancerDeleted':
    'A load balancer or target group of the group was deleted while it was attached. Detach it with the printed ' +
    'command; until then Auto Scaling launches nothing there, and nothing new could be proven.',
  'group.balancersSkipped':
    'The load balancers are not asked, because of --skip-elb-health-check. In the end perhaps no instance serves ' +
    'behind them.',
  'group.deleting': 'The group is being deleted.',
  'group.fewer': 'As asked for, fewer than the desired capacity may serve while instances are replaced.',
  'group.gates':
    'A rollout was begun with commands, alarms or metrics that this run was not given. It must not pass with less.',
  'group.grace':
    'The grace period of the group is shorter than its balancer needs, so Auto Scaling may give up good instances.',
  'group.hook':
    'A lifecycle hook of the group holds instances for long, or abandons what nobody completes; its name and times ' +
    'are in the warning.',
  'group.launchGone': 'The launch template of the group, or the version that it launches from, does not exist.',
  'group.launchMoved':
    'What the group launches became something else once the new instances of a rollout had been launched.',
  'group.locked': 'The rollout on the group was made under a strict lock. To continue it, give the same --lock.',
  'group.marked':
    'Auto Scaling has marked all that serves as unhealthy, although the balancers call it healthy, and would replace ' +
    'all of it at once. Set it healthy first.',
  'group.missing': 'There is no such group in this account and region.',
  'group.image':
    'Whether instances run the image that the group would launch now is not known; they are not compared by it.',
  'group.none': 'The group should have instances and has none, so nothing serves and there is nothing to replace.',
  'group.noRoom':
    'As asked for, nothing may run above the desired capacity and nothing may be missing, so nothing can be replaced.',
  'group.never': 'The tag ha-updater:never on the group forbids every change by this tool. Remove the tag to allow it.',
  'group.operated':
    'Another tool or service replaces the instances of the group by itself, as its tags say, and would work against ' +
    'a rollout. Use that one.',
  'group.shared':
    'Something that runs on the instances, such as ECS or Kubernetes, is not asked before they go. Drain them with ' +
    '--before-terminate-command.',
  'group.tagsFull':
    'The group has so many tags that the notes of a run would not all fit beside them. Nothing was written.',
  'group.anomaly':
    'With --anomaly: a load balancer calls new targets anomalous, because their errors stand out among those of the ' +
    'other targets, or nothing tells anomalies for the group.',
  'group.noBalancer': 'The group is behind no load balancer: the health of Auto Scaling alone proves its instances.',
  'group.statusChecks':
    'Whether application status checks of EC2 judge the instances could not be read, so they are not waited for. A ' +
    'group that no balancer judges is proven by the health of Auto Scaling alone then.',
  'group.operator': 'Another AWS service alone may change the group.',
  'group.protected':
    'Old instances are protected from scale-in. --protected says whether they are replaced all the same (refresh), ' +
    'left as they are (ignore), waited for (wait), or keep a rollout from starting (refuse, the default).',
  'group.keep':
    'The old half of this group cannot be kept in standby: its instances have weights, or others stand there already.',
  'group.kept':
    'An earlier rollout keeps its old instances for a while, to go back to. rollback goes back, resume ends that ' +
    'time, and --finish-kept ends it before an update.',
  'group.keptOld': 'After the verdict the old instances of the group are kept for a while, and are paid for.',
  'group.pauseEnds':
    'A pause of the rollout ends by itself after a while, as --pause-timeout asked: the next command that may change ' +
    'the group does it.',
  'group.paused':
    'The rollout stopped where it was asked to. resume goes on, rollback undoes it where no verdict stands.',
  'group.refresh': 'An instance refresh is running on the group. Wait for its end, or cancel it, then start again.',
  'group.repairing': 'AWS is replacing the root volume of an instance. Wait for its end, then start again.',
  'group.resized':
    'Somebody else changed sizes of the group while a rollout was under way. What they set stays; only what still ' +
    'shows the value of the rollout is given back.',
  'group.scheduled':
    'A scheduled action comes due while a rollout may be under way. The rollout holds it back, and AWS does not make ' +
    'up for what comes due while the process ScheduledActions is suspended.',
  'group.missed':
    'A scheduled action came due while a rollout, or the freeze after a roll-back, held it back. AWS does not make ' +
    'up for it: the printed command sets what it would have set.',
  'group.sizeDoesNotFit':
    'The group is larger than the MaxSize that the change gives it, so some of its instances would have to leave.',
  'group.sizeFalls':
    'With --sizes template CloudFormation sets a smaller size: instances that serve leave before any rollout begins.',
  'group.putBack': 'The restart of the group ended early, and what it took out is back.',
  'group.rolledBack': 'The new instances of the group were terminated, and the old ones serve.',
  'group.rollout': 'The record of a rollout is on the group. Finish that first.',
  'group.stuck':
    'The rollout of the group stopped part-way. Its record is kept, and the printed commands go on from there.',
  'group.unproven': 'The instances of the group could not be proven in their balancers; nothing was changed on it.',
  'group.source': 'The group gets traffic from a source whose health this tool cannot read.',
  'group.standby': 'An instance of the group is in standby.',
  'group.reservations':
    'The group launches into capacity reservations alone, and the rollout runs more than it does otherwise.',
  'group.retained':
    'Instances were retained by the lifecycle policy of the group: they serve nobody, and cost money until ended.',
  'group.suspended':
    'A process of the group is suspended without which no instance can be replaced. Resume it, then start again.',
  'group.unchecked': 'AWS did not answer a check that comes before a rollout; check it by hand where it matters.',
  'group.unreadable':
    'A note on the group was written by another version of ha-updater, and this one cannot read it. Use that version.',
  'group.unshielded':
    'Auto Scaling would not protect the old instances from scale-in, or not take that back. The ' +
    'rollout goes on; the command to take it back is in the warning.',
  'group.unsettled':
    'The group is not settled: instances are starting or leaving, or do not serve. --force starts anyway.',
  'group.versions': 'New instances run different versions of the launch template: it was changed during the rollout.',
  'group.zones':
    'The group launches in a zone that its load balancer is not enabled in: nothing becomes healthy there.',
  'group.zonalShift':
    'A zonal shift keeps requests away from instances of the group; --force starts where it launches in other zones.',
  'group.warmPool': 'The group has a warm pool, whose instances were launched with the old configuration.',
  'clock.off':
    'The clock of this machine differs from that of AWS, which refuses calls from five minutes on. Set it by NTP.',
  'permission.conditional':
    'Whether an action is allowed depends on something that only the call itself has, such as a tag or an address.',
  'permission.denied':
    'IAM says that an action which every run takes is not allowed. templates/iam-policy.json has all that is needed.',
  'permission.lacking':
    'IAM says that an action is not allowed which a run can do without; the message says what is lost.',
  'permission.unknown': 'IAM could not be asked what the caller may do, so the first denied call of a run will tell.',
  'room.addresses': 'The subnets of a group have fewer free addresses than a rollout launches instances.',
  'room.uneven': 'One subnet has too few free addresses for its share, so Auto Scaling launches in the other zones.',
  'room.unknown': 'Whether there is room for the instances that a rollout launches could not be found out.',
  'room.vcpus': 'A quota of EC2 leaves fewer vCPUs than a rollout needs, so its launches would fail.',
  'guard.broken':
    'The last check before a change found it unsafe, and nothing was sent. This is a bug; please report it.',
  'history.noState': 'The entry of a run does not say what the stack had, so --to cannot go back to it.',
  'history.noTemplate':
    'A run had another template, and there is no copy of it. Give that template and its parameters.',
  'history.unknown': 'No run, or several, of the history have the id that --to names. history shows them.',
  'history.unreachable': 'The store of --history could not be read. Runs go on without it; history and --to do not.',
  'history.unreadable': 'The entry of the run that --to names cannot be read, so --to cannot go back to it.',
  'lint.missing': 'cfn-lint was asked for, and it could not be run.',

  'calendar.closed': 'A change calendar is closed, so nothing was begun.',
  'calendar.despite': 'A run goes on although its change calendar is closed, or cannot be read: somebody said why.',
  'calendar.unread': 'A change calendar cannot be read, and is not taken for open.',

  'metric.denied': 'The role may not read the metrics that --metric names: cloudwatch:GetMetricData.',
  'metric.invalid': 'CloudWatch cannot read the expression of --metric; its message says why. Nothing was changed.',

  'lock.denied':
    'The store of the strict lock does not let this run in: check the credentials, or the user and password.',
  'lock.held': 'Another run that lives has the strict lock. Wait for it, or say --wait-for-lock.',
  'lock.invalid': 'The store of the strict lock holds something else under that name, or does not take our calls.',
  'lock.lost':
    'The strict lock was lost, or could not be confirmed in time. The run stopped at once; the next ' +
    'run that takes the lock finishes or undoes the rollout by its record.',
  'lock.missing': 'The table of the strict lock does not exist.',
  'lock.moved': 'Another run took the lock in the meantime.',
  'lock.notReleased': 'The strict lock could not be given back. It ends by itself with its lease.',
  'lock.unreachable': 'The store of the strict lock does not answer, so nothing was begun.',

  'machine.fault': 'A file, pipe or process of this machine cannot be used; the message says which, and why.',
  'output.eventBus': 'The event bus of --event-bus did not take a notice. The run went on.',
  'output.history': 'The history of --history could not be written. The run ended as it would have without it.',
  'output.webhook': 'The webhook of --webhook did not take a notice. The run went on.',
  'output.eventsFile':
    'The file of --events-file took no more events, for instance because the disk is full. The run went on; the file ' +
    'ends where it was.',
  'outputs.notWritten': "The stack's outputs could not be written to the file; its change is done.",

  'parameters.default': "A kept value differs from the template's default. --use-default takes the default.",
  'parameters.denied': 'A file of parameters may not be read.',
  'parameters.encoding': 'A file of parameters is not UTF-8 text.',
  'parameters.file': 'An entry in a file of parameters cannot be used; its line is given.',
  'parameters.flag': 'A word that begins with a dash is no option and no parameter.',
  'parameters.invalid': 'Several parameters are wrong; each is listed.',
  'parameters.limit': "The template's constraints do not allow the value.",
  'parameters.masked': 'Asterisks are what AWS shows in place of a NoEcho value; they are never taken for one.',
  'parameters.missing':
    'A parameter has no value: none was given, the stack has none, and the template has no default.',
  'parameters.name': 'Names of parameters hold letters and digits alone.',
  'parameters.noFile': 'There is no such file of parameters.',
  'parameters.source': 'A value that is to come from a file or a variable could not be read.',
  'parameters.syntax': 'Parameters are written KEY=VALUE.',
  'parameters.syntaxFile': 'A parameter file is not valid YAML or JSON; line and column are given.',
  'parameters.tooBig': 'A file of parameters is far larger than parameters can be.',
  'parameters.twice': 'A parameter is given twice, or with a value and --use-default.',
  'parameters.unusable': 'A file of parameters cannot be read; the message says why.',
  'parameters.unknown': 'The template declares no such parameter. --ignore-unknown-parameters leaves it out.',

  'restart.last': 'Only one instance is registered, and the last one is never taken out of a balancer.',
  'restart.left':
    'A note says that a restart took instances out, and its record is gone: check which instances are registered.',
  'restart.mixed': 'Behind the balancer are instances of Auto Scaling groups and others; name the groups.',
  'restart.noAgent': 'SSM reaches no agent on an instance. Without --ssm, use --exec.',
  'restart.nobody':
    'No instance of the group is healthy and registered with every balancer, so there is nothing to restart.',
  'restart.putBack': 'The restart ended early; everything that it took out is back in its balancers.',
  'restart.quorum': 'The quorum keeps all registered instances in service, so no instance could ever be taken out.',
  'restart.refused': 'The restart was not started; every reason is listed.',
  'restart.source': 'The group gets traffic from a source that instances cannot be taken out of here.',
  'restart.stuck': 'Instances stay out of their balancers after a failure. The record is kept; resume puts them back.',

  'revert.policy': 'When the stack has to go back, it keeps the policy of this run: the former one cannot be read.',
  'revert.secret':
    'When the stack has to go back, a NoEcho parameter keeps the value of this run: the former one cannot be read.',
  'rollback.nothing':
    'No rollout is open, so there was nothing to roll back. The message says how to give the stack what it had before.',
  'rollback.starting':
    'An execution on a server is about to begin a rollout that rollback would not find. cancel --server calls it off.',
  'rollback.judged':
    'The rollout has its verdict, and its old instances are being terminated: it can only be finished, by resume.',
  'run.account': 'The credentials are of another account than --expect-account names.',
  'run.declined': 'The person who was asked did not say yes, so nothing was changed.',
  'run.unseen':
    'For a while this run did not look at the groups: the process or the machine stood still, or AWS did not answer.',
  'run.interrupted': 'A signal came before anything was changed.',

  'stack.alias':
    'The stack was named by its alias, and the settings file has a section for its own name, which would not hold.',
  'stack.blind':
    'This run can no longer look at the stack. CloudFormation goes on by itself; status shows where it stands.',
  'stack.busy': "Somebody else's change of the stack is under way.",
  'stack.capabilities': 'CloudFormation asks for capabilities that were not given with --capabilities.',
  'stack.changeSet': 'CloudFormation did not work out the change set in time.',
  'stack.changeSetLeft': 'A change set of ours could not be removed.',
  'stack.changeSetMissing': 'The stack has no such change set.',
  'stack.changeSetNotReady': 'The change set cannot be executed as it is.',
  'stack.eventsMissing': 'The last events of the stack could not be read; its status is certain anyway.',
  'stack.failed': 'The stack failed; it, or its creation, has to be undone before it takes a change.',
  'stack.gone': 'The stack is deleted.',
  'stack.inProgress': 'The stack is still in progress.',
  'stack.interrupted': 'A signal stopped the run while the stack changed.',
  'stack.leftover': 'The update is through, and a resource that it replaced could not be deleted.',
  'stack.missing': 'There is no such stack in this account and region.',
  'stack.notCancelled': 'CloudFormation did not accept the request to cancel the update, which goes on.',
  'stack.notMended': 'The stack could not be brought back into a state in which it can be changed; its events say why.',
  'stack.notSet': 'A setting of the stack could not be made after its change.',
  'stack.notStarted': 'CloudFormation took the change, and nothing happened within --first-event-timeout.',
  'stack.overtaken': "Somebody else's change of the stack came first; this run changed nothing.",
  'stack.rejected': 'CloudFormation refuses the change, in its own words.',
  'stack.replaced': 'The stack was deleted and made anew during this run.',
  'stack.resource': 'A resource that failed by itself: the root cause.',
  'stack.review': 'The stack was created by a change set that has not been executed.',
  'stack.rolledBack': 'CloudFormation rolled the change back; the stack is as it was.',
  'stack.settled': 'The stack ended in another state than was asked for.',
  'stack.silent': 'The stack had no new event for --action-timeout.',
  'stack.stuck': 'The stack stands half-way and a person must choose; the message gives the commands.',
  'stack.tooNested': 'The stack nests more levels or stacks than this tool follows.',
  'stack.unclear': 'A reply was lost, and it is not known whether CloudFormation took the change.',
  'stack.unknown': 'The stack has a status that this version does not know.',
  'stack.validation':
    'CloudFormation refused the change before anything was changed, and the call that names the ' +
    'resource is not allowed.',

  'swap.held': 'Another run works on the group. Wait for its end, or call it back with cancel.',
  'swap.leaseLost': 'Another run has taken the group over.',
  'swap.refused': 'The swap was not started; every reason is listed.',
  'swap.rolledBack':
    'The new instances were not proven in time and were terminated. The old ones serve, and the group is frozen ' +
    'until the next good rollout or unfreeze. diagnose says why; docs/TROUBLESHOOTING.md helps.',
  'swap.rolledBackInPart':
    'The old instances that were kept serve again. They are fewer than are asked for, so new ones serve beside ' +
    'them. The group is frozen. Give it the former configuration, then update-asgs replaces what does not run it.',
  'swap.stuck': 'The swap cannot go on by itself. Its record is kept: repair what the message names, then resume.',
  'swap.unproven': 'The instances of a fresh stack could not be proven in their balancers.',

  'target.candidate': 'A group that --only or --except may name.',
  'target.empty': '--only and --except leave no group to work on.',
  'target.match': 'One of several groups that a prefix or a tag matches.',
  'target.none': 'No group matches the prefix or the tags.',
  'target.several': 'A prefix or tags match several groups. --all-matching means all of them.',
  'target.unknown':
    'A word of --only or --except means no group. It takes logical ids, names, or the beginning of one.',

  'template.address': 'The address of a template cannot be used.',
  'server.bundle': 'The bundle of the function for rollouts on Lambda is not there, or is not one.',
  'server.ended': 'The execution on Lambda ended before its run did. The record of the rollout is kept.',
  'server.left': 'A command follows an execution on Lambda no longer. The rollout goes on there.',
  'server.log':
    'A call of the function on Lambda left a line in its log that is no event: why it tells nothing, or not all of it.',
  'server.noRestarts': 'The stack of the function does not let it restart instances (its parameter Restarts).',
  'server.notStarted': 'No execution could be started on the function, so the stack was not changed.',
  'server.missing': 'There is no durable function of that name to start the command on.',
  'server.notOne': 'The stack is not one that `server deploy` made, or holds something else besides.',
  'server.notRemoved': 'CloudFormation could not delete the stack of the function.',
  'server.running': 'An execution is running on the function, so it is not removed.',
  'server.silent':
    'An execution on Lambda has told nothing since it was started. Its log and server status show what its calls do.',

  'template.alias': 'YAML aliases are not taken by CloudFormation.',
  'template.bucket': 'The bucket for the template is not there or may not be written.',
  'template.circular': 'Resources wait for each other in a circle, which CloudFormation refuses.',
  'template.denied': 'The template may not be read.',
  'template.desiredCapacity': 'A group states DesiredCapacity, so an update that touches the group sets its size back.',
  'template.encoding': 'The template is not UTF-8 text.',
  'template.faults': 'The template has faults that would fail or fight with the swap; each is listed.',
  'template.healthCheckType': 'Auto Scaling does not replace what the balancer of the group calls unhealthy.',
  'template.instanceRefresh': 'An update policy would make CloudFormation replace the instances itself.',
  'template.loop': 'Fn::ForEach needs the transform AWS::LanguageExtensions.',
  'template.merge': 'YAML merge keys are not taken by CloudFormation.',
  'template.missing': 'There is no template at that place.',
  'template.more': 'More of the same kind was found than is printed; validate --json shows all.',
  'template.name': 'Names of parameters, resources and outputs hold letters and digits alone.',
  'template.needsS3': 'The template is longer than a call carries and needs a bucket: --s3-bucket.',
  'template.nestedUnread': 'The template of a nested stack could not be read, so its update policies were not checked.',
  'template.noBalancer': 'A group is behind no load balancer, so little proves a new instance.',
  'template.noResources': 'A template needs at least one resource.',
  'template.notAsked': 'CloudFormation could not be asked about the template.',
  'template.parameterType': 'A parameter has no Type.',
  'template.plainScalar':
    'CloudFormation reads an unquoted value of a parameter otherwise than it looks: Yes is true, 0755 is 493.',
  'template.rejected': 'CloudFormation does not take the template, in its own words.',
  'template.replacingUpdate': 'An update policy would make CloudFormation replace the whole group.',
  'template.resourceType': 'A resource has no Type.',
  'template.rollingUpdate': 'An update policy would make CloudFormation terminate instances before it launches others.',
  'template.section': 'A template has no such section.',
  'template.syntax': 'The text is not valid YAML or JSON, or not a map; line and column are given.',
  'template.tag': 'CloudFormation knows no such short tag.',
  'template.tooBig': 'The template is larger than CloudFormation takes.',
  'template.tooManyParameters': 'CloudFormation takes at most 200 parameters.',
  'template.tooManyResources': 'CloudFormation takes at most 500 resources.',
  'template.undeclared': 'Something refers to a name that the template does not declare.',
  'template.unreachable': 'The web server of the template did not answer with a template.',
  'template.unusable': 'The file of the template cannot be read; the message says why.',
  'template.unreadable': "The stack's own template could not be read, so its update policies were not checked.",

  'usage.code': 'There is no such code.',
  'usage.command': 'There is no such command.',
  'usage.commandLine': 'The command line cannot be read.',
  'usage.endpoint': 'AWS_ENDPOINT_URL is not the address of a web server, such as http://127.0.0.1:4566.',
  'usage.byLooks': 'An option needs a process that lives until the end of the run, and this run has none.',
  'usage.calls': 'The file of --calls cannot be written.',
  'usage.flags': 'Options do not fit together, or have values that cannot be.',
  'usage.host': 'The address of --host is none of this machine.',
  'usage.history': '--history names no store that there is, or is missing where it is needed.',
  'usage.lock': '--lock names no store that there is, or is missing where it is needed.',
  'usage.file':
    'A file for events, a report or JUnit XML cannot be read or written, or is one that this tool did not write; ' +
    'nothing was begun.',
  'usage.outputs': 'The file of --outputs cannot be written; nothing was begun.',
  'usage.port': 'The port cannot be used.',
  'usage.proxy': 'HTTPS_PROXY or ALL_PROXY is not the address of an HTTP proxy.',
  'usage.region': 'That is not the name of a region.',
  'usage.scenario': 'The scenario of the sandbox cannot be used.',
  'usage.eventBus': 'The value of --event-bus is no name and no ARN of an event bus.',
  'usage.webhook': 'Where the address of the webhook stands cannot be used; it has to be https.',
  'usage.speed': 'HA_UPDATER_SPEED is for a sandbox on this machine alone.',
  'watch.interrupted': 'The rollout that was watched has a record, and no run works on it any more.',
  'watch.rolledBack': 'The rollout that was watched was rolled back by its run.',
  'watch.stackFailed': 'The change of the stack that was watched did not succeed.',
  'watch.underWay': 'Watching ended by its time limit or by a signal; what is under way goes on.',
};
