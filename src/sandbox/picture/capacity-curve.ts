import type { TimelinePoint } from '../invariants/index.js';

/** Simulated time that the picture shows at most. */
const SHOWN_MS = 20 * 60_000;
const WIDTH = 720;
const HEIGHT = 120;

/** A line of the picture: what of a point it shows. */
const LINES: readonly { readonly name: string; readonly of: (point: TimelinePoint) => number }[] = [
  { name: 'desired', of: ({ desired }) => desired },
  { name: 'old', of: (point) => point.old },
  { name: 'new', of: (point) => point.new },
  { name: 'in-service', of: ({ inService }) => inService },
];

/**
 * The capacity of a group through its last twenty minutes, as SVG with its legend: steps, since nothing changes
 * between two points. Empty text where nothing is known.
 */
export function curve(points: readonly TimelinePoint[], now: number): string {
  if (points.length === 0) return '';
  const from = Math.max(points[0]?.at ?? now, now - SHOWN_MS);
  // The last point before the window tells how the window begins.
  const before = points.findLast(({ at }) => at <= from);
  const shown = [...(before === undefined ? [] : [before]), ...points.filter(({ at }) => at > from)];
  const most = Math.max(1, ...shown.flatMap((point) => LINES.map(({ of }) => of(point))));
  const x = (at: number): string => (((Math.max(at, from) - from) / Math.max(1, now - from)) * WIDTH).toFixed(1);
  const y = (units: number): string => (HEIGHT - (units / most) * (HEIGHT - 8) - 2).toFixed(1);
  const paths = LINES.map(({ name, of }) => {
    const [first, ...rest] = shown;
    const begin = first === undefined ? '' : `M${x(first.at)} ${y(of(first))}`;
    const steps = rest.map((point) => `H${x(point.at)}V${y(of(point))}`).join('');
    return `<path class="${name}" d="${begin}${steps}H${WIDTH}"/>`;
  });
  const last = shown.at(-1);
  const said = LINES.map(({ name, of }) => `${name.replace('-', ' ')} ${last === undefined ? 0 : of(last)}`).join(', ');
  const minutes = Math.max(1, Math.round((now - from) / 60_000));
  const box = `viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"`;
  const legend = LINES.map(({ name }) => `<span class="${name}">${name.replace('-', ' ')}</span>`).join(' ');
  return `<figure><svg ${box} role="img" aria-label="Capacity: ${said}">${paths.join('')}</svg>
<figcaption>${legend}, the last ${minutes} min, at most ${most}</figcaption></figure>`;
}
