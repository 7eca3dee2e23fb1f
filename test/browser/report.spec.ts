import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { reportAs } from '../../src/render/report/formats.js';
import { recording, type StoryName } from '../render/live/recordings.js';
import { scattered } from '../render/report/scattered.js';
import { ROOT } from '../support/root.js';

/*
 * A real Chromium looks at the report: `npm run test:browser`, and .ci/run. What drives it is installed in ci/browser,
 * so that whoever installs the tool gets none of it.
 */

/** What is used of playwright-core, which only ci/browser has. */
interface Browser {
  newContext(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  close(): Promise<void>;
}
interface Page {
  on(event: string, listener: (one: { url(): string; text(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  emulateMedia(options: object): Promise<void>;
  screenshot(options: object): Promise<unknown>;
  keyboard: { press(key: string): Promise<void> };
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where the system has its Chromium. @throws Error that says how to get one */
function chromiumOf(env: NodeJS.ProcessEnv): string {
  const said = env['CHROMIUM'] ?? '';
  const found = [
    said,
    ...(env['PATH'] ?? '').split(delimiter).flatMap((path) => NAMES.map((name) => join(path, name))),
  ];
  const first = found.find((path) => path !== '' && existsSync(path));
  if (first === undefined) throw new Error('There is no Chromium: apt-get install chromium, or name one in CHROMIUM.');
  return first;
}

const LOOKS = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } },
  narrow: { colorScheme: 'light', viewport: { width: 390, height: 800 } },
  print: { colorScheme: 'light', viewport: { width: 800, height: 1100 } },
} as const;

describe('the report in a browser', function () {
  this.timeout(120_000);
  const require = createRequire(join(ROOT, 'ci/browser/package.json'));
  /** Pictures for people are kept where somebody asks for them. */
  const pictures = process.env['SCREENSHOTS'];
  /** Where the two small pictures of docs/REPORT.md go; `npm run docs:pictures` says it. */
  const small = process.env['DOCS_PICTURES'];
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ha-updater-browser-'));
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
    const { chromium } = require('playwright-core') as { chromium: { launch(options: object): Promise<Browser> } };
    browser = await chromium.launch({
      executablePath: chromiumOf(process.env),
      // In a container the sandbox of Chromium needs what a container does not give; the page is our own.
      args: ['--no-sandbox', '--disable-background-networking'],
    });
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const stories: readonly StoryName[] = ['promoted', 'rolled-back', 'adopted', 'stack-failed', 'forty-groups'];
  for (const story of stories)
    for (const [look, options] of Object.entries(LOOKS))
      it(`shows "${story}" (${look}) without a request, a message or a barrier`, async () => {
        const path = join(folder, `${story}.html`);
        await writeFile(path, await reportAs('html', await recording(story)));
        // axe is put into the page from outside, which the policy of the page rightly forbids.
        const context = await browser.newContext({ ...options, bypassCSP: true });
        try {
          const page = await context.newPage();
          const requests: string[] = [];
          const messages: string[] = [];
          page.on('request', (request) => requests.push(request.url()));
          page.on('console', (message) => messages.push(message.text()));
          page.on('pageerror', (error) => messages.push((error as unknown as Error).message));
          await page.goto(`file://${path}`);
          if (look === 'print') await page.emulateMedia({ media: 'print' });
          if (pictures !== undefined)
            await page.screenshot({ path: join(pictures, `${story}-${look}.png`), fullPage: true });
          if (small !== undefined && story === 'promoted' && (look === 'light' || look === 'dark'))
            await page.screenshot({ path: join(small, `report-${look}.jpg`), type: 'jpeg', quality: 60 });
          expect(requests).to.deep.equal([`file://${path}`]);
          expect(messages).to.deep.equal([]);
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
          expect(wide, 'the page itself scrolls sideways').to.be.at.most(0);
          await page.evaluate((require('axe-core') as { source: string }).source);
          const found = await page.evaluate<readonly { id: string; nodes: readonly { html: string }[] }[]>(
            'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))',
          );
          expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).to.deep.equal([]);
        } finally {
          await context.close();
        }
      });

  it('is run through with the keyboard alone, and opens what is folded', async () => {
    const path = join(folder, 'forty-groups.html');
    await writeFile(path, await reportAs('html', await recording('forty-groups')));
    const context = await browser.newContext(LOOKS.light);
    try {
      const page = await context.newPage();
      await page.goto(`file://${path}`);
      const focused = (): Promise<string> => page.evaluate('document.activeElement.tagName');
      let presses = 0;
      while ((await focused()) !== 'SUMMARY' && presses++ < 200) await page.keyboard.press('Tab');
      expect(await focused()).to.equal('SUMMARY');
      const isOpen = (): Promise<boolean> => page.evaluate('document.activeElement.parentElement.open');
      const before = await isOpen();
      await page.keyboard.press('Enter');
      expect(await isOpen()).to.equal(!before);
    } finally {
      await context.close();
    }
  });

  it('shows 500 instances that all went their own ways, on a screen, a telephone and paper', async () => {
    const path = join(folder, 'five-hundred.html');
    await writeFile(path, await reportAs('html', scattered(500)));
    for (const look of ['light', 'narrow', 'print'] as const) {
      const context = await browser.newContext({ ...LOOKS[look], bypassCSP: true });
      try {
        const page = await context.newPage();
        const messages: string[] = [];
        page.on('console', (message) => messages.push(message.text()));
        page.on('pageerror', (error) => messages.push((error as unknown as Error).message));
        await page.goto(`file://${path}`);
        if (look === 'print') await page.emulateMedia({ media: 'print' });
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `five-hundred-${look}.png`) });
        expect(messages).to.deep.equal([]);
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
        expect(wide, `the page itself scrolls sideways (${look})`).to.be.at.most(0);
        const rows = "[...document.querySelectorAll('tr')].filter((row) => /^\\s*i-/.test(row.textContent)).length";
        expect(await page.evaluate<number>(rows)).to.equal(1_000);
        // Colours and names are those of the small runs; here it is the structure of a long page.
        await page.evaluate((require('axe-core') as { source: string }).source);
        const found = await page.evaluate<readonly string[]>(
          "axe.run({ rules: { 'color-contrast': { enabled: false } } }).then(({ violations }) => violations.map(({ id }) => id))",
        );
        expect(found).to.deep.equal([]);
      } finally {
        await context.close();
      }
    }
  });

  it('shows on paper what is folded on a screen', async () => {
    const path = join(folder, 'promoted.html');
    await writeFile(path, await reportAs('html', await recording('promoted')));
    const context = await browser.newContext(LOOKS.print);
    try {
      const page = await context.newPage();
      await page.goto(`file://${path}`);
      const shown = "document.querySelector('details details table').checkVisibility()";
      expect(await page.evaluate<boolean>(shown)).to.equal(false);
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate<boolean>(shown)).to.equal(true);
    } finally {
      await context.close();
    }
  });
});
