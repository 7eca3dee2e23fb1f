/** The function with a limit on operations that a test can reach. */
import { handlerOf } from '../../handler.js';

export const handler = handlerOf({ mostOperations: 14 });
