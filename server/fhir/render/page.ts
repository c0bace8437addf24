/**
 * HTML for a person's eyes: one frame for every page, with our own style and nothing else. No script, no form, nothing
 * fetched: the policy allows our style by its digest, and images that stand in the page.
 */
import { createHash } from 'node:crypto';
import type { Language } from '../outcome.ts';
import { escapeAttribute, escapeText } from '../xml/escape.ts';

const style = `
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem}h2,h3,h4,h5,h6{font-size:1.1rem;margin:1.5em 0 .5em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{color:#555}dd{margin:0}
table{border-collapse:collapse;margin:.75em 0;max-width:100%}th,td{border:1px solid #bbb;padding:.25em .5em;text-align:left;vertical-align:top}
th{background:#f2f4f7}caption{text-align:left;font-weight:600;padding:.25em 0}
pre{white-space:pre-wrap;overflow-wrap:anywhere}img{max-width:100%;height:auto}
.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}.s{text-decoration:line-through}.em{font-style:italic;font-weight:600}
.c{text-align:center}.r{text-align:right}.j{text-align:justify}.top{vertical-align:top}.mid{vertical-align:middle}.bot{vertical-align:bottom}
.rl{border-left:2px solid}.rr{border-right:2px solid}.rt{border-top:2px solid}.rb{border-bottom:2px solid}
.p{margin:.5em 0}.media{display:inline-block}.note{color:#555;font-size:.9rem}.important{color:#a00000}.caption{font-weight:600}
.disc{list-style-type:disc}.circle{list-style-type:circle}.square{list-style-type:square}.arabic{list-style-type:decimal}
.lroman{list-style-type:lower-roman}.uroman{list-style-type:upper-roman}.lalpha{list-style-type:lower-alpha}.ualpha{list-style-type:upper-alpha}
.reference{font-size:.875rem}.reference :is(td,th){overflow-wrap:anywhere;min-width:6rem}body:has(.reference){max-width:100rem}
.reference caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media print{body{margin:0;max-width:none}}
`;

/** Of the style of every page, as a policy names it. */
export const styleDigest = `sha256-${createHash('sha256').update(style).digest('base64')}`;

/** `Content-Security-Policy` of every page. */
export const pagePolicy =
  `default-src 'none'; style-src '${styleDigest}'; img-src data:; base-uri 'none'; form-action 'none'; ` +
  `frame-ancestors 'none'; sandbox`;

/** Headers of every page. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': pagePolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

export const htmlType = 'text/html; charset=utf-8';

/** What stands before the body of a page. @param title text, not HTML */
export const pageHead = (title: string, language: string): string =>
  `<!DOCTYPE html>\n<html lang="${escapeAttribute(language)}"><head><meta charset="utf-8">` +
  `<meta name="viewport" content="width=device-width"><title>${escapeText(title)}</title><style>${style}</style></head><body>\n`;

/** What stands after it. */
export const pageFoot = '\n</body></html>\n';

const hint: Record<Language, string> = {
  fr: 'Réponse FHIR montrée à une personne ; un programme demande application/fhir+json ou application/fhir+xml.',
  en: 'FHIR answer shown to a person; a program asks for application/fhir+json or application/fhir+xml.',
};

/** A resource as a page: its JSON, indented; of an OperationOutcome the sentences first. */
export function resourcePage(resource: object, language: Language): string {
  const { resourceType, issue } = resource as {
    resourceType?: string;
    issue?: { severity?: string; details?: { text?: string } }[];
  };
  const title = resourceType ?? 'FHIR';
  const said = (resourceType === 'OperationOutcome' ? (issue ?? []) : [])
    .map((i) => `<li>${escapeText(`${i.severity ?? ''} – ${i.details?.text ?? ''}`)}</li>`)
    .join('');
  return (
    pageHead(title, language) +
    `<h1>${escapeText(title)}</h1>${said ? `<ul>${said}</ul>` : ''}` +
    `<p class="note">${escapeText(hint[language])}</p>\n<pre>${escapeText(JSON.stringify(resource, null, 2))}</pre>` +
    pageFoot
  );
}
