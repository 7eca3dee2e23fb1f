import { expect } from 'chai';
import { showsUnicode } from '../../../src/render/renderer.js';
import { cellWidth, cutToWidth, wrapWords } from '../../../src/render/live/cells.js';
import { createScreen } from '../../../src/render/live/screen.js';
import { shortName, shortNames } from '../../../src/render/live/short-names.js';

describe('the screen', () => {
  it('writes rows that differ alone', () => {
    const written: string[] = [];
    const screen = createScreen({ write: (text) => written.push(text), size: () => ({ columns: 80, rows: 24 }) });
    screen.show(['first', 'second', 'third']);
    screen.show(['first', 'changed', 'third']);
    screen.show(['first', 'changed', 'third']);
    expect(written).to.have.length(2);
    expect(written[1]).to.include('changed').and.not.to.include('first').and.not.to.include('third');
  });

  it('prints above the rows, and leaves nothing of them when it is cleared', () => {
    const written: string[] = [];
    const screen = createScreen({ write: (text) => written.push(text), size: () => ({ columns: 80, rows: 24 }) });
    screen.print(['before']);
    screen.show(['row']);
    screen.print(['kept']);
    screen.clear();
    screen.clear();
    expect(written[0]).to.equal('before\n');
    expect(written[2]).to.match(/kept[^]*row/);
    expect(written).to.have.length(4);
    expect(written[3]).to.match(/^\u001b\[\?2026h\r\u001b\[1A\u001b\[J/);
  });
});

describe('text in cells', () => {
  it('is as wide as a terminal shows it', () => {
    expect(cellWidth('abc…█')).to.equal(5);
    expect(cellWidth('日本')).to.equal(4);
    expect(cellWidth('e\u0301')).to.equal(1);
    expect(cutToWidth('日本語', 5, '…')).to.equal('日本…');
    expect(cutToWidth('fits', 4, '…')).to.equal('fits');
  });

  it('breaks at blanks alone', () => {
    expect(wrapWords('  one two three', 9, 2)).to.deep.equal(['  one two', '    three']);
    const arn = `arn:${'x'.repeat(30)}`;
    expect(wrapWords(`see ${arn} there`, 12, 0)).to.deep.equal(['see', arn, 'there']);
  });
});

describe('names on a screen', () => {
  it('are without the stack and without what CloudFormation drew', () => {
    expect(shortName('web', 'web-Group-J87XHLMSVXD0')).to.equal('Group');
    expect(shortName('web', 'web-ClassicBalancer-C8kuhaLQurbf')).to.equal('ClassicBalancer');
    expect(shortName('web', 'web-api-configuration')).to.equal('api-configuration');
    expect(shortName('', 'shop-worker-1')).to.equal('shop-worker-1');
    expect(shortName('web', 'web')).to.equal('web');
  });

  it('stay apart', () => {
    const names = ['web-Group-J87XHLMSVXD0', 'web-Group-K87XHLMSVXD1', 'web-Api-L87XHLMSVXD2'];
    expect([...shortNames('web', names).values()]).to.deep.equal(['Group-J87XHLMSVXD0', 'Group-K87XHLMSVXD1', 'Api']);
  });
});

describe('a terminal', () => {
  it('shows more than ASCII in a UTF-8 locale alone, the stronger variable first', () => {
    expect(showsUnicode({ LANG: 'en_US.UTF-8' })).to.equal(true);
    expect(showsUnicode({ LANG: 'C.utf8' })).to.equal(true);
    expect(showsUnicode({ LANG: 'C' })).to.equal(false);
    expect(showsUnicode({})).to.equal(false);
    expect(showsUnicode({ LC_ALL: 'C', LANG: 'en_US.UTF-8' })).to.equal(false);
    expect(showsUnicode({ LC_ALL: '', LC_CTYPE: 'UTF-8', LANG: 'C' })).to.equal(true);
    expect(showsUnicode({ LANG: 'en_US.UTF-8', TERM: 'linux' })).to.equal(false);
  });
});
