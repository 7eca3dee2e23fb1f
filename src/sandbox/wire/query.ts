import type { ServiceFault } from '../world/fault.js';
import { escapeXml, structWriter } from './xml.js';
import type { OperationShape, QueryService } from './services.js';

/** A call that is answered. */
export interface AnsweredCall {
  readonly operation: string;
  readonly shape: OperationShape;
  readonly requestId: string;
}

/** The answer of an operation in the wrapping of its protocol. */
export function writeAnswer(
  service: QueryService,
  { operation, shape, requestId }: AnsweredCall,
  output: object,
): string {
  const content = shape.output.isUnitSchema() ? undefined : structWriter(shape.output)(output);
  const open = `<${operation}Response xmlns="${service.namespace}">`;
  if (service.protocol === 'ec2Query') {
    return `${open}<requestId>${requestId}</requestId>${content ?? '<return>true</return>'}</${operation}Response>`;
  }
  const result = content === undefined ? '' : `<${operation}Result>${content}</${operation}Result>`;
  return (
    `${open}${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}` +
    'Response>'
  );
}

/** The error document of the protocol. */
export function writeFault(service: QueryService, fault: ServiceFault, requestId: string): string {
  const code = `<Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message>`;
  if (service.protocol === 'ec2Query') {
    return (
      '<?xml version="1.0" ' +
      `encoding="UTF-8"?>\n<Response><Errors><Error>${code}</Error></Errors><RequestID>${requestId}` +
      '</RequestID></Response>'
    );
  }
  const type = fault.status < 500 ? 'Sender' : 'Receiver';
  return (
    `<ErrorResponse xmlns="${service.namespace}"><Error><Type>${type}</Type>${code}</Error><RequestId>${requestId}` +
    '</RequestId></ErrorResponse>'
  );
}
