import type { Gateway } from '../engine/gateway.js';
import { permissions } from './account/simulate-policies.js';
import { countedInstances, subnets, vcpuQuotas } from './account/quotas-and-subnets.js';
import { describeAlarms } from './alarms.js';
import { endOfExecution, execution, startExecution } from './one-execution.js';
import { logLines } from './log-lines.js';
import { runningExecutions } from './running-executions.js';
import { calendarState } from './calendar-state.js';
import { metricData } from './metric-data.js';
import { activities, failedLaunches, lifecycleHooks, precautions } from './groups/activities.js';
import { addressesBehind, endings, membersBehind, running } from './balancers/balancer-members.js';
import { describeBalancers } from './balancers/balancers.js';
import {
  createTerminate,
  deleteNotes,
  protect,
  resize,
  resume,
  standby,
  suspend,
  writeNotes,
} from './groups/group-writes.js';
import {
  createChangeSet,
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  failedEvents,
  listChangeSets,
} from './stacks/change-sets.js';
import { createClients, type Clients, type GatewayOptions } from './session/clients.js';
import {
  addresses,
  consoleOutput,
  instanceImages,
  launchTimes,
  templateLaunches,
  templateVersions,
} from './groups/ec2.js';
import { image, makeVersion, point } from './groups/template-writes.js';
import { findGroups, describeGroups, listGroups } from './groups/groups.js';
import { scheduledActions } from './groups/scheduled-actions.js';
import { cancelCommand, commandable, commandResult, findCommand, sendCommand } from './ssm-commands.js';
import { applicationStatus } from './groups/application-status.js';
import { health } from './balancers/health.js';
import { hookAdvice } from './stacks/hook-results.js';
import { deregister, register } from './balancers/registrations.js';
import { hasBucket, listObjects, readObject, writeObject } from './stacks/s3-objects.js';
import {
  cancelUpdate,
  continueRollback,
  rollbackStack,
  createStack,
  deleteStack,
  describeStack,
  listResources,
  setStackPolicy,
  stackPolicy,
  setTerminationProtection,
  stackEvents,
  stackTemplate,
  templateSummary,
  updateStack,
  validateTemplate,
} from './stacks/stacks.js';

export type { GatewayOptions, MayLeave } from './session/clients.js';
export { assetS3 } from './session/asset-clients.js';
export { resolveRegion } from './session/region.js';

/**
 * The gateway over AWS's own SDK: to AWS, to an endpoint, or to a sandbox in this process. Nothing is sent before
 * the first call.
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const clients = createClients(options);
  return {
    identity: () => identity(clients),
    ...readsOfGroups(clients),
    ...workOnGroups(clients),
    ...workOnStacks(clients),
    ...readsOfAccount(clients),
  };
}

/** What groups, their instances and their balancers are. */
function readsOfGroups(
  clients: Clients,
): Pick<
  Gateway,
  | 'describeGroups'
  | 'findGroups'
  | 'listGroups'
  | 'launchTimes'
  | 'addresses'
  | 'templateVersions'
  | 'templateLaunches'
  | 'image'
  | 'instanceImages'
  | 'describeBalancers'
  | 'health'
  | 'applicationStatus'
  | 'failedLaunches'
  | 'activities'
  | 'scheduledActions'
  | 'lifecycleHooks'
  | 'consoleOutput'
  | 'alarms'
  | 'metricData'
  | 'calendarState'
  | 'precautions'
> {
  return {
    describeGroups: (names) => describeGroups(clients, names),
    findGroups: (tags) => findGroups(clients, tags),
    listGroups: (tags, mostPages) => listGroups(clients, tags, mostPages),
    launchTimes: (groups) => launchTimes(clients, groups),
    addresses: async (groups) => ({
      ...(await addresses(clients, groups)),
      ...(await addressesBehind(clients, groups)),
    }),
    templateVersions: (ids) => templateVersions(clients, ids),
    templateLaunches: (versions) => templateLaunches(clients, versions),
    image: (id) => image(clients, id),
    instanceImages: (groups) => instanceImages(clients, groups),
    describeBalancers: (refs) => describeBalancers(clients, refs),
    health: (balancer, more) => health(clients, balancer, more),
    applicationStatus: (instances) => applicationStatus(clients, instances),
    failedLaunches: (group, since) => failedLaunches(clients, group, since),
    activities: (group, since) => activities(clients, group, since),
    scheduledActions: (group, times) => scheduledActions(clients, group, times),
    lifecycleHooks: (group) => lifecycleHooks(clients, group),
    consoleOutput: (instance) => consoleOutput(clients, instance),
    alarms: (names) => describeAlarms(clients, names),
    calendarState: (names) => calendarState(clients, names),
    metricData: (condition, window) => metricData(clients, condition, window),
    precautions: (group) => precautions(clients, group),
  };
}

/** What is done to groups and instances, and what that needs to be read. */
function workOnGroups(
  clients: Clients,
): Pick<
  Gateway,
  | 'membersBehind'
  | 'running'
  | 'endings'
  | 'register'
  | 'deregister'
  | 'sendCommand'
  | 'findCommand'
  | 'commandResult'
  | 'cancelCommand'
  | 'commandable'
  | 'writeNotes'
  | 'deleteNotes'
  | 'makeVersion'
  | 'point'
  | 'suspend'
  | 'resume'
  | 'resize'
  | 'terminate'
  | 'protect'
  | 'standby'
