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
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { next } from '../random-delay.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { World } from '../world.js';
import { balancerOf } from './balancers.js';
import { elbv2State, type ListenerState, type RuleState } from './state.js';
import { balancersUsing, restartChecks, targetGroupOf } from './targets.js';

export function createListener(world: World, input: CreateListenerInput): object {
  const state = elbv2State(world);
  const balancer = balancerOf(world, input.LoadBalancerArn);
  const port = input.Port ?? 80;
  if ([...state.listeners.values()].some((one) => one.balancer === balancer.arn && one.port === port)) {
    throw new ServiceFault(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${balancer.arn}'`,
    );
  }
  const actions = [...(input.DefaultActions ?? [])];
  const arn =
    balancer.arn.replace(':loadbalancer/', ':listener/') +
    `/${world.random.fork(`elbv2/listener/${next(state)}`).hex(16)}`;
  const listener: ListenerState = {
    arn,
    balancer: balancer.arn,
    port,
    protocol: input.Protocol ?? 'HTTP',
    actions,
    tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
  sendTraffic(world, actions, () => state.listeners.set(arn, listener));
  return { Listeners: [listenerView(listener)] };
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
  elbv2State(world).rules.delete(ruleOf(world, input.RuleArn).arn);
  return {};
}

export function describeRules(world: World, input: DescribeRulesInput): object {
  const state = elbv2State(world);
  if (input.RuleArns !== undefined && input.RuleArns.length > 0)
    return { Rules: input.RuleArns.map((arn) => ruleView(ruleOf(world, arn))) };
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
  return { Rules: [...own.map(ruleView), fallback] };
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
