import type { OperationTable } from '../world.js';
import {
  addTags,
  applySecurityGroups,
  attachLoadBalancerToSubnets,
  configureHealthCheck,
  createLoadBalancer,
  createLoadBalancerListeners,
  deleteLoadBalancer,
  deleteLoadBalancerListeners,
  describeLoadBalancerAttributes,
  describeLoadBalancers,
  describeTags,
  disableAvailabilityZones,
  enableAvailabilityZones,
  modifyLoadBalancerAttributes,
  removeTags,
} from './balancers.js';
import { deregisterInstances, describeInstanceHealth, registerInstances } from './instances.js';

/** The simulated classic Elastic Load Balancing (2012-06-01). */
export const elbOperations: OperationTable = {
  AddTags: addTags,
  ApplySecurityGroupsToLoadBalancer: applySecurityGroups,
  AttachLoadBalancerToSubnets: attachLoadBalancerToSubnets,
  ConfigureHealthCheck: configureHealthCheck,
  CreateLoadBalancer: createLoadBalancer,
  CreateLoadBalancerListeners: createLoadBalancerListeners,
  DeleteLoadBalancer: deleteLoadBalancer,
  DeleteLoadBalancerListeners: deleteLoadBalancerListeners,
  DeregisterInstancesFromLoadBalancer: deregisterInstances,
  DescribeInstanceHealth: describeInstanceHealth,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeTags: describeTags,
  DisableAvailabilityZonesForLoadBalancer: disableAvailabilityZones,
  EnableAvailabilityZonesForLoadBalancer: enableAvailabilityZones,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  RegisterInstancesWithLoadBalancer: registerInstances,
  RemoveTags: removeTags,
};
