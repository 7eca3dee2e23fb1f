import type {
  Action,
  CreateListenerInput,
  CreateRuleInput,
  DeleteListenerInput,
  DeleteRuleInput,
  DescribeListenersInput,
  DescribeRulesInput,
  ModifyListenerInput,
  ModifyRuleInput,
  RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { next } from '../random-delay.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { Call, World } from '../world.js';
import { balancerOf } from './balancers.js';
import { sameSettings } from './same-settings.js';
import { elbv2State, type BalancerState, type ListenerState, type RuleState } from './state.js';
import { balancersUsing, restartChecks, targetGroupOf } from './targets.js';

export function createListener(world: World, input: CreateListenerInput, { caller }: Call): object {
  const state = elbv2State(world);
  const balancer = balancerOf(world, input.LoadBalancerArn);
  const port = input.Port ?? 80;
  const protocol = input.Protocol ?? 'HTTP';
  requireProtocol(balancer, protocol, input.Certificates ?? []);
  const actions = [...(input.DefaultActions ?? [])];
  const there = [...state.listeners.values()].find((one) => one.balancer === balancer.arn && one.port === port);
  if (there !== undefined) {
    // The same call again succeeds (API reference, CreateListener: "This operation is idempotent").
    if (caller !== 'cloudformation' && sameSettings(there, { protocol, actions }))
      return { Listeners: [listenerView(there)] };
    throw new ServiceFault(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${balancer.arn}'`,
    );
  }
  const arn =
    balancer.arn.replace(':loadbalancer/', ':listener/') +
    `/${world.random.fork(`elbv2/listener/${next(state)}`).hex(16)}`;
  const listener: ListenerState = {
    arn,
    balancer: balancer.arn,
    port,
    protocol,
    actions,
    tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
  sendTraffic(world, actions, () => state.listeners.set(arn, listener));
  return { Listeners: [listenerView(listener)] };
}

/** Source: API reference, CreateListener: the protocols of each type of balancer, and certificates. */
function requireProtocol(balancer: BalancerState, protocol: string, certificates: readonly object[]): void {
  const known = PROTOCOLS[balancer.type];
  if (known !== undefined && !known.includes(protocol))
    throw new ServiceFault('ValidationError', `Listener protocol '${protocol}' must be one of '${known.join(', ')}'`);
  if ((protocol === 'HTTPS' || protocol === 'TLS') && certificates.length === 0)
    throw new ServiceFault('ValidationError', `A certificate must be specified for ${protocol} listeners`);
}

const PROTOCOLS: Readonly<Record<string, readonly string[]>> = {
  application: ['HTTP', 'HTTPS'],
  network: ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'],
};

/** What a rule can look at. Source: API reference, RuleCondition. */
const FIELDS = ['http-header', 'http-request-method', 'host-header', 'path-pattern', 'query-string', 'source-ip'];

function requireFields(conditions: readonly RuleCondition[]): void {
  for (const { Field: field } of conditions)
    if (field !== undefined && !FIELDS.includes(field))
      throw new ServiceFault('ValidationError', `Condition field '${field}' must be one of '[${FIELDS.join(', ')}]'`);
}

export function modifyListener(world: World, input: ModifyListenerInput): object {
  const listener = listenerOf(world, input.ListenerArn);
  const actions = [...(input.DefaultActions ?? listener.actions)];
  sendTraffic(world, actions, () => {
    listener.port = input.Port ?? listener.port;
    listener.protocol = input.Protocol ?? listener.protocol;
    listener.actions = actions;
  });
  return { Listeners: [listenerView(listener)] };
}

export function deleteListener(world: World, input: DeleteListenerInput): object {
  const state = elbv2State(world);
  const listener = listenerOf(world, input.ListenerArn);
  state.listeners.delete(listener.arn);
  for (const rule of [...state.rules.values()].filter((one) => one.listener === listener.arn))
    state.rules.delete(rule.arn);
  return {};
}

export function describeListeners(world: World, input: DescribeListenersInput): object {
  if (input.LoadBalancerArn !== undefined) balancerOf(world, input.LoadBalancerArn);
  const found =
    input.ListenerArns !== undefined && input.ListenerArns.length > 0
      ? input.ListenerArns.map((arn) => listenerOf(world, arn))
      : [...elbv2State(world).listeners.values()].filter((one) => one.balancer === input.LoadBalancerArn);
  const { items, next: token } = page(found, input.PageSize ?? 400, input.Marker);
  return { Listeners: items.map(listenerView), NextMarker: token };
}

export function createRule(world: World, input: CreateRuleInput): object {
  const state = elbv2State(world);
  const listener = listenerOf(world, input.ListenerArn);
  const priority = String(input.Priority ?? 1);
  if ([...state.rules.values()].some((one) => one.listener === listener.arn && one.priority === priority)) {
    throw new ServiceFault('PriorityInUse', `Priority '${priority}' is currently in use`);
  }
  requireFields(input.Conditions ?? []);
  const actions = [...(input.Actions ?? [])];
  const arn =
    listener.arn.replace(':listener/', ':listener-rule/') +
    `/${world.random.fork(`elbv2/rule/${next(state)}`).hex(16)}`;
  const rule: RuleState = {
    arn,
    listener: listener.arn,
    priority,
    conditions: [...(input.Conditions ?? [])],
    actions,
    tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
  sendTraffic(world, actions, () => state.rules.set(arn, rule));
  return { Rules: [ruleView(rule)] };
}

export function modifyRule(world: World, input: ModifyRuleInput): object {
  const rule = ruleOf(world, input.RuleArn);
  const actions = [...(input.Actions ?? rule.actions)];
  sendTraffic(world, actions, () => {
    rule.actions = actions;
    rule.conditions = [...(input.Conditions ?? rule.conditions)];
  });
  return { Rules: [ruleView(rule)] };
}

export function deleteRule(world: World, input: DeleteRuleInput): object {
  if (input.RuleArn?.endsWith('/default') === true)
    throw new ServiceFault('OperationNotPermitted', `Default rule '${input.RuleArn}' cannot be deleted`);
  elbv2State(world).rules.delete(ruleOf(world, input.RuleArn).arn);
  return {};
}

export function describeRules(world: World, input: DescribeRulesInput): object {
  const state = elbv2State(world);
  if (input.RuleArns !== undefined && input.RuleArns.length > 0)
    return { Rules: input.RuleArns.map((arn) => ruleView(ruleOf(world, arn))) };
  if (input.ListenerArn === undefined)
    throw new ServiceFault('ValidationError', 'You must specify either listener rule ARNs or a listener ARN');
  const listener = listenerOf(world, input.ListenerArn);
  const own = [...state.rules.values()]
    .filter((one) => one.listener === listener.arn)
    .sort((a, b) => Number(a.priority) - Number(b.priority));
  const fallback = {
    RuleArn: `${listener.arn.replace(':listener/', ':listener-rule/')}/default`,
    Priority: 'default',
    Conditions: [],
    Actions: listener.actions,
    IsDefault: true,
  };
  const { items, next: token } = page([...own.map(ruleView), fallback], input.PageSize ?? 400, input.Marker);
  return { Rules: items, NextMarker: token };
}

/** Target groups that get traffic for the first time by this change start to check their targets. */
function sendTraffic(world: World, actions: readonly Action[], change: () => void): void {
  const arns = actions.flatMap((action) => [
    action.TargetGroupArn,
    ...(action.ForwardConfig?.TargetGroups ?? []).map((one) => one.TargetGroupArn),
  ]);
  const groups = [...new Set(arns.filter((arn) => arn !== undefined))].map((arn) => targetGroupOf(world, arn));
  const fresh = groups.filter((group) => balancersUsing(world, group).length === 0);
  change();
  for (const group of fresh) restartChecks(world, group);
}

function listenerOf(world: World, arn: string | undefined): ListenerState {
  const found = elbv2State(world).listeners.get(arn ?? '');
  if (found === undefined) throw new ServiceFault('ListenerNotFound', 'One or more listeners not found');
  return found;
}

function ruleOf(world: World, arn: string | undefined): RuleState {
  const found = elbv2State(world).rules.get(arn ?? '');
  if (found === undefined) throw new ServiceFault('RuleNotFound', 'One or more rules not found');
  return found;
}

function listenerView(listener: ListenerState): object {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.balancer,
    Port: listener.port,
    Protocol: listener.protocol,
    DefaultActions: listener.actions,
  };
}

function ruleView(rule: RuleState): object {
  return {
    RuleArn: rule.arn,
    Priority: rule.priority,
    Conditions: rule.conditions,
    Actions: rule.actions,
    IsDefault: false,
  };
}
