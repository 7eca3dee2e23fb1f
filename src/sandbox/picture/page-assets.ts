/** The style of the page; colours are never the only sign of anything. */
export const PAGE_STYLE = `:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #57606a;
  --line: #d0d7de; --panel: #f6f8fa; --link: #0550ae; --bad: #a40e26; --good: #116329;
  --old: #44678d; --new: #116329; --wait: #7d5900; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --soft: #a5afba;
  --line: #3d444d; --panel: #161b22; --link: #79b8ff; --bad: #ff8e85; --good: #6fdd8b;
  --old: #9fb3c8; --new: #6fdd8b; --wait: #e8c46a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 0.3rem; }
h2 { font-size: 1.15rem; margin: 1.4rem 0 0.4rem; overflow-wrap: anywhere; }
a { color: var(--link); }
#said { min-height: 1.5em; margin: 0; }
button { font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--soft);
  border-radius: 0.4rem; padding: 0.15rem 0.6rem; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
ul.instances { list-style: none; padding: 0; display: grid; gap: 0.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
ul.instances li { border: 1px solid var(--line); border-left: 0.5rem solid var(--soft); border-radius: 0.4rem;
  background: var(--panel); padding: 0.3rem 0.6rem; overflow-wrap: anywhere; }
ul.instances li.serves { border-left-color: var(--good); }
ul.instances li.boots { border-left-color: var(--wait); border-left-style: dashed; }
ul.instances li.does-not-serve { border-left-color: var(--bad); border-left-style: double; }
ul.instances li.leaves { border-left-style: dotted; }
.bad { border: 2px solid var(--bad); border-radius: 0.4rem; padding: 0 0.8rem; }
figure { margin: 0.5rem 0; }
figure svg { display: block; width: 100%; height: 8rem; background: var(--panel); border: 1px solid var(--line); }
figure path { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
path.desired { stroke: var(--soft); stroke-dasharray: 6 4; }
path.old { stroke: var(--old); stroke-dasharray: 2 3; }
path.new { stroke: var(--new); stroke-dasharray: 10 3 2 3; }
path.in-service { stroke: var(--text); stroke-width: 3; }
figcaption { color: var(--soft); font-size: 0.9rem; }
figcaption span { border-bottom: 2px solid var(--soft); margin-right: 0.5rem; }
figcaption span.desired { border-bottom-style: dashed; }
figcaption span.old { border-color: var(--old); border-bottom-style: dotted; }
figcaption span.new { border-color: var(--new); border-bottom-style: dashed; }
figcaption span.in-service { border-color: var(--text); border-bottom-width: 3px; }
footer { color: var(--soft); font-size: 0.9rem; padding-bottom: 2rem; }
`;

/**
 * Shows the picture again every half second and sends what a button asks for. While a button has the focus of the
 * keyboard, the one that takes its place gets it.
 */
export const PAGE_SCRIPT = `'use strict';
const main = document.querySelector('main');
const said = document.getElementById('said');
const again = 500;
const show = async () => {
  try {
    const answer = await fetch('/_sandbox/picture');
    const text = await answer.text();
    const focused = document.activeElement && document.activeElement.dataset.wish;
    main.innerHTML = text;
    if (focused) for (const one of main.querySelectorAll('button')) if (one.dataset.wish === focused) one.focus();
  } catch {
    said.textContent = 'The sandbox does not answer any more.';
  }
  setTimeout(show, again);
};
main.addEventListener('click', async (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const answer = await fetch('/_sandbox/disturb', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: button.dataset.wish,
  });
  said.textContent = await answer.text();
});
setTimeout(show, again);
`;
