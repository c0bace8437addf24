// @ts-check
/** A document to read: PDF page by page, images, text, and rendered CDA in a frame that may do nothing. */
import { request } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { said, t } from '../app/words.js';
import { useAddress } from './download.js';
import { Loading } from './loading.js';
import { PdfReader } from './pdf-reader.js';

/** What is wanted most of the forms in which a document can leave: what a CDA wraps, else the CDA as a page. */
const accept = 'application/pdf, image/*, text/plain;q=0.9, text/rtf;q=0.9, text/html;q=0.8, */*;q=0.1';

/** @param {{ url: string, title: string }} props */
export function Reader({ url, title }) {
  const loaded = useLoad(async () => {
    const answer = await request('GET', url, { accept });
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const blob = await answer.blob();
    // Read before anything is shown: a frame that is filled later may stay empty.
    return { type, blob, text: type.startsWith('text/') ? await blob.text() : '' };
  }, [url]);
  return html`<${Loading}
    of=${loaded}
    show=${(/** @type {{ type: string, blob: Blob, text: string }} */ read) => html`<${Shown} ...${read} title=${title} />`}
  />`;
}

/** Formats that browsers show as images; of the others (TIFF) there is the file. */
const images = ['image/jpeg', 'image/png', 'image/gif'];

/** @param {{ type: string, blob: Blob, text: string, title: string }} props */
function Shown({ type, blob, text, title }) {
  const address = useAddress(blob);
  const view = images.includes(type)
    ? html`<img class="read" src=${address} alt=${title} />`
    : type === 'application/pdf'
      ? html`<${PdfReader} blob=${blob} title=${title} />`
      : type === 'text/html'
        ? // No script, no form, no origin: what came with the document stays in its frame.
          html`<iframe class="read" sandbox="" title=${title} srcdoc=${text}></iframe>`
        : type === 'text/plain'
          ? html`<pre class="read" tabindex="0" aria-label=${title}>${text}</pre>`
          : html`<p>${t('reader.none', { type: said('format', type) })}</p>`;
  return html`${view}
    <p><a class="button" href=${address} download=${fileName(title, type)}>${t('reader.save')}</a></p>`;
}

const ends = new Map([
  ['application/pdf', 'pdf'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/tiff', 'tif'],
  ['text/html', 'html'],
  ['text/plain', 'txt'],
  ['text/rtf', 'rtf'],
  ['text/xml', 'xml'],
]);
/** @param {string} title @param {string} type */
const fileName = (title, type) => `${title.replace(/[^\p{L}\p{N} .-]+/gu, ' ').trim()}.${ends.get(type) ?? 'bin'}`;
