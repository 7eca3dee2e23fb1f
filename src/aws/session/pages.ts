import { AwsFault } from '../../errors.js';

/** No operation reads more pages than this: an endless token is a fault of the service, not a reason to hang. */
const MOST_PAGES = 100;

/**
 * Reads pages until there is no token.
 * @param ask asks for one page and answers it with the token of the next
 * @param enough stops early when it says so of a page
 */
export async function allPages<Page>(
  operation: string,
  ask: (token: string | undefined) => Promise<{ readonly page: Page; readonly next: string | undefined }>,
  enough: (page: Page) => boolean = () => false,
): Promise<Page[]> {
  const pages: Page[] = [];
  let token: string | undefined;
  do {
    if (pages.length === MOST_PAGES)
      throw new AwsFault('invalid', operation, 'TooManyPages', `${operation} answered more than ${MOST_PAGES} pages.`);
    const { page, next } = await ask(token);
    pages.push(page);
    if (enough(page)) break;
    token = next === '' ? undefined : next;
  } while (token !== undefined);
  return pages;
}
