import { HttpResponse } from '@smithy/core/protocols';
import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from '../../../src/aws/gateway.js';
import { toFault } from '../../../src/aws/session/faults.js';
import type { FaultKind } from '../../../src/errors.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { faultOf, gatewayOver, gatewayTo } from '../support.js';

describe('faults of AWS', () => {
  const rows: readonly [FaultKind, string, string, number?][] = [
    ['throttled', 'Throttling', 'Rate exceeded'],
    ['throttled', 'RateExceeded', 'Rate exceeded'],
    ['throttled', 'RequestLimitExceeded', 'Request limit exceeded.', 503],
    ['throttled', 'TooManyRequestsException', 'Too many', 429],
    ['throttled', 'ValidationError', 'Rate exceeded'],
    ['busy', 'ScalingActivityInProgress', 'Scaling activity 7 is in progress and blocks this action'],
    ['busy', 'ResourceContention', 'You already have a pending update to an Auto Scaling resource', 500],
    [
      'busy',
      'ValidationError',
      'Stack:arn:aws:cloudformation:eu-west-1:1:stack/web/7 is in UPDATE_IN_PROGRESS state and can not be updated.',
    ],
    [
      'invalid',
      'ValidationError',
      'Stack:arn:aws:cloudformation:eu-west-1:1:stack/web/7 is in ROLLBACK_COMPLETE state and can not be updated.',
    ],
    [
      'invalid',
      'ValidationError',
      'Stack:arn:aws:cloudformation:eu-west-1:1:stack/web/7 is in REVIEW_IN_PROGRESS state and can not be updated.',
    ],
    [
      'denied',
      'AccessDenied',
      'User: arn:aws:iam::1:user/u is not authorized to perform: autoscaling:UpdateAutoScalingGroup',
      403,
    ],
    ['denied', 'UnauthorizedOperation', 'You are not authorized', 403],
    ['denied', 'SomethingNew', 'No', 403],
    ['expired', 'ExpiredToken', 'The security token included in the request is expired', 403],
    ['expired', 'RequestExpired', 'Request has expired.', 400],
    ['credentials', 'InvalidClientTokenId', 'The security token included in the request is invalid.', 403],
    ['credentials', 'SignatureDoesNotMatch', 'The request signature we calculated does not match', 403],
    ['missing', 'ValidationError', 'AutoScalingGroup name not found - web'],
    ['missing', 'ValidationError', 'Instance Id not found - No managed instance found for instance ID: i-0a'],
    ['missing', 'ValidationError', 'Stack with id web does not exist'],
    ['missing', 'ValidationError', 'Stack [web] does not exist'],
    ['missing', 'LoadBalancerNotFound', 'There is no ACTIVE Load Balancer named web'],
    ['invalid', 'ValidationError', 'Parameters: [ImageId] do not exist in the template'],
    ['invalid', 'ValidationError', 'Desired capacity:15 must be between the specified min size:0 and max size:10'],
    ['unsupported', 'InvalidAction', 'Could not find operation X for version 2011-01-01'],
    ['unsupported', 'UnknownOperationException', '', 404],
    ['transient', 'InternalFailure', 'Oops', 500],
    ['transient', 'SomethingNew', 'Oops', 503],
  ];
  for (const [kind, code, message, status] of rows) {
    it(`${code} "${message.slice(0, 60)}" (${status ?? 400}) is ${kind}`, async () => {
      const { gateway } = gatewayTo({
        autoscaling: { UpdateAutoScalingGroup: new ServiceFault(code, message, status) },
      });
      const fault = await faultOf(gateway.resize('web', { min: 1, max: 1, desired: 1 }));
      expect([fault.kind, fault.operation, fault.code]).to.deep.equal([
        kind,
        'autoscaling:UpdateAutoScalingGroup',
        code,
      ]);
      expect(fault.requestId).to.match(/^[0-9a-f-]{36}$/);
      if (message !== '') expect(fault.message).to.equal(message);
    });
  }

  it('a page that is no error document is transient by its status and says so', async () => {
    const gateway = gatewayOver(() =>
      Promise.resolve({
        response: new HttpResponse({
          statusCode: 502,
          headers: { 'content-type': 'text/html' },
          body: Buffer.from('<html><p>Bad gateway'),
        }),
      }),
    );
    const fault = await faultOf(gateway.identity());
    expect([fault.kind, fault.operation, fault.code]).to.deep.equal([
      'transient',
      'sts:GetCallerIdentity',
      'UnreadableAnswer',
    ]);
    expect(fault.message).to.contain('HTTP 502');
  });

  it('says nothing of keys, tokens, signed requests or commands', () => {
    const of = (message: string, name = 'SignatureDoesNotMatch'): string =>
      toFault({ name, Code: name, message }, 'sts:GetCallerIdentity').message;
    expect(
      of(
        "It does not match. The Canonical String for this request should have been\n'POST\nx-amz-security-token:FwoGZXIv'",
      ),
    ).to.equal('It does not match.');
    expect(of('Credential AKIAIOSFODNN7EXAMPLE is not known')).to.equal('Credential AKIA… is not known');
    expect(of('GET /?X-Amz-Signature=abc123&X-Amz-Credential=AK%2F1')).to.equal(
      'GET /?X-Amz-Signature=…&X-Amz-Credential=…',
    );
    expect(of('Command failed: /opt/login --password hunter2', 'CredentialsProviderError')).to.equal(
      'The credential_process of the profile failed.',
    );
  });

  it('tells credentials that ran out from credentials that are not there', () => {
    const kind = (name: string, message: string): FaultKind =>
      toFault(Object.assign(new Error(message), { name }), 'sts:GetCallerIdentity').kind;
    expect(kind('CredentialsProviderError', 'Could not load credentials from any providers')).to.equal('credentials');
    expect(kind('CredentialsProviderError', 'The SSO session associated with this profile has expired.')).to.equal(
      'expired',
    );
    expect(kind('TokenProviderError', 'Token is expired')).to.equal('expired');
  });
});

describe('faults of the network', () => {
  let server: Server;
  const at = (port: number): ReturnType<typeof createGateway> =>
    createGateway({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' }),
    });
  const listen = async (): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => server.close());

  it('nobody listening is unreachable', async () => {
    server = createServer();
    const port = await listen();
    await new Promise((resolve) => server.close(resolve));
    const fault = await faultOf(at(port).identity());
    expect([fault.kind, fault.code]).to.deep.equal(['unreachable', 'ECONNREFUSED']);
  });

  it('a connection that breaks after the request is transient: its effect may have happened', async () => {
    server = createServer((request) => request.socket.destroy());
    const fault = await faultOf(at(await listen()).identity());
    expect([fault.kind, fault.code]).to.deep.equal(['transient', 'ECONNRESET']);
  });

  it('tries once: what comes after is for the engine to decide', async () => {
    let requests = 0;
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(503, { 'content-type': 'text/xml' });
      response.end(
        '<ErrorResponse><Error><Type>Receiver</Type><Code>ServiceUnavailable</Code><Message>Later</Message></Error><RequestId>7</RequestId></ErrorResponse>',
      );
    });
    const fault = await faultOf(at(await listen()).identity());
    expect([fault.kind, requests]).to.deep.equal(['transient', 1]);
  });
});
