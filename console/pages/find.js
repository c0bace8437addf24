// @ts-check
/** Finds a resident, by INS or by an identifier of the establishment; and the way into an emergency. */
import { useState } from 'preact/hooks';
import { access } from '../app/access.js';
import { matchesOf, search, warningsOf } from '../app/fhir.js';
import { html } from '../app/html.js';
import { place } from '../app/place.js';
import { go } from '../app/route.js';
import { signIn } from '../app/sign-in.js';
import { ins } from '../app/values.js';
import { t } from '../app/words.js';
import { Field } from '../parts/field.js';
import { Notice } from '../parts/notice.js';
import { useTask } from '../parts/task.js';

/** What somebody may be known by: outside production the INS of tests first. */
const systems = () => [
  ...(place.isProduction ? /** @type {const} */ (['nir', 'nia']) : /** @type {const} */ (['test', 'nir', 'nia'])).map(
    (name) => ({
      value: ins[name],
      label: t(`ins.${name}`),
    }),
  ),
  ...place.domains.map((domain) => ({
    value: domain,
    label: t('local-id', { domain: domain.replace(/^urn:oid:/, '') }),
  })),
];

export function FindPage() {
  const { isEmergency } = access.use();
  const [system, setSystem] = useState(systems()[0]?.value ?? '');
  const [value, setValue] = useState('');
  const [problems, setProblems] = useState(/** @type {import('../app/fhir.js').Problem[]} */ ([]));
  const task = useTask();
  const emergency = useTask();

  /** @param {Event} event */
  function find(event) {
    event.preventDefault();
    void task.run(async () => {
      setProblems([]);
      const isLocal = place.domains.includes(system);
      const bundle = await search('Patient', {
        identifier: `${system}|${isLocal ? value.trim() : value.replace(/\s+/g, '')}`,
      });
      const [patient] = matchesOf(bundle);
      if (patient) return go('resident', patient.id);
      const said = warningsOf(bundle);
      setProblems(
        said.length > 0 ? said : [{ severity: 'information', text: t(isLocal ? 'find.none-local' : 'find.none') }],
      );
    });
  }

  return html`<h1 tabindex="-1">${t('find')}</h1>
    <p>${t('find.text')}</p>
    <form class="card" onSubmit=${find}>
      <${Field} label=${t('find.kind')} name="system" value=${system} onInput=${setSystem} options=${systems()} />
      <${Field}
        label=${t('find.value')}
        name="value"
        value=${value}
        onInput=${setValue}
        required
        autocomplete="off"
        spellcheck=${false}
        maxlength="64"
        hint=${t('find.hint')}
      />
      <button class="main" disabled=${task.isRunning}>${t('find.go')}</button>
    </form>
    <div role="status"><${Notice} problems=${problems} /></div>
    <${Notice} error=${task.error} />
    ${
      !isEmergency &&
      html`<section class="card" aria-labelledby="emergency">
        <h2 id="emergency">${t('emergency')}</h2>
        <p>${t('emergency.text')}</p>
        <${Notice} error=${emergency.error} />
        <button
          type="button"
          class="danger"
          disabled=${emergency.isRunning}
          onClick=${() => emergency.run(() => signIn('emergency'))}
        >
          ${t('emergency.go')}
        </button>
      </section>`
    }`;
}
