import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema } from '@smithy/types';
import type { ServiceName } from '../world/world.js';

/** A service that takes a form and answers in XML; `ec2Query` has flatter lists and other wrappers. */
export interface QueryService {
  readonly service: ServiceName;
  readonly protocol: 'awsQuery' | 'ec2Query';
  /** The service in a signature's credential scope. */
  readonly signingName: string;
  /** `Version` of a request. Two services with one signing name are told apart by it. */
  readonly version: string;
  readonly namespace: string;
}

export const QUERY_SERVICES: readonly QueryService[] = [
  {
    service: 'autoscaling',
    protocol: 'awsQuery',
    signingName: 'autoscaling',
    version: '2011-01-01',
    namespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  },
  {
    service: 'elb',
    protocol: 'awsQuery',
    signingName: 'elasticloadbalancing',
    version: '2012-06-01',
    namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/',
  },
  {
    service: 'elbv2',
    protocol: 'awsQuery',
    signingName: 'elasticloadbalancing',
    version: '2015-12-01',
    namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  },
  {
    service: 'cloudformation',
    protocol: 'awsQuery',
    signingName: 'cloudformation',
    version: '2010-05-15',
    namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
  },
  // Newer clients speak JSON to it, older ones this.
  {
    service: 'cloudwatch',
    protocol: 'awsQuery',
    signingName: 'monitoring',
    version: '2010-08-01',
    namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  },
  {
    service: 'sts',
    protocol: 'awsQuery',
    signingName: 'sts',
    version: '2011-06-15',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  },
  {
    service: 'iam',
    protocol: 'awsQuery',
    signingName: 'iam',
    version: '2010-05-08',
    namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  },
  {
    service: 'ec2',
    protocol: 'ec2Query',
    signingName: 'ec2',
    version: '2016-11-15',
    namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  },
];

/** The SDK's own description of an operation: what it takes and what it answers. */
export interface OperationShape {
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

const SCHEMAS: Partial<Record<ServiceName, object>> = {
  autoscaling,
  cloudformation,
  cloudwatch,
  ec2,
  elb,
  elbv2,
  events,
  iam,
  lambda,
  s3,
  sts,
};
const shapes = new Map<string, OperationShape | undefined>();

/** The shape of an operation, of services whose client is known here; undefined for one that there is none of. */
export function operationShape(service: ServiceName, operation: string): OperationShape | undefined {
  const key = `${service}:${operation}`;
  if (!shapes.has(key)) shapes.set(key, findShape(service, operation));
  return shapes.get(key);
}

function findShape(service: ServiceName, operation: string): OperationShape | undefined {
  // The clients export every schema as `Name$`; the one of an operation begins with 9 (StaticOperationSchema).
  const schema = (SCHEMAS[service] as Record<string, unknown> | undefined)?.[`${operation}$`];
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  const [, , , , input, output] = schema as unknown as StaticOperationSchema;
  return { input: NormalizedSchema.of(input), output: NormalizedSchema.of(output) };
}
