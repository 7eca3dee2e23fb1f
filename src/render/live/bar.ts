import type { Progress } from '../../model/rollout/decision.js';
import { piece, type Glyphs, type Row } from './appearance.js';

/** A part of a bar, with what it stands for. */
export interface BarPart {
  readonly glyph: string;
  readonly count: number;
  readonly label: string;
}

/** The new half of a group, part by part: proven, in service, starting, and what is still to be launched. */
export function barParts(progress: Progress, glyphs: Glyphs): readonly BarPart[] {
  const { proven, inService, needed } = progress;
  const there = Math.max(progress.new, inService, proven);
  const all: readonly BarPart[] = [
    { glyph: glyphs.proven, count: proven, label: 'proven' },
    { glyph: glyphs.serving, count: Math.max(0, inService - proven), label: 'in service' },
    { glyph: glyphs.starting, count: there - Math.max(inService, proven), label: 'starting' },
    { glyph: glyphs.missing, count: Math.max(0, needed - there), label: 'to launch' },
  ];
  return all.filter(({ count }) => count > 0);
}

/** The parts drawn to scale in at most `cells` cells; what is there at all is seen. */
export function drawBar(parts: readonly BarPart[], cells: number): string {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return '';
  if (total <= cells) return parts.map(({ glyph, count }) => glyph.repeat(count)).join('');
  const least = parts.length;
  const room = Math.max(0, cells - least);
  let drawn = '';
  let before = 0;
  parts.forEach(({ glyph, count }) => {
    const from = Math.round((before / total) * room);
    before += count;
    drawn += glyph.repeat(1 + Math.round((before / total) * room) - from);
  });
  return drawn;
}

/** `█ 1 proven  ▓ 1 in service`: the bar explained by its own numbers. */
export function legend(parts: readonly BarPart[]): Row {
  return parts.map(({ glyph, count, label }, index) => piece(`${index === 0 ? '' : '  '}${glyph} ${count} ${label}`));
}
