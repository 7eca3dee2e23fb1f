import { curve } from './capacity-curve.js';
import { NO_CAPACITY_FOR, THROTTLED_FOR, type Wish } from './disturb.js';
import { markup } from './escape.js';
import type { GroupPicture, InstanceDoes, InstancePicture, WorldPicture } from './world-picture.js';

const LEGEND: Readonly<Record<InstanceDoes, string>> = {
  serves: 'in service in Auto Scaling and in every load balancer',
  boots: 'launched, its application does not answer yet',
  'does not serve': 'not healthy, or not in every load balancer',
  leaves: 'draining, terminating or dead',
  'is set aside': 'in standby or detached',
};

/** The whole page. It asks for `/_sandbox/picture` again and again and shows what comes in place of `main`. */
export function picturePage(picture: WorldPicture): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox of ha-updater</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/_sandbox/page.css">
<script src="/_sandbox/page.js" defer></script>
</head>
<body>
<header>
<h1>A simulated AWS</h1>
<p id="said" role="status">Nothing here reaches AWS. The buttons do what other people, or AWS, may do at any time.</p>
</header>
<main>
${pictureMarkup(picture)}</main>
<footer><p>As JSON: ${['clock', 'calls', 'changes', 'timeline', 'violations']
    .map((name) => `<a href="/_sandbox/${name}">${name}</a>`)
    .join(', ')}.</p></footer>
</body>
</html>
`;
}

/** What stands in `main`: the world at one moment. */
export function pictureMarkup(picture: WorldPicture): string {
  const { now, region, account, stacks, elsewhere, groups, broken } = picture;
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  return [
    `<p><strong>${time}</strong> in ${markup(region)}, account ${markup(account)}</p>`,
    ...(broken.length === 0 ? [] : [`<section class="bad"><h2>Broken promises</h2>${list(broken)}</section>`]),
    '<section><h2>Stacks</h2>',
    stacks.length === 0
      ? '<p>There is none yet. Make one: <code>ha-updater update-stack web --template …</code></p>'
      : list(stacks.map(({ name, status }) => `${name}: ${status}`)),
    ...(elsewhere.length === 0
      ? []
      : ['<p>In other regions:</p>', list(elsewhere.map((one) => `${one.region}: ${one.name}: ${one.status}`))]),
    '</section>',
    disturbMarkup(picture),
    ...groups.map((group) => groupMarkup(group, now)),
    ...(groups.length === 0 ? [] : [legend()]),
    '',
  ].join('\n');
}

function disturbMarkup({ zones, disturbances }: WorldPicture): string {
  const lasts = `for ${NO_CAPACITY_FOR} s`;
  const buttons = [
    button('Throttle half of all calls', `for ${THROTTLED_FOR} s`, { does: 'throttle' }),
    ...zones.map((zone) => button(`Take the capacity of ${zone}`, lasts, { does: 'takeCapacity', zone })),
  ];
  const holds = disturbances.length === 0 ? '' : list(disturbances);
  return `<section><h2>Disturb it</h2>\n<p>${buttons.join('\n')}</p>\n${holds}</section>`;
}

function groupMarkup(group: GroupPicture, now: number): string {
  const { name, min, desired, max, inService, suspended, instances } = group;
  return `<section>
<h2>Group ${markup(name)}</h2>
<p><strong>${inService} in service</strong>; min ${min}, desired ${desired}, max ${max}.
${button('+1', 'desired capacity', { does: 'resize', group: name, by: 1 })}
${button('−1', 'desired capacity', { does: 'resize', group: name, by: -1 })}</p>
${suspended.length === 0 ? '' : `<p>Suspended: ${markup(suspended.join(', '))}.</p>\n`}${curve(group.curve, now)}
<ul class="instances">
${instances.map(instanceMarkup).join('')}</ul>
</section>
`;
}

function instanceMarkup({ id, image, zone, old, does }: InstancePicture): string {
  const kill = does === 'leaves' ? '' : button('Kill', id, { does: 'kill', instance: id });
  const what = `${old ? 'old' : 'new'}, ${markup(image)}, ${markup(zone)}`;
  return `<li class="${word(does)}"><strong>${markup(id)}</strong> ${does}<br>${what} ${kill}</li>\n`;
}

function legend(): string {
  const rows = Object.entries(LEGEND).map(
    ([does, means]) => `<li class="${word(does)}"><strong>${does}</strong>: ${means}</li>`,
  );
  return `<section><h2>Legend</h2><ul class="instances">${rows.join('')}</ul></section>\n`;
}

function word(does: string): string {
  return does.replaceAll(' ', '-');
}

/** @param more what a screen reader needs besides the text, and who looks sees small beside it */
function button(text: string, more: string, wish: Wish): string {
  const data = markup(JSON.stringify(wish));
  return `<button type="button" data-wish="${data}">${markup(text)} <small>${markup(more)}</small></button>`;
}

function list(sentences: readonly string[]): string {
  return `<ul>${sentences.map((sentence) => `<li>${markup(sentence)}</li>`).join('')}</ul>`;
}
