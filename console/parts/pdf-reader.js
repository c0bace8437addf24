// @ts-check
/**
 * A PDF, by PDF.js: one page at a time on a canvas, its text beside it for who listens. Nothing in a document runs: PDF.js without
 * its scripting, and neither evaluation nor WebAssembly, which the page's policy forbids.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import * as pdfjs from 'pdfjs-dist';
import { html } from '../app/html.js';
import { place } from '../app/place.js';
import { t } from '../app/words.js';
import { Notice } from './notice.js';

pdfjs.GlobalWorkerOptions.workerSrc = `${place.root}/console/lib/pdf.worker.mjs`;

/** @param {{ blob: Blob, title: string }} props */
export function PdfReader({ blob, title }) {
  const [document, setDocument] = useState(/** @type {pdfjs.PDFDocumentProxy | undefined} */ (undefined));
  const [error, setError] = useState(/** @type {unknown} */ (undefined));
  const [number, setNumber] = useState(1);
  const [zoom, setZoom] = useState(1);
  useEffect(() => {
    const task = { current: /** @type {pdfjs.PDFDocumentLoadingTask | undefined} */ (undefined), isOver: false };
    void blob.arrayBuffer().then((data) => {
      if (task.isOver) return;
      task.current = pdfjs.getDocument({
        data,
        isEvalSupported: false,
        useWasm: false,
        wasmUrl: `${place.root}/console/lib/`,
        standardFontDataUrl: `${place.root}/console/fonts/`,
      });
      task.current.promise.then(setDocument, setError);
    });
    return () => {
      task.isOver = true;
      void task.current?.destroy();
    };
  }, [blob]);
  if (error !== undefined) return html`<${Notice} problems=${[{ severity: 'error', text: t('reader.broken') }]} />`;
  if (!document) return html`<p class="quiet">${t('loading')}</p>`;
  const { numPages: last } = document;
  return html`<div class="pdf">
    <div class="toolbar" role="group" aria-label=${t('reader.tools')}>
      <button type="button" disabled=${number <= 1} onClick=${() => setNumber(number - 1)}>
        ${t('reader.before')}
      </button>
      <span aria-live="polite">${t('reader.page', { number, last })}</span>
      <button type="button" disabled=${number >= last} onClick=${() => setNumber(number + 1)}>
        ${t('reader.after')}
      </button>
      <button
        type="button"
        disabled=${zoom <= 0.5}
        onClick=${() => setZoom(zoom - 0.25)}
        aria-label=${t('reader.smaller')}
      >
        −
      </button>
      <button
        type="button"
        disabled=${zoom >= 3}
        onClick=${() => setZoom(zoom + 0.25)}
        aria-label=${t('reader.larger')}
      >
        +
      </button>
    </div>
    <${Sheet} document=${document} number=${number} zoom=${zoom} title=${title} />
  </div>`;
}

/** @param {{ document: pdfjs.PDFDocumentProxy, number: number, zoom: number, title: string }} props */
function Sheet({ document, number, zoom, title }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [text, setText] = useState('');
  useEffect(() => {
    /** @type {pdfjs.RenderTask | undefined} */
    let drawing;
    let over = false;
    const isOver = () => over;
    void (async () => {
      const page = await document.getPage(number);
      const content = await page.getTextContent();
      const place = canvas.current;
      if (isOver() || place === null) return;
      setText(content.items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join(''));
      const viewport = page.getViewport({ scale: zoom * 1.4 });
      place.width = viewport.width;
      place.height = viewport.height;
      drawing = page.render({ canvas: place, viewport });
      // Called off when another page is wanted first.
      await drawing.promise.catch(() => undefined);
      if (!isOver()) place.dataset['drawn'] = String(number);
    })();
    return () => {
      over = true;
      drawing?.cancel();
    };
  }, [document, number, zoom]);
  return html`<div class="sheet" tabindex="0" role="group" aria-label=${title}>
    <canvas ref=${canvas} aria-hidden="true"></canvas>
    <p class="visually-hidden">${text}</p>
  </div>`;
}
