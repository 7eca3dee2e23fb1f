import type { OperationTable } from '../world.js';
import {
  associateApplicationStatusCheck,
  createApplicationStatusCheck,
  deleteApplicationStatusCheck,
  describeApplicationStatus,
  describeApplicationStatusCheckAssociations,
  describeApplicationStatusChecks,
  disableApplicationStatusCheckSuppression,
  disassociateApplicationStatusCheck,
  enableApplicationStatusCheckSuppression,
  modifyApplicationStatusCheck,
} from './status-checks.js';
import { describeImages } from './images.js';
import { inventoryOperations } from './inventory/inventory.js';
import {
  createTags,
  deleteTags,
  describeInstances,
  describeInstanceStatus,
  getConsoleOutput,
  runInstances,
  terminateInstances,
} from './instances.js';
import {
  createSubnet,
  createVpc,
  deleteSubnet,
  deleteVpc,
  describeAvailabilityZones,
  describeSubnets,
  describeVpcs,
} from './network.js';
import {
  authorizeSecurityGroupIngress,
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
} from './security-groups.js';
import {
  createLaunchTemplate,
  createLaunchTemplateVersion,
  deleteLaunchTemplate,
  deleteLaunchTemplateVersions,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  modifyLaunchTemplate,
} from './launch-templates.js';

/** The simulated EC2: instances, launch templates and as much network as groups and balancers need. */
export const ec2Operations: OperationTable = {
  ...inventoryOperations,
  AssociateApplicationStatusCheck: associateApplicationStatusCheck,
  CreateApplicationStatusCheck: createApplicationStatusCheck,
  DeleteApplicationStatusCheck: deleteApplicationStatusCheck,
  DescribeApplicationStatus: describeApplicationStatus,
  DescribeApplicationStatusCheckAssociations: describeApplicationStatusCheckAssociations,
  DescribeApplicationStatusChecks: describeApplicationStatusChecks,
  DisableApplicationStatusCheckSuppression: disableApplicationStatusCheckSuppression,
  DisassociateApplicationStatusCheck: disassociateApplicationStatusCheck,
  EnableApplicationStatusCheckSuppression: enableApplicationStatusCheckSuppression,
  ModifyApplicationStatusCheck: modifyApplicationStatusCheck,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  CreateSecurityGroup: createSecurityGroup,
  CreateSubnet: createSubnet,
  CreateTags: createTags,
  CreateVpc: createVpc,
  DeleteLaunchTemplate: deleteLaunchTemplate,
  DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
  DeleteSecurityGroup: deleteSecurityGroup,
  DeleteSubnet: deleteSubnet,
  DeleteTags: deleteTags,
  DeleteVpc: deleteVpc,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeImages: describeImages,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeVpcs: describeVpcs,
  GetConsoleOutput: getConsoleOutput,
  ModifyLaunchTemplate: modifyLaunchTemplate,
  RunInstances: runInstances,
  TerminateInstances: terminateInstances,
};
