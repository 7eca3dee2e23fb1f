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
