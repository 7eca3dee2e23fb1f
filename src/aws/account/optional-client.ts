import { AwsFault } from '../../errors.js';

/**
 * A client whose package is an optional dependency.
 * @throws AwsFault `unsupported` where it was not installed
 */
export async function optionalClient<T>(make: () => Promise<T>, operation: string, name: string): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new AwsFault('unsupported', operation, 'NotInstalled', `The optional package ${name} is not installed.`);
  }
}
