/** What Lambda calls. */
import { handlerOf } from './handler.js';

export const handler = handlerOf();
