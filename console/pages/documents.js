// @ts-check
/** The documents of a record on a timeline, by month, with filters and pages. */
import { useState } from 'preact/hooks';
import { authorsOf, creationOf, isArchived, labelsOf, patientOf, titleOf, typeOf } from '../app/document.js';
import { fhir, linkOf, matchesOf, search, warningsOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { href } from '../app/route.js';
import { types } from '../app/values.js';
import { day, said, t } from '../app/words.js';
import { Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';
import { Notice } from '../parts/notice.js';
import { Pager } from '../parts/pager.js';

const none = { type: '', from: '', to: '', author: '', status: 'current' };

/**
 * Search parameters of DocumentReference.
 * @param {string} id
 * @param {typeof none} filter
 */
const criteria = (id, { type, from, to, author, status }) => [
  /** @type {const} */ (['patient', `Patient/${id}`]),
  /** @type {const} */ (['_sort', '-creation']),
  /** @type {const} */ (['_count', '10']),
  .../** @type {[string, string][]} */ (
    [
      ['status', status],
      ['type', type],
      ['creation', from && `ge${from}`],
      ['creation', to && `le${to}`],
      ['author.family', author],
    ].filter(([, value]) => value !== '')
  ),
];

/** @param {import('./resident.js').Panel} props */
export function DocumentsPanel({ id }) {
  const [typed, setTyped] = useState(none);
  const [filter, setFilter] = useState(none);
  const [page, setPage] = useState(/** @type {string | undefined} */ (undefined));
  const loaded = useLoad(
    () => (page === undefined ? search('DocumentReference', criteria(id, filter)) : fhir('GET', page)),
    [id, filter, page],
  );
  const set = (/** @type {keyof typeof none} */ name) => (/** @type {string} */ value) =>
    setTyped({ ...typed, [name]: value });
  /** @param {Event} event */
  const apply = (event) => {
    event.preventDefault();
    setPage(undefined);
    setFilter(typed);
  };
  return html`<h2>${t('documents')}</h2>
    <form class="card filters" role="search" aria-label=${t('filter')} onSubmit=${apply}>
      <${Field}
        label=${t('document.type')}
        name="type"
        value=${typed.type}
        onInput=${set('type')}
        options=${[{ value: '', label: t('all') }, ...types.map(({ system, code, display }) => ({ value: `${system}|${code}`, label: display }))]}
      />
      <${Field} label=${t('from')} name="from" type="date" value=${typed.from} onInput=${set('from')} />
      <${Field} label=${t('to')} name="to" type="date" value=${typed.to} onInput=${set('to')} />
      <${Field}
        label=${t('document.author-name')}
        name="author"
        value=${typed.author}
        onInput=${set('author')}
        autocomplete="off"
      />
      <${Field}
        label=${t('document.status')}
        name="status"
        value=${typed.status}
        onInput=${set('status')}
        options=${['current', 'superseded', 'current,superseded', 'entered-in-error'].map((status) => ({ value: status, label: said('status', status) }))}
      />
      <button class="main">${t('filter.go')}</button>
    </form>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ bundle) =>
        html` <p role="status">${t('documents.count', { count: bundle.total ?? matchesOf(bundle).length })}</p>
          <${Notice} problems=${warningsOf(bundle)} />
          <${Timeline} documents=${matchesOf(bundle)} />
          <${Pager} before=${linkOf(bundle, 'previous')} after=${linkOf(bundle, 'next')} onGo=${setPage} />`}
    />`;
}

/** @param {{ documents: any[] }} props */
export function Timeline({ documents }) {
  /** @type {Map<string, any[]>} */
  const months = new Map();
  for (const document of documents) {
    const month = String(creationOf(document) ?? '').slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), document]);
  }
  return html`<div class="timeline">
    ${[...months].map(
      ([month, all]) =>
        html`<section key=${month} aria-label=${day(month)}>
          <h3>${day(month)}</h3>
          <ol>
            ${all.map((document) => html`<${Entry} key=${document.id} document=${document} />`)}
          </ol>
        </section>`,
    )}
  </div>`;
}

/** @param {{ document: any }} props */
function Entry({ document }) {
  return html`<li class="card entry">
    <p class="quiet">${day(creationOf(document))} · ${typeOf(document)}</p>
    <p class="title">
      <a href=${href('resident', patientOf(document), 'document', document.id)}>${titleOf(document)}</a>
    </p>
    <p>${authorsOf(document).join(' ; ')}</p>
    <${Badges} document=${document} />
  </li>`;
}

/** @param {{ document: any }} props */
export function Badges({ document }) {
  const all = [
    ...(document.status === 'current' ? [] : [said('status', document.status)]),
    ...labelsOf(document).map((code) => said('label', code)),
    ...(isArchived(document) ? [t('label.archived')] : []),
  ];
  return all.length === 0
    ? null
    : html`<ul class="badges" aria-label=${t('document.labels')}>
        ${all.map((text) => html`<li class="warn">${text}</li>`)}
      </ul>`;
}
