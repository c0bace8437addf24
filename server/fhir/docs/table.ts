/** Tables of HTML from cells of text. Everything is escaped here; nothing that is HTML comes in. */
import { escapeAttribute, escapeText } from '../xml/escape.ts';

/** A cell: a text, or one with the language that it is in, or as code. */
export type Cell = string | { text: string; lang?: string; code?: true };

function inner(cell: Cell): string {
  const text = typeof cell === 'string' ? cell : cell.text;
  const escaped = escapeText(text);
  return typeof cell === 'object' && cell.code && text !== '' ? `<code>${escaped}</code>` : escaped;
}

const lang = (cell: Cell): string =>
  typeof cell === 'object' && cell.lang ? ` lang="${escapeAttribute(cell.lang)}"` : '';

/** @param caption what the table is about: read out, and not shown, for a heading stands above it */
export function table(caption: string, head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const row = (tag: 'th' | 'td', cells: readonly Cell[]): string =>
    `<tr>${cells.map((c) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}${lang(c)}>${inner(c)}</${tag}>`).join('')}</tr>`;
  return (
    `<table class="reference"><caption>${escapeText(caption)}</caption><thead>${row('th', head)}</thead>` +
    `<tbody>\n${rows.map((r) => row('td', r)).join('\n')}\n</tbody></table>\n`
  );
}

export const code = (text: string): Cell => ({ text, code: true });

export const heading = (level: 1 | 2, text: string): string => `<h${level}>${escapeText(text)}</h${level}>\n`;
export const paragraph = (text: string): string => `<p>${escapeText(text)}</p>\n`;
/** A link inside the documentation; `href` is ours. */
export const link = (href: string, text: string): string =>
  `<a href="${escapeAttribute(href)}">${escapeText(text)}</a>`;
