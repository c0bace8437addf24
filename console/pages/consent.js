// @ts-check
/** What the resident allows: to the establishment, and in the DMP. */
import { useState } from 'preact/hooks';
import { access } from '../app/access.js';
import {
  authorization,
  consentOf,
  holderOf,
  lastActionOf,
  recorderOf,
  statusOf,
  topics,
  topicsOf,
  treatingPhysician,
} from '../app/consent.js';
import { fhir, matchesOf, request, search, warningsOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { day, moment, said, t } from '../app/words.js';
import { announce } from '../parts/announcer.js';
import { Dialog } from '../parts/dialog.js';
import { Check, Field } from '../parts/field.js';
import { Loading } from '../parts/loading.js';
import { Notice } from '../parts/notice.js';

/** PS_IdNat. */
const professionals = 'urn:oid:1.2.250.1.71.4.2.1';

/** @param {import('./resident.js').Panel} props */
export function ConsentPanel({ id }) {
  const { isEmergency, me } = access.use();
  const loaded = useLoad(async () => {
    const about = { patient: `Patient/${id}`, status: 'active' };
    // One's own is asked apart: the list names the structure where the DMP has authorised the structure.
    const [all, own] = await Promise.all([
      search('Consent', about),
      me && search('Consent', { ...about, category: authorization, 'actor:identifier': `${professionals}|${me}` }),
    ]);
    return { all, own: own ? matchesOf(own)[0] : undefined };
  }, [id, me]);
  return html`<h2>${t('consent')}</h2>
    <${Loading}
      of=${loaded}
      show=${(/** @type {{ all: any, own?: any }} */ { all, own }) => {
        const consents = matchesOf(all);
        const isInDmp = (/** @type {any} */ consent) => topicsOf(consent).includes(authorization);
        return html`<${Notice} problems=${warningsOf(all)} />
          <${Statements}
            id=${id}
            consents=${consents.filter((c) => !isInDmp(c))}
            isOpen=${!isEmergency}
            onChange=${loaded.reload}
          />
          <${Authorizations}
            id=${id}
            consents=${consents.filter(isInDmp)}
            own=${own}
            isOpen=${!isEmergency}
            onChange=${loaded.reload}
          />`;
      }}
    />`;
}

/** @typedef {{ id: string, consents: any[], own?: any, isOpen: boolean, onChange: () => Promise<void> }} Part */

/** @param {Part} props */
function Statements({ id, consents, isOpen, onChange }) {
  const [asked, ask] = useState(/** @type {{ topic: string, known?: any } | undefined} */ (undefined));
  return html`<section class="card" aria-labelledby="statements">
    <h3 id="statements">${t('consent.here')}</h3>
    <div class="scroll" tabindex="0" role="group" aria-labelledby="statements">
      <table>
        <thead>
          <tr>
            <th scope="col">${t('consent.topic')}</th>
            <th scope="col">${t('consent.decision')}</th>
            <th scope="col">${t('consent.recorded')}</th>
            ${isOpen && html`<th scope="col"><span class="visually-hidden">${t('actions')}</span></th>`}
          </tr>
        </thead>
        <tbody>
          ${topics.map((topic) => {
            const known = consents.find((consent) => topicsOf(consent).includes(topic));
            const type = known?.provision?.type;
            return html`<tr key=${topic}>
              <th scope="row">${said('topic', topic)}</th>
              <td>
                <span class=${type === 'permit' ? 'mark good' : type === 'deny' ? 'mark bad' : 'mark'}
                  >${said('decision', known ? `${topic}.${type}` : 'none')}</span
                >
              </td>
              <td>${known ? [day(known.dateTime), recorderOf(known)].filter(Boolean).join(', ') : ''}</td>
              ${
                isOpen &&
                html`<td class="actions">
                  <button
                    type="button"
                    aria-label=${`${t('consent.record')} : ${said('topic', topic)}`}
                    onClick=${() => ask({ topic })}
                  >
                    ${t('consent.record')}
                  </button>
                  ${known && html`<button type="button" class="danger" aria-label=${`${t('consent.withdraw')} : ${said('topic', topic)}`} onClick=${() => ask({ topic, known })}>${t('consent.withdraw')}</button>`}
                </td>`
              }
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${
      asked &&
      (asked.known
        ? html`<${Withdraw} ...${asked} onChange=${onChange} onClose=${() => ask(undefined)} />`
        : html`<${Record} id=${id} topic=${asked.topic} onChange=${onChange} onClose=${() => ask(undefined)} />`)
    }
  </section>`;
}

/** @param {{ id: string, topic: string, onChange: () => Promise<void>, onClose: () => void }} props */
function Record({ id, topic, onChange, onClose }) {
  const [decision, setDecision] = useState(/** @type {'permit' | 'deny'} */ ('permit'));
  const [date, setDate] = useState(new Date().toISOString().slice(0, 10));
  const [source, setSource] = useState('');
  const record = async () => {
    await fhir('POST', 'Consent', { body: consentOf(id, [topic], { decision, date, source }) });
    announce(t('consent.done'));
    await onChange();
  };
  // Information is given or not: there is nothing to refuse.
  const decisions = topic === 'information' ? ['permit'] : ['permit', 'deny'];
  return html`<${Dialog} title=${said('topic', topic)} confirm=${t('consent.record')} onConfirm=${record} onClose=${onClose}>
    <${Field} label=${t('consent.decision')} name="decision" value=${decision} onInput=${setDecision}
      options=${decisions.map((value) => ({ value, label: said('decision', `${topic}.${value}`) }))} />
    <${Field} label=${t('consent.date')} name="date" type="date" value=${date} onInput=${setDate} required />
    <${Field} label=${t('consent.source')} name="source" value=${source} onInput=${setSource} hint=${t('consent.source.hint')} maxlength="200" />
  </${Dialog}>`;
}

/** @param {{ topic: string, known: any, onChange: () => Promise<void>, onClose: () => void }} props */
function Withdraw({ topic, known, onChange, onClose }) {
  const withdraw = async () => {
    await fhir('DELETE', `Consent/${known.id}`, { headers: { 'if-match': `W/"${known.meta.versionId}"` } });
    announce(t('consent.withdrawn'));
    await onChange();
  };
  return html`<${Dialog} title=${t('consent.withdraw')} confirm=${t('consent.withdraw')} isDangerous onConfirm=${withdraw} onClose=${onClose}>
    <p>${said('topic', topic)}</p><p>${t('consent.withdraw.ask')}</p></${Dialog}>`;
}

/** @param {Part} props */
function Authorizations({ id, consents, own, isOpen, onChange }) {
  const shown = own && !consents.some((consent) => consent.id === own.id) ? [own, ...consents] : consents;
  const [asked, ask] = useState(/** @type {'declare' | 'end' | undefined} */ (undefined));
  const [isDoctor, setDoctor] = useState(false);
  const declare = async () => {
    const { status } = await request('POST', 'Consent', {
      body: consentOf(id, isDoctor ? [authorization, treatingPhysician] : [authorization], {}),
    });
    // 201: the DMP was told; else it stood there already.
    announce(t(status === 201 ? 'authorization.declared' : 'authorization.kept'));
    await onChange();
  };
  const end = async () => {
    await fhir('DELETE', `Consent/${own.id}`);
    announce(t('authorization.ended'));
    await onChange();
  };
  return html`<section class="card" aria-labelledby="authorizations">
    <h3 id="authorizations">${t('consent.dmp')}</h3>
    ${
      shown.length === 0
        ? html`<p>${t('authorization.nobody')}</p>`
        : html`<div class="scroll" tabindex="0" role="group" aria-labelledby="authorizations">
            <table>
              <thead>
                <tr>
                  <th scope="col">${t('authorization.holder')}</th>
                  <th scope="col">${t('authorization.status')}</th>
                  <th scope="col">${t('authorization.last')}</th>
                </tr>
              </thead>
              <tbody>
                ${shown.map(
                  (consent) =>
                    html`<tr key=${consent.id}>
                      <th scope="row">
                        ${consent === own ? t('authorization.you', { name: holderOf(consent).name ?? '' }) : holderOf(consent).name}${topicsOf(consent).includes(treatingPhysician) ? ` (${t('dmp.doctor')})` : ''}
                      </th>
                      <td>
                        <span class=${consent.provision?.type === 'deny' ? 'mark bad' : 'mark good'}
                          >${consent.provision?.type === 'deny' ? t('authorization.blocked') : said('authorization', statusOf(consent) ?? 'VALIDE')}</span
                        >
                      </td>
                      <td>${moment(lastActionOf(consent))}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    ${
      isOpen &&
      html`<p class="actions">
        <button type="button" onClick=${() => ask('declare')}>${t('authorization.declare')}</button>
        ${own && html`<button type="button" class="danger" onClick=${() => ask('end')}>${t('authorization.end')}</button>`}
      </p>`
    }
    ${
      asked === 'declare' &&
      html`<${Dialog} title=${t('authorization.declare')} confirm=${t('confirm')} onConfirm=${declare} onClose=${() => ask(undefined)}>
      <p>${t('authorization.declare.ask')}</p>
      <${Check} name="doctor" label=${t('authorization.doctor')} checked=${isDoctor} onInput=${setDoctor} /></${Dialog}>`
    }
    ${
      asked === 'end' &&
      html`<${Dialog} title=${t('authorization.end')} confirm=${t('confirm')} isDangerous onConfirm=${end} onClose=${() => ask(undefined)}>
      <p>${t('authorization.end.ask')}</p></${Dialog}>`
    }
  </section>`;
}
