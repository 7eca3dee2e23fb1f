import { Agent as HttpAgent, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AgentConnectOpts } from 'agent-base';

/** By these, in either case, a proxy is set. */
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** Connections are kept: a look is made of many calls. */
const KEPT: AgentOptions = { keepAlive: true, maxSockets: 50 };

/**
 * An agent that goes through the proxy of the environment where it says so; the SDK itself does not. Undefined when
 * no proxy is set.
 */
export async function proxyAgent(env: Readonly<Record<string, string | undefined>>): Promise<HttpAgent | undefined> {
  const said = new Set(VARIABLES.flatMap((name) => [env[name], env[name.toLowerCase()]]).filter(Boolean));
  if (said.size === 0) return undefined;
  const [{ Agent }, { HttpProxyAgent }, { HttpsProxyAgent }, { getProxyForUrl }] = await Promise.all([
    import('agent-base'),
    import('http-proxy-agent'),
    import('https-proxy-agent'),
    import('proxy-from-env'),
  ]);
  const direct = { http: new HttpAgent(KEPT), https: new HttpsAgent(KEPT) };
  const proxied = new Map<string, HttpAgent | undefined>();

  class ByAddress extends Agent {
    connect(_request: ClientRequest, { secureEndpoint, host, port }: AgentConnectOpts): HttpAgent {
      const scheme = secureEndpoint ? 'https' : 'http';
      const found = isLoopback(host ?? '') ? '' : getProxyForUrl(`${scheme}://${bracketed(host ?? '')}:${port}`);
      if (found === '') return direct[scheme];
      // Without a scheme it is a plain proxy, whatever is asked through it.
      const proxy = said.has(found) ? found : found.replace(/^https:/, 'http:');
      const key = `${scheme} ${proxy}`;
      // A plain request names its whole address to the proxy only on a connection of its own.
      const known = proxied.get(key) ?? (secureEndpoint ? new HttpsProxyAgent(proxy, KEPT) : new HttpProxyAgent(proxy));
      proxied.set(key, known);
      return known;
    }
  }
  return new ByAddress();
}

/** What runs on this machine is never asked through another one. */
function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '::1' || host === '[::1]'
  );
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
