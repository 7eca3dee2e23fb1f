import { html, type Markup } from './markup.js';

/** A table for reading aloud and for copying: its first column names the row. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th> `)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map(cellOf)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function cellOf(cell: string | Markup, index: number): Markup {
  return index === 0 ? html`<th scope="row">${cell}</th> ` : html`<td>${cell}</td> `;
}

/** Lines as they are, such as commands or what a console printed. */
export function lines(told: readonly string[], label: string): Markup {
  return html`<pre tabindex="0" role="region" aria-label="${label}">${told.join('\n')}</pre>`;
}

/** A plot, and what it shows in words. */
export function figure({
  plot,
  words,
  legend,
  marks = [],
}: {
  readonly plot: Markup;
  readonly words: string;
  readonly legend: readonly { readonly colour: string; readonly words: string }[];
  readonly marks?: readonly string[];
}): Markup {
  return html`<figure>
    <div class="scroll" role="region" aria-label="Picture: ${words}" tabindex="0">${plot}</div>
    <ul class="legend">
      ${legend.map((one) => html`<li><i style="background: ${one.colour}"></i>${one.words}</li>`)}
    </ul>
    ${
      marks.length === 0
        ? []
        : html`<ol class="marks">
            ${marks.map((mark) => html`<li>${mark}</li>`)}
          </ol>`
    }
    <figcaption>${words}</figcaption>
  </figure>`;
}
