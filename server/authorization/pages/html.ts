/**
 * Pages for the professional who logs in: plain HTML that a server writes, no script, our own style, nothing fetched. What is put
 * into a page is escaped, unless it is HTML of ours already.
 */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Language } from '../types.ts';

const style = `
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#f4f6f8;margin:0}
main{background:#fff;margin:2rem auto;max-width:38rem;padding:1.5rem 2rem;border:1px solid #d5dbe1;border-radius:6px}
h1{font-size:1.4rem;margin-top:0}fieldset{border:1px solid #bbb;border-radius:4px;margin:1rem 0;padding:.5rem 1rem}
legend{font-weight:600;padding:0 .25rem}label{display:block;margin:.5rem 0}.inline label{display:flex;gap:.5rem;align-items:baseline}
input[type=text],input[type=date],select,textarea{display:block;font:inherit;width:100%;box-sizing:border-box;padding:.4rem;border:1px solid #767676;border-radius:4px}
button,a.button{display:inline-block;font:inherit;padding:.5rem 1rem;border:1px solid #0b5cad;border-radius:4px;background:#0b5cad;color:#fff;text-decoration:none;cursor:pointer}
button.quiet{background:#fff;color:#0b5cad}form.quiet{display:inline-block}p.actions{margin-top:1.5rem;display:flex;gap:1rem;flex-wrap:wrap}
:focus-visible{outline:3px solid #f2a900;outline-offset:2px}.error{border-left:4px solid #a00000;padding:.25rem .75rem;color:#7a0000}
.note{color:#555;font-size:.9rem}li{margin:.25rem 0}
`;
const digest = createHash('sha256').update(style).digest('base64');

/** A text that is HTML already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c);

type Value = Html | string | number | false | undefined | readonly (Html | string)[];

const written = (value: Value): string => {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  return typeof value === 'object' ? value.map(written).join('') : escape(String(value));
};

/** A template whose values are escaped. */
export const html = (strings: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(strings.map((s, i) => s + written(values[i])).join(''));

/** To the letter: the policy names its digest. */
const styleElement = new Html(`<style>${style}</style>`);

export interface Page {
  language: Language;
  title: string;
  body: Html;
  status?: number;
  /** Where a form of the page may lead beside this server: the redirect URIs at the end of the way. */
  leadsTo?: readonly string[];
}

/** What `form-action` calls the place of a URL: its origin, or the scheme of an app's own. */
export function placeOf(url: string): string {
  const { origin, protocol } = new URL(url);
  return origin === 'null' ? protocol : origin;
}

/** The policy of pages, ours and those of oidc-provider (whose script is allowed by its digest). */
export const policy = (leadsTo: readonly string[] = []): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    `form-action ${["'self'", ...new Set(leadsTo.map(placeOf))].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The whole document. */
export const documentOf = ({ language, title, body }: Page): string =>
  `<!DOCTYPE html>\n${
    html`<html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`.text
  }\n`;

export function sendPage(res: ServerResponse, page: Page): void {
  const body = Buffer.from(documentOf(page), 'utf8');
  res.statusCode = page.status ?? 200;
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', body.length);
  res.setHeader('Content-Security-Policy', policy(page.leadsTo));
  res.setHeader('Cache-Control', 'no-store');
  res.end(body);
}
