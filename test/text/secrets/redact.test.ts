import { expect } from 'chai';
import fc from 'fast-check';
import { formsOf } from '../../../src/text/secrets/forms.js';
import { redactor, restRedactor } from '../../../src/text/secrets/redact.js';

const ODD = `p&ss "w<o>rd" it's/50% $HOME é`;
const KEY = '-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7+x/9\nq2ZkQ==\n-----END KEY-----\n';

/** What other programs make of a value, written down as they print it. */
const WRITTEN: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  JSON: (text) => JSON.stringify({ password: text }),
  'JSON within JSON': (text) => JSON.stringify({ body: JSON.stringify({ password: text }) }),
  'JSON of ASCII alone': (text) =>
    JSON.stringify(text).replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  XML: (text) =>
    `<v>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')}</v>`,
  'XML with numbers': (text) =>
    `<v a="${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;').replaceAll("'", '&#39;')}"/>`,
  'a query': (text) => `https://host/?p=${encodeURIComponent(text)}&q=1`,
  'a form': (text) => new URLSearchParams({ p: text, q: '1' }).toString(),
  'a URL in small letters': (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  'a shell in single quotes': (text) => `app --db '${text.replaceAll("'", `'\\''`)}'`,
  'a shell in double quotes': (text) => `app --db "${text.replace(/[\\"$`]/g, '\\$&')}"`,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 of more': (text) => `Basic ${Buffer.from(`me:${text}!`).toString('base64')}`,
  base64url: (text) => Buffer.from(`u:${text}`).toString('base64url'),
  'one line': (text) => text.replace(/\s+/g, ' ').trim(),
  'without line breaks': (text) => text.replace(/[\r\n]/g, ''),
  'Windows line breaks, indented': (text) => text.split('\n').join('\r\n    '),
};

describe('a known secret', () => {
  for (const [how, write] of Object.entries(WRITTEN))
    for (const [what, secret] of Object.entries({ 'a password': ODD, 'a key of several lines': KEY }))
      it(`that is ${what} is taken out of a text that writes it as ${how}`, () => {
        const written = write(secret);
        const left = redactor([secret])(`before ${written} after`);
        expect(left)
          .to.match(/^before .*\*\*\*\*/s)
          .and.to.match(/after$/);
        for (const part of ['p&ss', 'p&amp;ss', 'p%26ss', 'rd" it', 'MIIEpAIB', 'q2ZkQ'])
          expect(left).not.to.include(part);
        // Of a text of ten bytes and more, no run of six characters that it made is left.
        for (let at = 0; at + 12 <= secret.trim().length; at += 6) {
          const [run = ''] = secret.trim().slice(at).split('\n');
          if (run.length >= 12) expect(left).not.to.include(run);
        }
      });

  it('is taken out line by line, but for lines that are words of every script', () => {
    const hide = redactor(['#!/bin/sh\ndone\nexport KEY=s3cr3t-value\n']);
    expect(hide('line 3: export KEY=s3cr3t-value: done')).to.equal('line 3: ****: done');
  });

  it('is longer than three characters, since shorter ones are words of every sentence', () => {
    expect(formsOf('abc')).to.deep.equal([]);
    expect(redactor(['abc', ''])('abc')).to.equal('abc');
  });

  it('whatever it is, is never left in what JSON, a URL or base64 make of it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme' }).filter((text) => text.trim().length >= 4),
        fc.nat(5),
        (secret, offset) => {
          const hide = redactor([secret]);
          const coded = Buffer.from(`${'x'.repeat(offset)}${secret}`).toString('base64');
          // The characters that are shared with what stands beside it may stay: fewer than a byte at each end.
          expect(hide(coded).replaceAll('*', '').length).to.be.at.most(Math.ceil((offset * 8) / 6) + 4);
          if (/[^*]/.test(secret)) {
            expect(hide(JSON.stringify(secret))).not.to.equal(JSON.stringify(secret));
            expect(hide(encodeURIComponent(secret))).not.to.equal(encodeURIComponent(secret));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('whose beginning was cut off is known by its end, in JSON too', () => {
    expect(restRedactor(['say "so" again'])('\\"so\\" again; and more')).to.equal('****; and more');
  });

  it('that is long costs little', () => {
    const long = Array.from({ length: 60 }, (_, line) => `line ${line} of a key ${'k'.repeat(50)}`).join('\n');
    expect(formsOf(long).length).to.be.at.most(1_500);
  });
});
