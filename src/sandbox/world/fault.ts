/**
 * An error in the service's own words: what the wire layer encodes as the error document.
 * `code` is the wire code (`ValidationError`), not the SDK's class name.
 */
export class ServiceFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}
