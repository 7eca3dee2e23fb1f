import { expect } from 'chai';
import { createSecrets } from '../../src/run/secrets.js';

describe('what a run hides', () => {
  it('is what its environment and the address of its lock hold, and what is added: exactly, from four characters on', () => {
    const hidden = createSecrets(
      { AWS_SECRET_ACCESS_KEY: 'key-of-aws', HA_UPDATER_LOCK_PASSWORD: 'of-the-lock', OTHER: 'open' },
      'redis://me:p%40ss%20word@host',
    );
    expect(hidden.redact('key-of-aws, of-the-lock, open, p@ss word, p%40ss%20word, me')).to.equal(
      '****, ****, open, ****, ****, me',
    );
    hidden.add(['no-echo', 'abc', 'no-echo-longer']);
    expect(hidden.redact('no-echo-longer no-echo abc')).to.equal('**** **** abc');
  });

  it('is hidden also where a cut has left only its end', () => {
    const hidden = createSecrets({}, undefined);
    hidden.add(['secret-value']);
    expect(hidden.mask('value and more', true)).to.equal('**** and more');
    expect(hidden.mask('value and more', false)).to.equal('value and more');
    expect(hidden.mask('no value', true)).to.equal('no value');
    expect(hidden.mask('secret-value twice: secret-value', true)).to.equal('**** twice: ****');
  });

  it('is nothing in an address that cannot be read', () => {
    expect(createSecrets({}, 'redis://me:%E0%A4%A@host').redact('plain')).to.equal('plain');
    expect(createSecrets({}, 'no address').redact('no address')).to.equal('no address');
  });
});
