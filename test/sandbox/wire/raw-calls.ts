import { createSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../../src/sandbox/scenario.js';
import { QUERY_SERVICES } from '../../../src/sandbox/wire/services.js';
import type { WireAnswer } from '../../../src/sandbox/wire/wire-types.js';
import type { ServiceName } from '../../../src/sandbox/world/world.js';

/** What a service said: its status, and of an error the code and the words. */
interface Said {
  readonly status: number;
  readonly body: string;
  readonly code?: string;
  readonly message?: string;
}

/** A whole sandbox that is asked as somebody with `curl` would, without an SDK that looks at what is sent. */
export interface RawSandbox {
  readonly sandbox: Sandbox;
  readonly query: (service: ServiceName, action: string, parameters?: Readonly<Record<string, string>>) => Said;
  readonly json: (target: string, body: unknown, headers?: Readonly<Record<string, string>>) => Said;
}

export function rawSandbox(scenario: Partial<Scenario> = {}): RawSandbox {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const ask = (headers: Readonly<Record<string, string>>, body: string): WireAnswer =>
    sandbox.wire.answer({
      method: 'POST',
      host: 'aws.example.com',
      path: '/',
      query: new URLSearchParams(),
      headers,
      body,
    }) as WireAnswer;
  return {
    sandbox,
    query: (name, action, parameters = {}) => {
      const service = QUERY_SERVICES.find((one) => one.service === name)!;
      const { status, body } = ask(
        { authorization: `AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/${service.signingName}/aws4_request` },
        new URLSearchParams({ Action: action, Version: service.version, ...parameters }).toString(),
      );
      const text = unescaped(body as string);
      const [, code] = /<Code>(.*?)<\/Code>/s.exec(text) ?? [];
      const [, message] = /<Message>(.*?)<\/Message>/s.exec(text) ?? [];
      return {
        status,
        body: text,
        ...(status >= 400 && code !== undefined && { code }),
        ...(status >= 400 && message !== undefined && { message }),
      };
    },
    json: (target, input, headers = {}) => {
      const { status, body } = ask(
        { authorization: 'AWS4-HMAC-SHA256 …', 'x-amz-target': target, ...headers },
        typeof input === 'string' ? input : JSON.stringify(input),
      );
      const said = JSON.parse(body as string) as { readonly __type?: string; readonly message?: string };
      return {
        status,
        body: body as string,
        ...(said.__type !== undefined && { code: said.__type }),
        ...(status >= 400 && said.message !== undefined && { message: said.message }),
      };
    },
  };
}

function unescaped(xml: string): string {
  return xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
