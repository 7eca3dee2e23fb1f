import { expect } from 'chai';
import { sandboxOf } from './support.js';
import type { WireAnswer, WireRequest } from '../../../src/sandbox/wire/wire-types.js';

const request = (changes: Partial<WireRequest>): WireRequest => ({
  method: 'POST',
  host: 'autoscaling.eu-west-1.amazonaws.com',
  path: '/',
  query: new URLSearchParams(),
  headers: {
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/autoscaling/aws4_request, SignedHeaders=host, Signature=00',
  },
  body: 'Action=DescribeAutoScalingGroups&Version=2011-01-01',
  ...changes,
});
const sign = (service: string): WireRequest['headers'] => ({
  authorization: `AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/${service}/aws4_request`,
});
const sandbox = sandboxOf({
  autoscaling: { DescribeAutoScalingGroups: () => ({ AutoScalingGroups: [] }), SetDesiredCapacity: () => ({}) },
  ec2: { DescribeInstances: () => ({ Reservations: [] }) },
});
let lastInput: object | undefined;
sandbox.onCall((call) => (lastInput = call.input));
const ask = (changes: Partial<WireRequest>): WireAnswer => sandbox.wire.answer(request(changes)) as WireAnswer;

describe('a request as bytes', () => {
  it('is answered in the wrapping of AWS Query, at the time of the world', () => {
    const { status, headers, body } = ask({});
    expect(status).to.equal(200);
    expect(headers['date']).to.equal('Sat, 21 Nov 2026 03:00:00 GMT');
    expect(body).to.equal(
      '<DescribeAutoScalingGroupsResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeAutoScalingGroupsResult>' +
        '<AutoScalingGroups/></DescribeAutoScalingGroupsResult><ResponseMetadata>' +
        `<RequestId>${headers['x-amzn-requestid']}</RequestId></ResponseMetadata></DescribeAutoScalingGroupsResponse>`,
    );
  });

  it('is answered in the wrapping of EC2', () => {
    const { headers, body } = ask({ headers: sign('ec2'), body: 'Action=DescribeInstances&Version=2016-11-15' });
    expect(body).to.equal(
      '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' +
        `<requestId>${headers['x-amzn-requestid']}</requestId><reservationSet/></DescribeInstancesResponse>`,
    );
  });

  it('numbers the items of a list, in whatever order they come', () => {
    ask({
      body: 'Action=DescribeAutoScalingGroups&Version=2011-01-01&AutoScalingGroupNames.member.10=c&AutoScalingGroupNames.member.2=b&AutoScalingGroupNames.member.1=a',
    });
    expect(lastInput).to.deep.equal({ AutoScalingGroupNames: ['a', 'b', 'c'] });
  });

  it('may be a GET', () => {
    const query = new URLSearchParams('Action=DescribeAutoScalingGroups&Version=2011-01-01');
    expect(ask({ method: 'GET', query, body: '' }).status).to.equal(200);
  });

  it('is refused without a signature', () => {
    const { status, body } = ask({ headers: {} });
    expect(status).to.equal(403);
    expect(body).to.contain('<Code>MissingAuthenticationToken</Code>');
    const ec2 = ask({ headers: {}, body: 'Action=DescribeInstances&Version=2016-11-15' });
    expect(ec2.body).to.contain('<Response><Errors><Error><Code>MissingAuthenticationToken</Code>');
    expect(ask({ headers: {}, method: 'GET', path: '/bucket/key', body: '' }).body).to.contain(
      '<Code>AccessDenied</Code>',
    );
  });

  it('is refused for an action or a version that the service does not have', () => {
    for (const body of ['Action=Dance&Version=2011-01-01', 'Action=DescribeAutoScalingGroups&Version=1999-01-01', '']) {
      const answer = ask({ body });
      expect(answer.status).to.equal(400);
      expect(answer.body).to.contain('<Code>InvalidAction</Code>');
    }
    // The names of the SDK's other exports are no actions.
    expect(ask({ body: 'Action=AutoScalingGroup&Version=2011-01-01' }).body).to.contain('<Code>InvalidAction</Code>');
    expect(
      ask({ headers: sign('elasticloadbalancing'), body: 'Action=DescribeInstanceHealth&Version=2015-12-01' }).body,
    ).to.contain('<Code>InvalidAction</Code>');
  });

  it('is refused for values that are none', () => {
    const body = 'Action=SetDesiredCapacity&Version=2011-01-01&AutoScalingGroupName=g&DesiredCapacity=many';
    expect(ask({ body }).body).to.contain(
      "<Code>MalformedInput</Code><Message>Invalid value 'many' for DesiredCapacity</Message>",
    );
    const missing = ask({ body: 'Action=SetDesiredCapacity&Version=2011-01-01' }).body;
    expect(missing).to.contain('2 validation errors detected: ');
    const ec2 = ask({ headers: sign('ec2'), body: 'Action=DescribeInstances&Version=2016-11-15&Colour=red' }).body;
    expect(ec2).to.contain('<Code>UnknownParameter</Code><Message>The parameter Colour is not recognized</Message>');
  });

  it('shows a bug of the world as what it is', () => {
    const broken = sandboxOf({
      autoscaling: {
        DescribeAutoScalingGroups: () => {
          throw new TypeError('x is undefined');
        },
      },
    });
    expect(() => broken.wire.answer(request({}))).to.throw(TypeError, 'x is undefined');
  });
});
