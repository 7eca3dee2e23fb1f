import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Shops move their files once, seldom twice. */
const MAX_REDIRECTS = 3;

/** Where a machine in a cloud finds its credentials: link-local (RFC 3927, RFC 4291), and what clouds chose beside. */
const OWN = new BlockList();
OWN.addSubnet('169.254.0.0', 16);
OWN.addSubnet('fe80::', 10, 'ipv6');
OWN.addAddress('fd00:ec2::254', 'ipv6');
OWN.addAddress('100.100.100.200');

/**
 * Asks for an address and follows where it leads, a few times and never to where it could do harm.
 * @throws Error with a reason for people
 */
export async function fetchSafely(address: string, signal: AbortSignal): Promise<Response> {
  let url = new URL(address);
  for (let followed = 0; ; followed++) {
    await refuseOwn(url.hostname);
    const response = await fetch(url, { signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    if (followed >= MAX_REDIRECTS) throw new Error(`it leads on more than ${MAX_REDIRECTS} times`);
    url = nextAddress(url, location);
  }
}

/** Where a redirect leads. @throws Error when anybody on the way there could read or change what is fetched */
export function nextAddress(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined) throw new Error('it leads to something that is not an address');
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw new Error(`it leads to ${to.protocol}//${to.host}, which is not https`);
  if (to.username !== '' || to.password !== '') throw new Error('it leads to an address with a password in it');
  return to;
}

async function refuseOwn(hostname: string): Promise<void> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  // A name that nobody knows is told by the request itself.
  const found = isIP(host) !== 0 ? [{ address: host }] : await lookup(host, { all: true }).catch(() => []);
  if (found.some(({ address }) => isOwn(address)))
    throw new Error(`${hostname} is an address of this machine's own link, where no template is`);
}

/** Whether an IP address is one that only this machine's own network answers. */
function isOwn(address: string): boolean {
  return OWN.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
