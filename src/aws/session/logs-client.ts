import type { SSM, SSMClientConfig } from '@aws-sdk/client-ssm';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { StaticOperationSchema } from '@smithy/types';

/** What is asked of CloudWatch Logs here. Source: its API reference, FilterLogEvents. */
interface FilterLogEventsInput {
  readonly logGroupName: string;
  readonly startTime?: number;
  readonly filterPattern?: string;
  readonly nextToken?: string | undefined;
}

interface FilterLogEventsOutput {
  readonly events?: readonly { readonly eventId?: string; readonly timestamp?: number; readonly message?: string }[];
  readonly nextToken?: string;
}

/** A client of CloudWatch Logs with the one operation that is needed. */
export interface Logs extends Pick<SSM, 'middlewareStack'> {
  readonly filterLogEvents: (input: FilterLogEventsInput) => Promise<FilterLogEventsOutput>;
}

const NAMESPACE = 'com.amazonaws.cloudwatchlogs';

/** Schemas as the SDK writes them: 3 is a structure, 9 an operation; members are 0 for a text and 1 for a number. */
const ASKED = ['logGroupName', 'startTime', 'filterPattern', 'nextToken'];
const INPUT = [3, NAMESPACE, 'FilterLogEventsRequest', 0, ASKED, [0, 1, 0, 0]];
const EVENT = [3, NAMESPACE, 'FilteredLogEvent', 0, ['timestamp', 'message', 'eventId'], [1, 0, 0]];
const EVENTS = [1, NAMESPACE, 'FilteredLogEvents', 0, () => EVENT];
const OUTPUT = [3, NAMESPACE, 'FilterLogEventsResponse', 0, ['events', 'nextToken'], [() => EVENTS, 0]];
const OPERATION = [9, NAMESPACE, 'FilterLogEvents', 0, () => INPUT, () => OUTPUT];

/**
 * A client of CloudWatch Logs made of that of Systems Manager, which speaks the same protocol (JSON 1.1 with a target
 * and Signature 4): its own package would be one more in the bundle for one read. What differs is below, as the
 * runtime configuration of `@aws-sdk/client-cloudwatch-logs` has it.
 *
 * @param Client the class of that client
 */
export function logsClient(Client: typeof SSM, config: SSMClientConfig): Logs {
  const client = new Client({
    ...config,
    serviceId: 'CloudWatch Logs',
    protocolSettings: {
      defaultNamespace: NAMESPACE,
      errorTypeRegistries: [],
      xmlNamespace: 'http://monitoring.amazonaws.com/doc/2014-03-28/',
      version: '2014-03-28',
      serviceTarget: 'Logs_20140328',
    },
    httpAuthSchemeProvider: ({ region = '' }) => [
      {
        schemeId: 'aws.auth#sigv4',
        signingProperties: { name: 'logs', region },
        propertiesExtractor: (own, context) => ({ signingProperties: { config: own, context } }),
      },
    ],
  });
  // Partitions, FIPS and dual stack name hosts of both services in the same way.
  const own = client.config.endpointProvider;
  client.config.endpointProvider = (parameters, context) => {
    const endpoint = own(parameters, context);
    const url = new URL(endpoint.url);
    url.hostname = url.hostname.replace(/^ssm(-fips)?\./, 'logs$1.');
    return { ...endpoint, url };
  };
  const parameters = {
    UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
    Endpoint: { type: 'builtInParams', name: 'endpoint' },
    Region: { type: 'builtInParams', name: 'region' },
    UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },
  } as const;
  const build = makeBuilder(parameters, 'Logs_20140328', 'CloudWatchLogsClient', getEndpointPlugin);
  const FilterLogEvents = build({}, () => [], 'FilterLogEvents', OPERATION as unknown as StaticOperationSchema);
  return {
    middlewareStack: client.middlewareStack,
    filterLogEvents: async (input) => (await client.send(new FilterLogEvents(input as never) as never)) as object,
  };
}
