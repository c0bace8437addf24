// @ts-check
/** « Consultation d'annonce »: what the structure deposited and the patient does not see yet, of all its patients. */
import { useState } from 'preact/hooks';
import { fhir, linkOf, matchesOf, search, warningsOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { t } from '../app/words.js';
import { Loading } from '../parts/loading.js';
import { Notice } from '../parts/notice.js';
import { Pager } from '../parts/pager.js';
import { Timeline } from './documents.js';

/** The DMP is not asked: without a patient it forbids a structure to. */
const waiting = () =>
  search('DocumentReference', {
    'security-label': 'INVISIBLE_PATIENT',
    status: 'current',
    _sort: '-creation',
    _count: '20',
  });

export function AnnouncementsPage() {
  const [page, setPage] = useState(/** @type {string | undefined} */ (undefined));
  const loaded = useLoad(() => (page === undefined ? waiting() : fhir('GET', page)), [page]);
  return html`<h1 tabindex="-1">${t('announcements')}</h1>
    <p>${t('announcements.text')}</p>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ bundle) =>
        html` <p role="status">
            ${bundle.total === 0 ? t('announcements.none') : t('documents.count', { count: bundle.total ?? matchesOf(bundle).length })}
          </p>
          <${Notice} problems=${warningsOf(bundle)} />
          <h2 class="visually-hidden">${t('documents')}</h2>
          <${Timeline} documents=${matchesOf(bundle)} />
          <${Pager} before=${linkOf(bundle, 'previous')} after=${linkOf(bundle, 'next')} onGo=${setPage} />`}
    />`;
}
