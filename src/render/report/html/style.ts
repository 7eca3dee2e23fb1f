/** How the page looks: light and dark, narrow and on paper. It loads nothing, fonts included. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --link: #0550ae; --bad: #a40e26; --good: #116329; --floor: #a40e26; --ceiling: #6639ba;
  --old: #9fb3c8; --new: #4d9a63; --idle: #f0d9a0; --launching: #d8dee4; --booting: #f0d9a0; --unhealthy: #f19a91;
  --hopeless: #e06c63; --serving: #9fd3ac; --proven: #4fb06a; --leaving: #c4b1e8; --set-aside: #c8ccd0; }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --soft: #a5afba; --line: #3d444d;
  --panel: #161b22; --link: #79b8ff; --bad: #ff8e85; --good: #6fdd8b; --floor: #ff8e85; --ceiling: #c4a6ff;
  --old: #7289a3; --new: #4d9a63; --idle: #8a7434; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 0.5rem; border-left: 0.4rem solid var(--good); padding-left: 0.7rem;
    overflow-wrap: anywhere; }
h1.bad { border-color: var(--bad); }
h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.2rem 0 0.4rem; overflow-wrap: anywhere; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; list-style: none; padding: 0; margin: 0.5rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0.6rem;
    margin: 1rem 0; }
dl > div { border: 1px solid var(--line); border-radius: 0.4rem; background: var(--panel);
    padding: 0.5rem 0.8rem; min-width: 0; }
dl > div.wide { grid-column: 1 / -1; }
dt { font-weight: 600; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0.2rem 0; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.6rem;
    margin: 0.4rem 0;
  font: 0.85rem/1.45 ui-monospace, monospace; white-space: pre; overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; width: 100%; }
caption { text-align: left; color: var(--soft); padding: 0.3rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.7rem 0.25rem 0;
    border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th { white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 0.5rem 0; }
figure svg { display: block; min-width: 40rem; max-width: 100%; height: auto; color: var(--text);
    font: 11px system-ui, sans-serif; }
figcaption { color: var(--soft); font-size: 0.9rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; list-style: none; padding: 0; margin: 0.3rem 0;
    font-size: 0.85rem; }
.legend i { display: inline-block; width: 0.9rem; height: 0.9rem; border: 1px solid var(--soft);
    vertical-align: -0.1rem; margin-right: 0.3rem; }
.marks { margin: 0.3rem 0; font-size: 0.85rem; padding-left: 1.6rem; columns: 3 14rem; }
details { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.5rem 0; padding: 0 0.8rem; }
details[open] { padding-bottom: 0.6rem; }
summary { cursor: pointer; padding: 0.4rem 0; font-weight: 600; overflow-wrap: anywhere; }
.bad-text { color: var(--bad); } .good-text { color: var(--good); }
footer { color: var(--soft); font-size: 0.85rem; padding-bottom: 2rem; }
@media print {
  :root { --back: #fff; --text: #000; --soft: #444; --line: #bbb; --panel: #fff; --link: #000; --bad: #a40e26;
    --good: #116329; --floor: #a40e26; --ceiling: #6639ba; --old: #9fb3c8; --idle: #f0d9a0; }
  body { font-size: 11pt; } nav { display: none; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  dl > div, figure, tr { break-inside: avoid; } pre { white-space: pre-wrap; } figure svg { min-width: 0;
    width: 100%; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