> {
  return {
    membersBehind: (balancer) => membersBehind(clients, balancer),
    running: (instances) => running(clients, instances),
    endings: (instances) => endings(clients, instances),
    register: (balancer, targets) => register(clients, balancer, targets),
    deregister: (balancer, targets) => deregister(clients, balancer, targets),
    sendCommand: (request) => sendCommand(clients, request),
    findCommand: (instance, comment) => findCommand(clients, instance, comment),
    commandResult: (id, instance) => commandResult(clients, id, instance),
    cancelCommand: (id, instance) => cancelCommand(clients, id, instance),
    commandable: (instances) => commandable(clients, instances),
    writeNotes: (groups, notes) => writeNotes(clients, groups, notes),
    deleteNotes: (group, notes) => deleteNotes(clients, group, notes),
    makeVersion: (asked) => makeVersion(clients, asked),
    point: (group, template, version) => point(clients, group, template, version),
    suspend: (group, processes) => suspend(clients, group, processes),
    resume: (group, processes) => resume(clients, group, processes),
    resize: (group, size) => resize(clients, group, size),
    terminate: createTerminate(clients),
    protect: (group, instances, on) => protect(clients, group, instances, on),
    standby: (group, instances, how) => standby(clients, group, instances, how),
  };
}

/** Stacks, change sets and templates. */
function workOnStacks(
  clients: Clients,
): Pick<
  Gateway,
  | 'describeStack'
  | 'listResources'
  | 'stackEvents'
  | 'stackTemplate'
  | 'templateSummary'
  | 'validateTemplate'
  | 'createStack'
  | 'updateStack'
  | 'cancelUpdate'
  | 'createChangeSet'
  | 'describeChangeSet'
  | 'listChangeSets'
  | 'executeChangeSet'
  | 'deleteChangeSet'
  | 'deleteStack'
  | 'rollbackStack'
  | 'continueRollback'
  | 'stackPolicy'
  | 'setStackPolicy'
  | 'setTerminationProtection'
  | 'failedEvents'
  | 'hookAdvice'
> {
  return {
    describeStack: (nameOrId) => describeStack(clients, nameOrId),
    listResources: (nameOrId) => listResources(clients, nameOrId),
    stackEvents: (stackId, until) => stackEvents(clients, stackId, until),
    stackTemplate: (nameOrId, changeSet) => stackTemplate(clients, nameOrId, changeSet),
    templateSummary: (template, stack) => templateSummary(clients, template, stack),
    validateTemplate: (template) => validateTemplate(clients, template),
    createStack: (request) => createStack(clients, request),
    updateStack: (request) => updateStack(clients, request),
    cancelUpdate: (stack, token) => cancelUpdate(clients, stack, token),
    createChangeSet: (request) => createChangeSet(clients, request),
    describeChangeSet: (nameOrId, stack) => describeChangeSet(clients, nameOrId, stack),
    listChangeSets: (stack) => listChangeSets(clients, stack),
    executeChangeSet: (id, token, disableRollback) => executeChangeSet(clients, id, token, disableRollback),
    deleteChangeSet: (id) => deleteChangeSet(clients, id),
    deleteStack: (stackId, token) => deleteStack(clients, stackId, token),
    rollbackStack: (stackId, token) => rollbackStack(clients, stackId, token),
    continueRollback: (stackId, skip, token) => continueRollback(clients, stackId, skip, token),
    stackPolicy: (stackId) => stackPolicy(clients, stackId),
    setStackPolicy: (stackId, policy) => setStackPolicy(clients, stackId, policy),
    setTerminationProtection: (stackId, on) => setTerminationProtection(clients, stackId, on),
    failedEvents: (of) => failedEvents(clients, of),
    hookAdvice: (id) => hookAdvice(clients, id),
  };
}

/** What the account allows and holds: permissions, quotas, subnets, parameters, objects. */
function readsOfAccount(
  clients: Clients,
): Pick<
  Gateway,
  | 'permissions'
  | 'countedInstances'
  | 'vcpuQuotas'
  | 'subnets'
  | 'parameterValue'
  | 'writeObject'
  | 'hasBucket'
  | 'readObject'
  | 'listObjects'
  | 'runningExecutions'
  | 'startExecution'
  | 'execution'
  | 'endOfExecution'
  | 'logLines'
> {
  return {
    permissions: (caller, question) => permissions(clients, caller, question),
    countedInstances: () => countedInstances(clients),
    vcpuQuotas: (codes) => vcpuQuotas(clients, codes),
    subnets: (ids) => subnets(clients, ids),
    parameterValue: (name) => parameterValue(clients, name),
    writeObject: (object) => writeObject(clients, object),
    hasBucket: (bucket, owner) => hasBucket(clients, bucket, owner),
    readObject: (bucket, key, how) => readObject(clients, bucket, key, how),
    listObjects: (asked) => listObjects(clients, asked),
    runningExecutions: (name) => runningExecutions(clients, name),
    startExecution: (asked) => startExecution(clients, asked),
    execution: (arn) => execution(clients, arn),
    endOfExecution: (asked) => endOfExecution(clients, asked),
    logLines: (asked) => logLines(clients, asked),
  };
}

/** DynamoDB with the same credentials, faults and limits; for the strict lock. */
export function dynamoDb(options: GatewayOptions): Clients['dynamoDb'] {
  const clients = createClients(options);
  return () => clients.dynamoDb();
}

async function identity(clients: Clients): ReturnType<Gateway['identity']> {
  const answer = await (await clients.sts()).getCallerIdentity({});
  const at = clients.answeredAt(answer, 'sts:GetCallerIdentity');
  return { account: answer.Account ?? '', arn: answer.Arn ?? '', region: await clients.region(), at };
}

/** Plain value of a parameter of the parameter store. */
async function parameterValue(clients: Clients, name: string): Promise<string> {
  const { Parameter: parameter } = await (await clients.ssm()).getParameter({ Name: name });
  return parameter?.Value ?? '';
}
