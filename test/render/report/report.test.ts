import { expect } from 'chai';
import { parseHTML } from 'linkedom';
import type { Stamped } from '../../../src/model/event.js';
import type { InstanceRow } from '../../../src/model/rollout/instance-row.js';
import { reportAs, type Format } from '../../../src/render/report/formats.js';
import { expectGolden } from '../../golden.js';
import { ofSome, recording, type StoryName } from '../live/recordings.js';
import { scattered } from './scattered.js';

/** What is used of an element. */
interface Element {
  readonly textContent: string;
  readonly outerHTML: string;
  remove(): void;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

async function pageOf(events: readonly Stamped[]): Promise<Element> {
  const { document } = parseHTML(await reportAs('html', events)) as unknown as { readonly document: Element };
  return document;
}

/** The words of an element, one blank between them. */
function words(element: Element | null): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

/** What a person reads of a page, part by part; pictures by their names. */
function outline(page: Element): string {
  const told = [...page.querySelectorAll('h1, h2, h3, dt, dd, summary, caption, figcaption, svg, tr, pre')].map(
    (one) => {
      const name = /^<(\w+)/.exec(one.outerHTML)?.[1] ?? '';
      return name === 'svg' ? `svg: ${one.getAttribute('aria-label') ?? ''}` : `${name}: ${words(one)}`;
    },
  );
  return `${told.join('\n')}\n`;
}

/** The questions that a report answers, and where. */
const QUESTIONS = [
  'what-happened',
  'why',
  'what-serves',
  'what-to-do',
  'what-is-left',
  'lowest',
  'from-to',
  'since-when',
  'who',
  'time',
  'cost',
  'parameters',
];

describe('the report', () => {
  const stories: readonly StoryName[] = ['promoted', 'rolled-back', 'adopted', 'stack-failed', 'forty-groups'];
  for (const story of stories) {
    for (const [format, ending] of [
      ['markdown', 'md'],
      ['junit', 'xml'],
    ] as const satisfies readonly (readonly [Format, string])[])
      it(`tells "${story}" as ${format}`, async () => {
        expectGolden(`report/${story}.${ending}`, await reportAs(format, await recording(story)));
      });

    it(`answers every question about "${story}" at its own place in the page`, async () => {
      const page = await pageOf(await recording(story));
      for (const id of QUESTIONS) {
        const found = [...page.querySelectorAll(`[id="${id}"]`)];
        expect(found.length, id).to.equal(1);
        expect(words(found[0] ?? null), id).not.to.match(/^$|Not told|undefined|NaN/);
      }
      const ids = [...page.querySelectorAll('[id]')].map((one) => one.getAttribute('id'));
      expect(ids.length).to.equal(new Set(ids).size);
    });
    it(`tells "${story}" as text`, async () => {
      const text = await reportAs('text', await recording(story));
      expectGolden(`report/${story}.txt`, text.split('\n').filter(ofSome).join('\n'));
    });

    it(`tells "${story}" as a page`, async () => {
      const told = outline(await pageOf(await recording(story)));
      expectGolden(`report/${story}.outline.txt`, told.split('\n').filter(ofSome).join('\n'));
    });
  }

  it('says what happened, why, what serves and what to do after a roll-back', async () => {
    const page = await pageOf(await recording('rolled-back'));
    const at = (id: string): string => words(page.querySelector(`[id="${id}"]`));
    expect(at('what-happened')).to.equal('Rolled back: update-stack web, groups: 1 rolled back (exit 4).');
    expect(at('why')).to.match(/no further instance was proven for 180 s \(0 of 2\).*\[swap\.rolledBack\]$/);
    expect(at('what-serves')).to.contain('2 of 2 serve (2 old)');
    expect(at('what-to-do')).to.contain('ha-updater status web --region eu-west-1');
    expect(at('what-is-left')).to.contain('Frozen');
    expect(at('lowest')).to.match(/2 instances in service; promised: never below 2\.$/);
    expect(at('from-to')).to.contain('ami-0123456789abcdef0 → ami-0bad0bad0bad0bad0');
    expect(at('who')).to.contain('arn:aws:iam::123456789012:user/deploy');
    expect(at('time')).to.contain('--healthy-timeout');
    expect(at('cost')).to.match(/0\.\d[1-9] instance-hours/);
    expect(at('parameters')).to.contain('ImageId: ami-0bad0bad0bad0bad0').and.not.to.contain('only-an-example');
    expect(words(page.querySelector('pre[aria-label^="What shows it"]'))).to.contain('console of i-');
  });

  it('draws the capacity, each instance and the stack, each with a table that says the same', async () => {
    const page = await pageOf(await recording('promoted'));
    const pictures = [...page.querySelectorAll('svg')];
    expect(pictures.map((one) => one.getAttribute('role'))).to.deep.equal(['img', 'img', 'img']);
    expect(pictures.map((one) => one.getAttribute('aria-label'))[0]).to.equal(
      'Instances through time: never below 2 in service, promised 2.',
    );
    expect([...page.querySelectorAll('ol.marks li')].map((one) => words(one).replace(/ at .*/, ''))).to.deep.equal([
      'all launched',
      'first in service',
      'proven',
      'verdict: promote',
      'other half gone',
    ]);
    const table = words(page.querySelector('table:has(caption)') ?? null);
    expect(table).to.contain('promoted');
    // Those that went the same way share a row.
    const states = [...page.querySelectorAll('tr')].map(words).filter((row) => /^(?:i-\w+,? )+(?:old|new) /.test(row));
    const instances = (ofRow: RegExp): number =>
      states.filter((row) => ofRow.test(row)).flatMap((row) => row.match(/i-\w+/g) ?? []).length;
    expect(instances(/ new .*booting.*in service.*proven/)).to.equal(2);
    expect(instances(/ new launching|new .*Z launching.*booting/)).to.be.at.least(1);
    expect(instances(/ old .*in service.*draining, leaving/)).to.equal(2);
  });

  it('counts of a rollout that it took over its own time and cost alone', async () => {
    const page = await pageOf(await recording('adopted'));
    expect(words(page.querySelector('[id="since-when"]'))).to.match(/: 1m 25s\.$/);
    expect(words(page.querySelector('[id="time"]'))).not.to.contain('Launch of the new instances');
    const row = [...page.querySelectorAll('tr')].map(words).find((one) => /^web-Group-\w+ promoted/.test(one));
    // Its new instances were there when it came: two of them for 78 s.
    expect(row).to.match(/ promoted 2 2 1m 23s 0\.05 /);
  });

  it('says what would shorten a rollout', async () => {
    const page = await pageOf(await recording('promoted'));
    expect(words(page.querySelector('[id="time"]'))).to.match(
      /Boot and health checks: 58s\. The health checks of web-ClassicBalancer-\w+ take at least 20 s of it/,
    );
  });

  it('asks for nothing from elsewhere and runs nothing', async () => {
    const text = await reportAs('html', await recording('rolled-back'));
    expect(text).not.to.match(/<script|<link[^>]*href="(?!data:,)|\ssrc=|@import|url\((?!#)|\son\w+=/i);
    expect(text).to.contain('default-src &#39;none&#39;');
  });

  it('shows words of others as words', async () => {
    const evil = '</title><script>alert(1)</script><img src=x onerror=alert(1)>&"\'';
    const events = (await recording('rolled-back')).map(
      (stamped) =>
        JSON.parse(JSON.stringify(stamped).replaceAll('app.service', JSON.stringify(evil).slice(1, -1))) as Stamped,
    );
    const html = await reportAs('html', events);
    expect(html).not.to.match(/<script|<img/);
    expect(words((await pageOf(events)).querySelector('pre[aria-label^="What shows it"]'))).to.contain(evil);
    const { document } = parseHTML(await reportAs('junit', events)) as unknown as { readonly document: Element };
    expect(document.querySelector('script')).to.equal(null);
    expect(await reportAs('markdown', events)).to.match(/```+text\n[^]*<script>[^]*```/);
  });

  it('says that a run did not end, and how to find out what is there', async () => {
    const events = (await recording('promoted')).slice(0, -20);
    const page = await pageOf(events);
    expect(words(page.querySelector('[id="what-happened"]'))).to.match(/^Not finished: .*update-stack web/);
    expect(words(page.querySelector('[id="what-to-do"]'))).to.contain('ha-updater status web --region eu-west-1');
    expect(await reportAs('junit', events)).to.contain('<failure type="unfinished"');
  });

  it('is readable with 500 instances: those that went the same way share a row', async () => {
    const from = Date.parse('2026-11-21T03:00:00Z');
    const row = (index: number, state: InstanceRow['state']): InstanceRow => ({
      id: `i-${index.toString(16).padStart(17, '0')}`,
      half: index < 250 ? 'old' : 'new',
      state,
      lifecycle: 'InService',
      zone: 'a',
      says: [],
    });
    const all = Array.from({ length: 500 }, (_, index) => index);
    const told = (seconds: number, instances: readonly InstanceRow[], first: boolean): Stamped => ({
      v: 1,
      seq: seconds + 1,
      at: from + seconds * 1000,
      run: 'r',
      event: { type: 'group.instances', group: 'web', instances, gone: [], ...(first && { all: true as const }) },
    });
    const events: readonly Stamped[] = [
      { v: 1, seq: 1, at: from, run: 'r', event: { type: 'groups.found', groups: ['web'] } },
      told(
        1,
        all.map((index) => row(index, index < 250 ? 'serving' : 'launching')),
        true,
      ),
      told(
        60,
        all.slice(250, 499).map((index) => row(index, 'serving')),
        false,
      ),
      told(90, [row(499, 'unhealthy')], false),
    ];
    const page = await pageOf(events);
    const names = [...page.querySelectorAll('[id^="group-"] svg g text')]
      .map(words)
      .filter((name) => name.includes('i-'));
    expect(names.length).to.equal(3);
    expect((await reportAs('html', events)).length).to.be.lessThan(100_000);
  });

  it('is bounded and complete with 500 instances of which no two went the same way', async () => {
    const text = await reportAs('html', scattered(500));
    const { document: page } = parseHTML(text) as unknown as { readonly document: Element };
    const rows = [...page.querySelectorAll('tr')].map(words).filter((one) => /^i-\w+ (old|new)/.test(one));
    expect(new Set(rows.map((one) => one.split(' ')[0])).size).to.equal(1_000);
    const drawn = [...page.querySelectorAll('[id^="group-"] svg g text')]
      .map(words)
      .filter((one) => one.includes('i-'));
    expect(drawn.length).to.equal(80);
    expect(text).to.contain('920 rows more are in the table.');
    expect(text.length).to.be.lessThan(1_500_000);
  });

  it('takes time and room in proportion to the instances', async () => {
    const cost = async (many: number): Promise<{ readonly cpu: number; readonly bytes: number }> => {
      const events = scattered(many);
      const turns: number[] = [];
      let bytes = 0;
      for (let turn = 0; turn < 3; turn += 1) {
        const began = process.cpuUsage();
        bytes = (await reportAs('html', events)).length;
        turns.push(process.cpuUsage(began).user);
      }
      return { cpu: Math.min(...turns), bytes };
    };
    await cost(50);
    const [few, many] = [await cost(250), await cost(1_000)];
    // Four times as many: a square would be sixteen times as long.
    expect(many.bytes / few.bytes).to.be.lessThan(5);
    expect(many.cpu / few.cpu).to.be.lessThan(9);
  });
});
