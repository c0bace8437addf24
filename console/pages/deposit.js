// @ts-check
/** A deposit in two steps: what will be sent is shown and tried out first, then it is sent. */
import { useState } from 'preact/hooks';
import { accepted, depositOf, isCda, mediaOf, shownDeposit } from '../app/deposit.js';
import { titleOf, typeOf, visibilities } from '../app/document.js';
import { fhir, problemsOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { useLoad } from '../app/load.js';
import { go } from '../app/route.js';
import { types } from '../app/values.js';
import { said, t } from '../app/words.js';
import { announce } from '../parts/announcer.js';
import { DropZone } from '../parts/drop-zone.js';
import { Check, Field } from '../parts/field.js';
import { Notice } from '../parts/notice.js';
import { useTask } from '../parts/task.js';

/** @param {import('./resident.js').Panel} props */
export function DepositPanel({ patient, id, rest: [replaced] }) {
  const before = useLoad(
    () => (replaced === undefined ? Promise.resolve(undefined) : fhir('GET', `DocumentReference/${replaced}`)),
    [replaced],
  );
  const [ready, setReady] = useState(/** @type {{ resource: any, problems: any[] } | undefined} */ (undefined));
  return html`<h2>${t(replaced === undefined ? 'deposit' : 'replace')}</h2>
    ${replaced !== undefined && before.data && html`<p>${t('deposit.replaces', { title: titleOf(before.data) })}</p>`}
    <div hidden=${ready !== undefined}>
      ${(replaced === undefined || before.data) && html`<${Form} patient=${patient} replaced=${replaced} before=${before.data} onReady=${setReady} />`}
    </div>
    <${Notice} error=${before.error} />
    ${ready && html`<${Preview} ...${ready} id=${id} onBack=${() => setReady(undefined)} />`}`;
}

/** @param {{ patient: any, replaced?: string, before?: any, onReady: (ready: { resource: any, problems: any[] }) => void }} props */
function Form({ patient, replaced, before, onReady }) {
  const coding = before?.type?.coding?.[0];
  const [file, setFile] = useState(/** @type {File | undefined} */ (undefined));
  const [values, setValues] = useState({
    title: before ? titleOf(before) : '',
    type: coding ? `${coding.system}|${coding.code}` : '',
    date: '',
    comment: '',
  });
  const [labels, setLabels] = useState(/** @type {string[]} */ ([]));
  const [isQualified, setQualified] = useState(false);
  const task = useTask();
  const set = (/** @type {keyof typeof values} */ name) => (/** @type {string} */ value) =>
    setValues({ ...values, [name]: value });
  const needsForm = file !== undefined && !isCda(file);

  /** @param {File} given */
  const take = (given) => {
    setFile(given);
    if (values.title === '') set('title')(given.name.replace(/\.[^.]*$/, '').replace(/[_-]+/g, ' '));
  };
  /** @param {Event} event */
  const prepare = (event) => {
    event.preventDefault();
    if (file === undefined) return;
    void task.run(async () => {
      const resource = await depositOf(file, patient, { ...values, labels, isQualified }, replaced);
      const outcome = await fhir('POST', 'DocumentReference?_dryRun=true', { body: resource });
      onReady({ resource, problems: problemsOf(outcome) });
    });
  };
  return html`<form class="card" onSubmit=${prepare}>
    <${DropZone} accept=${accepted} file=${file} isTaken=${mediaOf} onFile=${take} />
    ${file && isCda(file) && html`<p class="quiet">${t('deposit.cda')}</p>`}
    ${
      needsForm &&
      html`<${Field}
          label=${t('document.title')}
          name="title"
          value=${values.title}
          onInput=${set('title')}
          required
          maxlength="200"
        />
        <${Field}
          label=${t('document.type')}
          name="type"
          value=${values.type}
          onInput=${set('type')}
          required
          options=${[{ value: '', label: t('choose') }, ...types.map(({ system, code, display }) => ({ value: `${system}|${code}`, label: display }))]}
        />
        <${Field}
          label=${t('document.date')}
          name="date"
          type="datetime-local"
          value=${values.date}
          onInput=${set('date')}
          hint=${t('deposit.date')}
        />
        <${Field}
          label=${t('document.comment')}
          name="comment"
          value=${values.comment}
          onInput=${set('comment')}
          maxlength="1000"
        />`
    }
    ${
      file &&
      html`<fieldset>
        <legend>${t('deposit.hidden')}</legend>
        ${visibilities.map(
          (code) =>
            html`<${Check}
              key=${code}
              name="label"
              label=${said('from', code)}
              checked=${labels.includes(code)}
              onInput=${(/** @type {boolean} */ on) => setLabels(on ? [...labels, code] : labels.filter((l) => l !== code))}
            />`,
        )}
      </fieldset>`
    }
    ${file && html`<${Check} name="qualified" required label=${t('deposit.qualified')} checked=${isQualified} onInput=${setQualified} />`}
    <${Notice} error=${task.error} />
    <button class="main" disabled=${file === undefined || task.isRunning}>${t('deposit.check')}</button>
  </form>`;
}

/** @param {{ id: string, resource: any, problems: any[], onBack: () => void }} props */
function Preview({ id, resource, problems, onBack }) {
  const task = useTask();
  const attachment = resource.content[0].attachment;
  const send = () =>
    task.run(async () => {
      const made = await fhir('POST', 'DocumentReference', {
        body: resource,
        headers: { prefer: 'return=representation' },
      });
      if (made?.resourceType === 'Task') {
        // The feeding rules leave it to a person: it is kept, and not in the DMP.
        announce(t('deposit.proposed'));
        return go('proposals');
      }
      announce(t('deposit.done'));
      go(
        'resident',
        id,
        ...(made?.resourceType === 'DocumentReference' && made.id ? ['document', made.id] : ['documents']),
      );
    });
  return html`<section class="card" aria-labelledby="preview">
    <h3 id="preview" tabindex="-1" ref=${(/** @type {HTMLElement | null} */ e) => e?.focus()}>
      ${t('deposit.preview')}
    </h3>
    <${Notice} problems=${problems} />
    <dl>
      <dt>${t('document.title')}</dt>
      <dd>${titleOf(resource)}</dd>
      <dt>${t('document.type')}</dt>
      <dd>${typeName(resource)}</dd>
      <dt>${t('deposit.format')}</dt>
      <dd>${attachment.contentType}</dd>
      <dt>${t('deposit.author')}</dt>
      <dd>${t('deposit.self')}</dd>
    </dl>
    <details>
      <summary>${t('deposit.resource')}</summary>
      <pre tabindex="0" aria-label=${t('deposit.resource')}>${shownDeposit(resource)}</pre>
    </details>
    <${Notice} error=${task.error} />
    <p class="actions">
      <button type="button" onClick=${onBack}>${t('back')}</button>
      <button type="button" class="main" disabled=${task.isRunning} onClick=${send}>${t('deposit.send')}</button>
    </p>
  </section>`;
}

/** @param {any} resource */
const typeName = (resource) =>
  resource.type?.coding?.[0]?.display ??
  types.find(({ code }) => code === resource.type?.coding?.[0]?.code)?.display ??
  typeOf(resource);
