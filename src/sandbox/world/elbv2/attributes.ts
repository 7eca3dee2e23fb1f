import { ServiceFault } from '../fault.js';

/** From and to which number each attribute goes (API reference, TargetGroupAttribute and LoadBalancerAttribute). */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  'deregistration_delay.timeout_seconds': [0, 3600],
  'stickiness.lb_cookie.duration_seconds': [1, 604_800],
  'stickiness.app_cookie.duration_seconds': [1, 604_800],
  'idle_timeout.timeout_seconds': [1, 4000],
  'client_keep_alive.seconds': [60, 604_800],
};

/** Slow start is off at 0; else it lasts so long. */
const SLOW_START = [30, 900] as const;

/** @throws ServiceFault `ValidationError` when a value is no whole number of its range, or no truth value */
export function checkAttributes(
  attributes: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
): void {
  for (const { Key: key = '', Value: value = '' } of attributes) {
    const slow = key === 'slow_start.duration_seconds';
    const range = slow && value !== '0' ? SLOW_START : RANGES[key];
    const [least, most] = range ?? [-Infinity, Infinity];
    if (range !== undefined && !(/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most))
      throw new ServiceFault(
        'ValidationError',
        `The value of '${key}' must be between '${least}' and '${most}' inclusive`,
      );
    if (TRUTHS.has(key) && value !== 'true' && value !== 'false')
      throw new ServiceFault('ValidationError', `The value of '${key}' must be 'true' or 'false'`);
  }
}

/** Keys of load balancers, of all types. Source: API reference, LoadBalancerAttribute. */
const KEYS: ReadonlySet<string> = new Set([
  'deletion_protection.enabled',
  'load_balancing.cross_zone.enabled',
  'access_logs.s3.enabled',
  'access_logs.s3.bucket',
  'access_logs.s3.prefix',
  'ipv6.deny_all_igw_traffic',
  'zonal_shift.config.enabled',
  'idle_timeout.timeout_seconds',
  'client_keep_alive.seconds',
  'connection_logs.s3.enabled',
  'connection_logs.s3.bucket',
  'connection_logs.s3.prefix',
  'health_check_logs.s3.enabled',
  'health_check_logs.s3.bucket',
  'health_check_logs.s3.prefix',
  'routing.http.desync_mitigation_mode',
  'routing.http.drop_invalid_header_fields.enabled',
  'routing.http.preserve_host_header.enabled',
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
  'routing.http.x_amzn_tls_kx.enabled',
  'routing.http.xff_client_port.enabled',
  'routing.http.xff_header_processing.mode',
  'routing.http2.enabled',
  'waf.fail_open.enabled',
  'dns_record.client_routing_policy',
  'secondary_ips.auto_assigned.per_subnet',
]);

/** Refuses what is no attribute of a load balancer. */
export function requireKnownKeys(attributes: readonly { readonly Key?: string | undefined }[]): void {
  for (const { Key: key = '' } of attributes)
    if (!KEYS.has(key))
      throw new ServiceFault('ValidationError', `Load balancer attribute key '${key}' is not recognized`);
}

const TRUTHS: ReadonlySet<string> = new Set([
  'stickiness.enabled',
  'proxy_protocol_v2.enabled',
  'deletion_protection.enabled',
  'access_logs.s3.enabled',
  'routing.http2.enabled',
]);

/** Attributes of a fresh target group of an application or network load balancer. */
export function targetGroupDefaults(protocol: string): Map<string, string> {
  const http = protocol.startsWith('HTTP');
  return new Map([
    ['deregistration_delay.timeout_seconds', '300'],
    ['stickiness.enabled', 'false'],
    ['stickiness.type', http ? 'lb_cookie' : 'source_ip'],
    ['load_balancing.cross_zone.enabled', 'use_load_balancer_configuration'],
    ...(http
      ? ([
          ['slow_start.duration_seconds', '0'],
          ['load_balancing.algorithm.type', 'round_robin'],
        ] as const)
      : ([['proxy_protocol_v2.enabled', 'false']] as const)),
  ]);
}

/** Attributes of a fresh load balancer. */
export function balancerDefaults(type: string): Map<string, string> {
  return new Map([
    ['deletion_protection.enabled', 'false'],
    ['access_logs.s3.enabled', 'false'],
    ['load_balancing.cross_zone.enabled', String(type === 'application')],
    ...(type === 'application'
      ? ([
          ['idle_timeout.timeout_seconds', '60'],
          ['routing.http2.enabled', 'true'],
        ] as const)
      : []),
  ]);
}

export function attributeList(attributes: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}
