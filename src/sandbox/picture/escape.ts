/** Text as it may stand in HTML, in an attribute too. */
export function markup(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
