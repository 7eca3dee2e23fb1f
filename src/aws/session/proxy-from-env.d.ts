declare module 'proxy-from-env' {
  /**
   * Address of the proxy for an address, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case; ''
   * without one.
   */
  export function getProxyForUrl(url: string): string;
}
