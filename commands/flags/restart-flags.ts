import { string } from '@oclif/core/flags';

/** What is registered with a balancer, instead of groups. */
export const balancerFlags = {
  elb: string({ summary: 'Classic load balancer whose registered instances are meant', helpValue: 'NAME' }),
  'target-group': string({ summary: 'Target group whose registered instances are meant', helpValue: 'ARN' }),
};
