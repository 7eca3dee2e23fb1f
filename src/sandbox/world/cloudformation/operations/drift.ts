import { ServiceFault } from '../../fault.js';
import type { OperationTable, World } from '../../world.js';
import { uuid } from '../names.js';
import { handlerOf } from '../resources/handlers.js';
import { unmodelled } from '../resources/others.js';
import { cloudFormationState, findStack, type ResourceRow, type StackRow } from '../deploy/state.js';
import { importers } from '../template/scope.js';
import { invalid } from '../template/template.js';
import { paged } from './describing.js';
import { stackOf } from './request.js';

/** Calls about drift, which is asked for and told, and never found: nothing is compared; and what is imported. */
export const driftOperations: OperationTable = {
  DetectStackDrift: (world, input: { StackName: string }) => {
    const stack = checkable(world, input.StackName);
    const id = uuid(world);
    const state = cloudFormationState(world);
    state.driftDetections = new Map([
      ...(state.driftDetections ?? []),
      [id, { stackId: stack.id, at: world.clock.now() }],
    ]);
    stack.driftCheckedAt = world.clock.now();
    return { StackDriftDetectionId: id };
  },
  DetectStackResourceDrift: (world, input: { StackName: string; LogicalResourceId: string }) => {
    const stack = checkable(world, input.StackName);
    const row = stack.resources.get(input.LogicalResourceId);
    if (row === undefined) throw invalid(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
    return { StackResourceDrift: driftOf(world, stack, row) };
  },
  DescribeStackDriftDetectionStatus: (world, input: { StackDriftDetectionId: string }) => {
    const found = cloudFormationState(world).driftDetections?.get(input.StackDriftDetectionId);
    if (found === undefined) throw invalid(`Drift detection [${input.StackDriftDetectionId}] does not exist`);
    return {
      StackId: found.stackId,
      StackDriftDetectionId: input.StackDriftDetectionId,
      StackDriftStatus: 'IN_SYNC',
      DetectionStatus: 'DETECTION_COMPLETE',
      DriftedStackResourceCount: 0,
      Timestamp: new Date(found.at),
    };
  },
  DescribeStackResourceDrifts: (
    world,
    input: {
      StackName: string;
      StackResourceDriftStatusFilters?: readonly string[];
      NextToken?: string;
      MaxResults?: number;
    },
  ) => {
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    const { StackResourceDriftStatusFilters: wanted = [] } = input;
    const rows = [...stack.resources.values()]
      .filter(() => stack.driftCheckedAt !== undefined)
      .filter((row) => handlerOf(row.type) !== unmodelled)
      .filter(() => wanted.length === 0 || wanted.includes('IN_SYNC'));
    const page = paged(rows, input.NextToken, input.MaxResults ?? 100);
    return { StackResourceDrifts: page.items.map((row) => driftOf(world, stack, row)), NextToken: page.next };
  },
  ListImports: (world, input: { ExportName: string; NextToken?: string }) => {
    const { ExportName: name } = input;
    const isExported = [...cloudFormationState(world).stacks.values()].some(
      ({ status, outputs }) => status !== 'DELETE_COMPLETE' && outputs.some(({ exportName }) => exportName === name),
    );
    if (!isExported) throw invalid(`Export '${name}' does not exist`);
    const names = importers(world, name);
    if (names.length === 0) throw invalid(`Export '${name}' is not imported by any stack.`);
    const page = paged(names, input.NextToken);
    return { Imports: page.items, NextToken: page.next };
  },
  /** Source: CloudFormation user guide, "Understand CloudFormation quotas". */
  DescribeAccountLimits: () => ({
    AccountLimits: [
      { Name: 'StackLimit', Value: 2000 },
      { Name: 'StackOutputsLimit', Value: 200 },
      { Name: 'ConcurrentResourcesLimit', Value: 2500 },
    ],
  }),
  ListStackSets: () => ({ Summaries: [] }),
};

/** Source: CloudFormation user guide, "Detect drift on an entire CloudFormation stack": stacks at rest alone. */
function checkable(world: World, name: string): StackRow {
  const stack = findStack(world, name);
  if (stack === undefined) throw invalid(`Stack [${name}] does not exist`);
  if (!/^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_(COMPLETE|FAILED)$/.test(stack.status))
    throw new ServiceFault(
      'ValidationError',
      `Drift detection cannot be performed on stack [${name}] while in stack status: ${stack.status}`,
    );
  return stack;
}

function driftOf(world: World, stack: StackRow, row: ResourceRow): object {
  return {
    StackId: stack.id,
    LogicalResourceId: row.logicalId,
    PhysicalResourceId: row.physicalId,
    ResourceType: row.type,
    ExpectedProperties: JSON.stringify(row.properties),
    ActualProperties: JSON.stringify(row.properties),
    PropertyDifferences: [],
    StackResourceDriftStatus: 'IN_SYNC',
    Timestamp: new Date(stack.driftCheckedAt ?? world.clock.now()),
  };
}
