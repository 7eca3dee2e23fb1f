import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import type { NormalizedSchema } from '@smithy/core/schema';
import { expect } from 'chai';
import { operationShape } from '../../../src/sandbox/wire/services.js';
import type { Operation, ServiceName } from '../../../src/sandbox/world/world.js';
import { sandboxOf } from './support.js';

/** The SDK sends a copy of the snapshot's address signed by itself, which is not part of the input. */
const SENDS_MORE_THAN_ITS_INPUT = new Set(['CopySnapshot']);

interface AnyClient {
  readonly send: (command: object) => Promise<object>;
}
type Exports = Record<string, new (input: object) => AnyClient & object>;

const clients: [ServiceName, string, object][] = [
  ['autoscaling', 'AutoScalingClient', autoscaling],
  ['cloudformation', 'CloudFormationClient', cloudformation],
  ['elb', 'ElasticLoadBalancingClient', elb],
  ['elbv2', 'ElasticLoadBalancingV2Client', elbv2],
  ['ec2', 'EC2Client', ec2],
];

/**
 * Goal: the codec has no special case that we did not think of. Method: for every operation that the
 * SDK's client has, send an input with every member filled, see that exactly it arrives, answer with an
 * output with every member filled, and see that exactly it comes back.
 */
describe('every operation of every query service makes the round trip', function () {
  this.timeout(60_000);
  for (const [service, clientName, exports] of clients) {
    it(service, async () => {
      const named = exports as Exports;
      const arrived: Record<string, object> = {};
      const table = new Proxy<Record<string, Operation>>(
        {},
        {
          get:
            (_target, operation: string): Operation =>
            (_world, input: object) => {
              arrived[operation] = input;
              return filled(service, operation, 'output');
            },
        },
      );
      const Client = named[clientName]!;
      const client = new Client(sandboxOf({ [service]: table }).clientConfig());
      const operations = Object.keys(named)
        .filter((name) => name.endsWith('Command') && name !== '$Command')
        .map((name) => name.slice(0, -'Command'.length));
      expect(operations.length).to.be.greaterThan(25);
      for (const operation of operations.filter((name) => !SENDS_MORE_THAN_ITS_INPUT.has(name))) {
        const Command = named[`${operation}Command`]!;
        const input = filled(service, operation, 'input');
        const { $metadata, ...output } = (await client.send(new Command(input))) as { $metadata: object };
        expect(arrived[operation], `${operation} input`).to.deep.equal(input);
        expect(output, `${operation} output`).to.deep.equal(filled(service, operation, 'output'));
        expect($metadata).to.have.property('requestId');
      }
    });
  }
});

function filled(service: ServiceName, operation: string, side: 'input' | 'output'): object {
  const schema = operationShape(service, operation)?.[side];
  if (schema === undefined) throw new Error(`${service} has no ${operation}`);
  return schema.isUnitSchema() ? {} : (fill(schema, [], { n: 0 }) ?? {});
}

/** A value with every member there, every text and number another, down to structures within themselves. */
function fill(schema: NormalizedSchema, around: readonly unknown[], count: { n: number }): unknown {
  const n = ++count.n;
  if (schema.isStructSchema()) {
    if (around.length > 6 || around.includes(schema.getSchema())) return undefined;
    const value: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const part = fill(member, [...around, schema.getSchema()], count);
      if (part !== undefined) value[name] = part;
      // A union has one member at a time.
      if (schema.isUnionSchema() && part !== undefined) return value;
    }
    return Object.keys(value).length === 0 ? undefined : value;
  }
  if (schema.isListSchema())
    return several(fill(schema.getValueSchema(), around, count), fill(schema.getValueSchema(), around, count));
  if (schema.isMapSchema()) {
    const value = fill(schema.getValueSchema(), around, count);
    return value === undefined ? undefined : { [`key & ${n}`]: value };
  }
  if (schema.isBooleanSchema()) return n % 2 === 0;
  if (schema.isNumericSchema()) return n;
  if (schema.isTimestampSchema()) return new Date(1_795_000_000_000 + n * 1000);
  if (schema.isBlobSchema()) return new Uint8Array([n % 256, 0, 255]);
  return `text <${n}> ü`;
}

function several(...items: unknown[]): unknown[] | undefined {
  return items.includes(undefined) ? undefined : items;
}
