import { compact } from '../resources/values.js';
import type { ChangeDetail, ChangeSetRow, PlannedChange, StackRow } from '../deploy/state.js';

/** What lists of change sets show of one. */
export function summary(changeSet: ChangeSetRow, stack: StackRow): object {
  return compact({
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    CreationTime: new Date(changeSet.createdAt),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.reason,
    IncludeNestedStacks: changeSet.includeNested,
    ParentChangeSetId: changeSet.parentId,
    RootChangeSetId: changeSet.rootId,
  });
}

/** One change; `values`: with the values before and after. */
export function describedChange(change: PlannedChange, values: boolean): object {
  return {
    Type: 'Resource',
    ResourceChange: compact({
      Action: change.action,
      LogicalResourceId: change.logicalId,
      PhysicalResourceId: change.physicalId,
      ResourceType: change.type,
      Replacement: change.replacement,
      ChangeSetId: change.changeSetId,
      AfterContext: values ? change.after : undefined,
      Scope: [...new Set(change.details.map((detail) => detail.attribute))],
      Details: change.details.map((detail) => describedDetail(detail, values)),
    }),
  };
}

function describedDetail(detail: ChangeDetail, values: boolean): object {
  return compact({
    Target: compact({
      Attribute: detail.attribute,
      Name: detail.name,
      RequiresRecreation: detail.recreation,
      ...(values ? { BeforeValue: detail.before, AfterValue: detail.after } : {}),
    }),
    Evaluation: detail.evaluation,
    ChangeSource: detail.source,
    CausingEntity: detail.entity,
  });
}
