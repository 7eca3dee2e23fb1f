import type { AttributeValue, DynamoDB, PutItemInput } from '@aws-sdk/client-dynamodb';
import type { Clock, Milliseconds } from '../clock.js';
import { AwsFault } from '../errors.js';
import { asEntry, asRow, LockFault, type Entry, type LockStore } from './store.js';

/** What a DynamoDB store works with. */
export interface DynamoOptions {
  /** Throws AwsFault; tries once. */
  readonly client: () => Promise<Pick<DynamoDB, 'getItem' | 'putItem' | 'updateItem' | 'deleteItem' | 'destroy'>>;
  readonly table: string;
  /** Attribute that is the table's partition key; a string. */
  readonly key: string;
  readonly address: string;
  readonly clock: Clock;
  /** Longest time for one call. */
  readonly callMs: Milliseconds;
  /** Seconds since 1970, for the attribute `expires`. */
  readonly epochSeconds: () => number;
}

/**
 * How long an entry that nobody removed is kept at least, for the table's own clean-up. Nobody reckons with
 * it: it is far longer than any lease, and DynamoDB deletes late.
 */
const KEPT_SECONDS = 7 * 24 * 3600;

type Item = Record<string, AttributeValue>;

/**
 * Locks as items of a DynamoDB table. Conditional writes are the compare-and-swap; reads are consistent.
 * (Amazon DynamoDB Developer Guide: "Condition expressions", "Read consistency".)
 */
export function dynamoStore(options: DynamoOptions): LockStore {
  const { client, table, key, address, epochSeconds } = options;
  const { call, conditional } = createCalls(options);
  const at = (name: string): { TableName: string; Key: Item } => ({ TableName: table, Key: { [key]: { S: name } } });
  const expires = (): AttributeValue => ({ N: String(epochSeconds() + KEPT_SECONDS) });

  const read: LockStore['read'] = async (name) => {
    const { Item: item } = await call('dynamodb:GetItem', (dynamo, limit) =>
      dynamo.getItem({ ...at(name), ConsistentRead: true }, limit),
    );
    return item === undefined ? undefined : entryIn(item, name, table);
  };

  return {
    address,
    read,
    take: async (name, mine, over) => {
      const Item = { ...attributesOf(mine), expires: expires(), [key]: { S: name } };
      const taken = await conditional('dynamodb:PutItem', (dynamo, limit) =>
        dynamo.putItem({ TableName: table, Item, ...whenFree(key, over) }, limit),
      );
      if (taken) return { taken };
      const entry = await read(name);
      return { taken, ...(entry !== undefined && { entry }) };
    },
    renew: (name, mine) =>
      conditional('dynamodb:UpdateItem', (dynamo, limit) =>
        dynamo.updateItem(
          {
            ...at(name),
            UpdateExpression: 'SET #beat = :beat, #expires = :expires',
            ConditionExpression: '#token = :token',
            ExpressionAttributeNames: { '#token': 'token', '#beat': 'beat', '#expires': 'expires' },
            ExpressionAttributeValues: {
              ':token': { S: mine.token },
              ':beat': { N: String(mine.beat) },
              ':expires': expires(),
            },
          },
          limit,
        ),
      ),
    release: (name, token) =>
      conditional('dynamodb:DeleteItem', (dynamo, limit) =>
        dynamo.deleteItem(
          {
            ...at(name),
            ConditionExpression: '#token = :token',
            ExpressionAttributeNames: { '#token': 'token' },
            ExpressionAttributeValues: { ':token': { S: token } },
          },
          limit,
        ),
      ),
    close: async () => (await client()).destroy(),
  };
}

/** The condition that nobody has the lock, or that it still is the entry which is taken over. */
function whenFree(
  key: string,
  over: Entry | undefined,
): Pick<PutItemInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
  const free = 'attribute_not_exists(#key)';
  if (over === undefined) return { ConditionExpression: free, ExpressionAttributeNames: { '#key': key } };
  return {
    ConditionExpression: `${free} OR (#token = :token AND #beat = :beat)`,
    ExpressionAttributeNames: { '#key': key, '#token': 'token', '#beat': 'beat' },
    ExpressionAttributeValues: { ':token': { S: over.token }, ':beat': { N: String(over.beat) } },
  };
}

/** A call that is cut off when `limit` says so. */
type Send<T> = (
  dynamo: Awaited<ReturnType<DynamoOptions['client']>>,
  limit: { readonly abortSignal: AbortSignal },
) => Promise<T>;

/** Calls that end within `callMs` and throw nothing but what a lock may throw. */
function createCalls({ client, table, clock, callMs }: DynamoOptions): {
  readonly call: <T>(operation: string, send: Send<T>) => Promise<T>;
  /** Whether the condition held. */
  readonly conditional: (operation: string, send: Send<unknown>) => Promise<boolean>;
} {
  const call = async <T>(operation: string, send: Send<T>): Promise<T> => {
    const timeout = new AbortController();
    const answered = new AbortController();
    void clock.sleep(callMs, answered.signal).then(() => timeout.abort());
    try {
      return await send(await client(), { abortSignal: timeout.signal });
    } catch (error) {
      throw asFault(error, operation, table, timeout.signal.aborted);
    } finally {
      answered.abort();
    }
  };
  const conditional = async (operation: string, send: Send<unknown>): Promise<boolean> => {
    try {
      await call(operation, send);
      return true;
    } catch (error) {
      if (error instanceof LockFault && error.code === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  };
  return { call, conditional };
}

/** @throws LockFault for an item that is no lock */
function entryIn(item: Item, name: string, table: string): Entry {
  const entry = asEntry(plain(item));
  if (entry !== undefined) return entry;
  const words = `The item ${name} of table ${table} is not a lock that ha-updater wrote.`;
  throw new LockFault('invalid', 'dynamodb:GetItem', 'NotALock', words);
}

function attributesOf(entry: Entry): Item {
  return Object.fromEntries(
    Object.entries(asRow(entry)).map(([name, value]) => [
      name,
      typeof value === 'number' ? { N: String(value) } : { S: value },
    ]),
  );
}

function plain(item: Item): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, value.N !== undefined ? Number(value.N) : value.S]),
  );
}

/** What cannot pass by itself needs a person; everything else may. */
function asFault(error: unknown, operation: string, table: string, timedOut: boolean): unknown {
  if (timedOut) return new LockFault('unreachable', operation, 'Timeout', 'DynamoDB did not answer in time.');
  if (!(error instanceof AwsFault)) return error;
  const { kind, code, message } = error;
  switch (kind) {
    case 'denied':
    case 'expired':
    case 'credentials':
      return new LockFault('denied', operation, code, message);
    case 'missing':
      return new LockFault('missing', operation, code, `There is no table ${table}.`);
    case 'invalid':
    case 'unsupported':
      return new LockFault('invalid', operation, code, message);
    case 'throttled':
    case 'transient':
    case 'busy':
    case 'unreachable':
      return new LockFault('unreachable', operation, code, message);
  }
}
