import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Served } from '../index.js';
import { disturb, readWish } from './disturb.js';
import { PAGE_SCRIPT, PAGE_STYLE } from './page-assets.js';
import { pictureMarkup, picturePage } from './picture-page.js';
import { there } from '../there.js';
import { worldPicture, type WorldPicture } from './world-picture.js';

/** The page may load its own script and style and ask its own server, and nothing else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Answers a request for the picture of the world or for one of its buttons.
 * @param worlds the one that is shown, then those of other regions, of which stacks are named alone
 * @returns whether it did; a request for AWS is left alone
 */
export function servePicture(
  worlds: readonly Served[],
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): boolean {
  const sandbox = there(worlds[0]);
  const picture = (): WorldPicture => worldPicture(sandbox, worlds.slice(1));
  const send = (status: number, type: string, text: string): true => {
    response.writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(text);
    return true;
  };
  switch (request.url) {
    case '/':
      return isBrowser(request) && send(200, 'text/html', picturePage(picture()));
    case '/_sandbox/picture':
      return send(200, 'text/html', pictureMarkup(picture()));
    case '/_sandbox/page.css':
      return send(200, 'text/css', PAGE_STYLE);
    case '/_sandbox/page.js':
      return send(200, 'text/javascript', PAGE_SCRIPT);
    case '/_sandbox/disturb': {
      // A page from elsewhere cannot send this type without asking first, and is answered nothing then.
      if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json')
        return send(405, 'text/plain', 'A button sends POST with content-type application/json.\n');
      try {
        return send(200, 'text/plain', `${disturb(sandbox.world, readWish(body.toString('utf8')))}\n`);
      } catch (error) {
        return send(400, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    default:
      return false;
  }
}

/** Clients of AWS sign what they ask, and ask for no page. */
function isBrowser({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.authorization === undefined && headers.accept?.includes('text/html') === true;
}
