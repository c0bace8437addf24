// @ts-check
/** Who went where: the record of accesses, and how its chain stands. */
import { useState } from 'preact/hooks';
import { access } from '../app/access.js';
import { admin, fhir, linkOf, matchesOf, search, warningsOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { moment, said, t } from '../app/words.js';
import { Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';
import { Notice } from '../parts/notice.js';
import { Pager } from '../parts/pager.js';

/** What is looked for most (docs/audit.md). */
const subtypes = [
  'break-glass',
  'AuthZ-Consent',
  'consent',
  'identity',
  'correction',
  'request',
  'dmp',
  'login',
  'ITI-71',
  'registration',
];
const outcomes = ['0', '4', '8', '12'];

const monthAgo = () => new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);

export function AuditPage() {
  const first = { from: monthAgo(), to: '', subtype: '', outcome: '', agent: '' };
  const { isAdministrator } = access.use();
  const [typed, setTyped] = useState(first);
  const [filter, setFilter] = useState(first);
  const [page, setPage] = useState(/** @type {string | undefined} */ (undefined));
  const loaded = useLoad(
    () => (page === undefined ? search('AuditEvent', criteria(filter)) : fhir('GET', page)),
    [filter, page],
  );
  const set = (/** @type {keyof typeof first} */ name) => (/** @type {string} */ value) =>
    setTyped({ ...typed, [name]: value });
  /** @param {Event} event */
  const apply = (event) => {
    event.preventDefault();
    setPage(undefined);
    setFilter(typed);
  };
  const options = (/** @type {string} */ prefix, /** @type {readonly string[]} */ codes) => [
    { value: '', label: t('all') },
    ...codes.map((code) => ({ value: code, label: said(prefix, code) })),
  ];
  return html`<h1 tabindex="-1">${t('audit')}</h1>
    ${isAdministrator && html`<${Chain} />`}
    <form class="card filters" role="search" aria-label=${t('audit.filter')} onSubmit=${apply}>
      <${Field} label=${t('from')} name="from" type="date" value=${typed.from} onInput=${set('from')} required />
      <${Field} label=${t('to')} name="to" type="date" value=${typed.to} onInput=${set('to')} />
      <${Field}
        label=${t('audit.kind')}
        name="subtype"
        value=${typed.subtype}
        onInput=${set('subtype')}
        options=${options('subtype', subtypes)}
      />
      <${Field}
        label=${t('audit.outcome')}
        name="outcome"
        value=${typed.outcome}
        onInput=${set('outcome')}
        options=${options('outcome', outcomes)}
      />
      <${Field}
        label=${t('audit.agent')}
        name="agent"
        value=${typed.agent}
        onInput=${set('agent')}
        autocomplete="off"
      />
      <button class="main">${t('find.go')}</button>
    </form>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ bundle) =>
        html` <p role="status">${t('audit.count', { count: bundle.total ?? '> 10 000' })}</p>
          <${Notice} problems=${warningsOf(bundle)} />
          <${Events} events=${matchesOf(bundle)} />
          <${Pager} before=${linkOf(bundle, 'previous')} after=${linkOf(bundle, 'next')} onGo=${setPage} />`}
    />`;
}

/** @param {{ from: string, to: string, subtype: string, outcome: string, agent: string }} filter @returns {[string, string][]} */
const criteria = ({ from, to, subtype, outcome, agent }) =>
  /** @type {[string, string][]} */ ([
    ['date', from && `ge${from}`],
    ['date', to && `le${to}`],
    ['subtype', subtype],
    ['outcome', outcome],
    ['agent.identifier', agent],
    ['_count', '20'],
  ]).filter(([, value]) => value !== '');

/** @param {{ events: any[] }} props */
const Events = ({ events }) =>
  html`<div class="scroll" tabindex="0" role="group" aria-label=${t('audit')}>
    <table>
      <thead>
        <tr>
          <th scope="col">${t('audit.at')}</th>
          <th scope="col">${t('audit.kind')}</th>
          <th scope="col">${t('audit.who')}</th>
          <th scope="col">${t('audit.what')}</th>
          <th scope="col">${t('audit.outcome')}</th>
        </tr>
      </thead>
      <tbody>
        ${events.map(
          (event) =>
            html`<tr key=${event.id}>
              <td>${moment(event.recorded)}</td>
              <td>${kindOf(event)}</td>
              <td>${whoOf(event)}</td>
              <td>${whatOf(event)}</td>
              <td>
                <span class=${event.outcome === '0' || event.outcome === undefined ? 'mark good' : 'mark bad'}
                  >${said('outcome', event.outcome ?? '0')}</span
                >
                ${event.outcomeDesc && html`<p>${event.outcomeDesc}</p>`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** @param {any} event */
const kindOf = (event) => {
  const codes = (event.subtype ?? []).map((/** @type {any} */ c) => c.code);
  return said(
    'subtype',
    codes.find((/** @type {string} */ code) => said('subtype', code) !== code) ?? codes[0] ?? event.type?.code,
  );
};
/** @param {any} event */
const whoOf = (event) =>
  [
    ...new Set(
      (event.agent ?? []).flatMap(
        (/** @type {any} */ { name, who }) => name ?? who?.display ?? who?.identifier?.value ?? [],
      ),
    ),
  ].join(' · ');
/** Of what it was about the reason and the resources, no query. @param {any} event */
const whatOf = (event) =>
  (event.entity ?? [])
    .flatMap(
      (/** @type {any} */ { what, detail, description }) =>
        description ?? what?.display ?? what?.reference ?? reasonIn(detail) ?? [],
    )
    .map((/** @type {string} */ text) => html`<p>${text}</p>`);
/** @param {any[] | undefined} detail */
const reasonIn = (detail) => detail?.find(({ type }) => type === 'access_reason')?.valueString;

function Chain() {
  const loaded = useLoad(() => admin('audit'), []);
  return html`<section class="card" aria-labelledby="chain">
    <h2 id="chain">${t('chain')}</h2>
    <${Loading}
      of=${loaded}
      show=${(/** @type {any} */ { heads, checkpoint, unsigned, streams }) =>
        html` <p>
            <span class=${heads === 'match' ? 'mark good' : heads === 'differs' ? 'mark bad' : 'mark warn'}
              >${said('chain', heads)}</span
            >
          </p>
          <dl>
            <dt>${t('chain.checkpoint')}</dt>
            <dd>
              ${checkpoint ? t('chain.last', { number: checkpoint.number, at: moment(checkpoint.at), records: checkpoint.records }) : t('chain.none')}
            </dd>
            <dt>${t('chain.unsigned')}</dt>
            <dd>${unsigned}</dd>
            <dt>${t('chain.streams')}</dt>
            <dd>${streams}</dd>
          </dl>
          <p class="quiet">${t('chain.text')}</p>`}
    />
  </section>`;
}
