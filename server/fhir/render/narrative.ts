/**
 * The narrative block of CDA R2 (§4.3.5) as HTML: each element by a row of a table, attributes only where the row says
 * so, everything else as its text. Nothing of the document reaches the page but escaped text, numbers, addresses of
 * pages, and names of classes that are ours.
 */
import type { SaxesTagNS } from 'saxes';
import { escapeAttribute } from '../xml/escape.ts';

/** What is written where an element begins and ends. */
export interface Html {
  open: string;
  close: string;
}

/** styleCode (CDA R2 table « styleCode », in any case) → our classes. */
const styles: Readonly<Record<string, string>> = {
  bold: 'b',
  italics: 'i',
  italic: 'i',
  bolditalics: 'b i',
  underline: 'u',
  strikethrough: 's',
  emphasis: 'em',
  important: 'important',
  lrule: 'rl',
  rrule: 'rr',
  toprule: 'rt',
  botrule: 'rb',
  disc: 'disc',
  circle: 'circle',
  square: 'square',
  arabic: 'arabic',
  littleroman: 'lroman',
  bigroman: 'uroman',
  littlealpha: 'lalpha',
  bigalpha: 'ualpha',
};
const aligns: Readonly<Record<string, string>> = { center: 'c', right: 'r', justify: 'j' };
const valigns: Readonly<Record<string, string>> = { top: 'top', middle: 'mid', bottom: 'bot' };

const own = (table: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const valueOf = (tag: SaxesTagNS, name: string): string => tag.attributes[name]?.value.trim() ?? '';

/** The HTML id of an element of the document: its own names cannot meet ours. */
export const anchor = (id: string): string | undefined => (/^[\w.:-]{1,100}$/.test(id) ? `cda-${id}` : undefined);

function common(tag: SaxesTagNS, more = ''): string {
  const classes = [
    more,
    ...valueOf(tag, 'styleCode')
      .split(/\s+/, 20)
      .map((s) => own(styles, s.toLowerCase())),
    own(aligns, valueOf(tag, 'align').toLowerCase()),
    own(valigns, valueOf(tag, 'valign').toLowerCase()),
  ].filter(Boolean);
  const id = anchor(valueOf(tag, 'ID'));
  return `${id ? ` id="${escapeAttribute(id)}"` : ''}${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}`;
}

/** `colspan` and the like: small whole numbers. */
function counts(tag: SaxesTagNS, ...names: string[]): string {
  return names
    .map((name) => {
      const value = valueOf(tag, name);
      return /^[1-9]\d{0,2}$/.test(value) ? ` ${name}="${value}"` : '';
    })
    .join('');
}

const element = (name: string, attributes: string): Html => ({ open: `<${name}${attributes}>`, close: `</${name}>` });

/** An address of a page, of mail, or of a place in this document; undefined for any other. */
function address(href: string): string | undefined {
  if (href.startsWith('#')) {
    const id = anchor(href.slice(1));
    return id === undefined ? undefined : `#${id}`;
  }
  return /^(https?:\/\/|mailto:)[^\u0000-\u0020"<>\\]{1,2000}$/i.test(href) ? href : undefined;
}

function link(tag: SaxesTagNS): Html {
  const href = address(valueOf(tag, 'href'));
  if (href === undefined) return element('span', common(tag));
  return element('a', `${common(tag)} href="${escapeAttribute(href)}" rel="noopener noreferrer nofollow"`);
}

function footnoteRef(tag: SaxesTagNS): Html {
  const id = anchor(valueOf(tag, 'IDREF'));
  return { open: id ? `<sup><a href="#${escapeAttribute(id)}">*` : '<sup>*', close: id ? '</a></sup>' : '</sup>' };
}

type Row = (tag: SaxesTagNS, parent: string) => Html;

const rows: Readonly<Record<string, Row>> = {
  content: (tag) => {
    const revised = valueOf(tag, 'revised');
    return element(revised === 'delete' ? 'del' : revised === 'insert' ? 'ins' : 'span', common(tag));
  },
  // A paragraph may hold a list, which `p` may not.
  paragraph: (tag) => element('div', common(tag, 'p')),
  list: (tag) => element(valueOf(tag, 'listType') === 'ordered' ? 'ol' : 'ul', common(tag)),
  item: (tag) => element('li', common(tag)),
  caption: (tag, parent) =>
    parent === 'table' ? element('caption', common(tag)) : element('div', common(tag, 'caption')),
  table: (tag) => element('table', common(tag)),
  thead: (tag) => element('thead', common(tag)),
  tbody: (tag) => element('tbody', common(tag)),
  tfoot: (tag) => element('tfoot', common(tag)),
  tr: (tag) => element('tr', common(tag)),
  th: (tag) => element('th', common(tag) + counts(tag, 'colspan', 'rowspan')),
  td: (tag) => element('td', common(tag) + counts(tag, 'colspan', 'rowspan')),
  colgroup: (tag) => element('colgroup', counts(tag, 'span')),
  col: (tag) => ({ open: `<col${counts(tag, 'span')}>`, close: '' }),
  br: () => ({ open: '<br>', close: '' }),
  sub: () => element('sub', ''),
  sup: () => element('sup', ''),
  linkHtml: link,
  footnote: (tag) => element('span', common(tag, 'note')),
  footnoteRef,
};

/** How an element of a section's text is shown; one that CDA does not have leaves its text alone. */
export function narrativeElement(tag: SaxesTagNS, parent: string): Html {
  const row = Object.hasOwn(rows, tag.local) ? rows[tag.local] : undefined;
  return row ? row(tag, parent) : { open: '', close: '' };
}
