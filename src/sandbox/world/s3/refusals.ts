import { ServiceFault } from '../fault.js';

/** What S3 says of documents that it cannot read, or that lack what they have to say. */
export function malformedXml(): ServiceFault {
  return new ServiceFault(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** What S3 says when a condition of a request does not hold. */
export function preconditionFailed(): ServiceFault {
  return new ServiceFault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}
