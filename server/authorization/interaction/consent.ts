/** The last page: who lets which app do what, as whom and for whom. Agreed to once a session, unless it is about a patient. */
import { parseScope } from '../../auth/scopes.ts';
import { html, type Html } from '../pages/html.ts';
import { say, texts, type TextKey } from '../pages/texts.ts';
import type { Language } from '../types.ts';
import { finish } from './finish.ts';
import { shortOf } from './patient-fields.ts';
import { chosen } from './situation.ts';
import { formOfStep, showStep, words, type Step } from './step.ts';
import type { Visit } from './visit.ts';

const isText = (key: string): key is TextKey => Object.hasOwn(texts, key);

/** What a scope lets an app do, in words; the scope itself where there are none. */
export function scopeInWords(scope: string, language: Language): string {
  const named = `scope-${scope}`;
  if (isText(named)) return say(language, named);
  const read = parseScope(scope);
  const type = `type-${read?.type ?? ''}`;
  if (!read || !isText(type)) return scope;
  const what = [...new Set(read.permissions)].map((letter) => say(language, `may-${letter}` as TextKey)).join(', ');
  return say(language, read.context === 'patient' ? 'scope-of-patient' : 'scope-of-all', {
    type: say(language, type),
    what,
  });
}

function summary(visit: Visit): Html {
  const { login, steps, client, purpose, scopes, language } = visit;
  const option = chosen(visit);
  const { situation, structure } = option ?? {};
  const who = situation ? `${situation.given} ${situation.family}` : (login?.session.professional.family ?? '');
  const whom = steps.emergency ? shortOf(steps.emergency.patient) : steps.patient?.label;
  const rows: [TextKey, string | undefined][] = [
    ['consent-app', client.name],
    ['consent-who', who],
    ['consent-as', situation?.roles.map((role) => role.display).join(', ')],
    ['consent-where', structure?.name],
    ['consent-patient', whom],
    ['consent-purpose', purpose === 'normal' ? undefined : say(language, `purpose-${purpose}`)],
  ];
  const shown = rows.flatMap(([key, value]) =>
    value === undefined
      ? []
      : [
          html`<dt>${say(language, key)}</dt>
            <dd>${value}</dd>`,
        ],
  );
  const allowed = scopes.map((scope) => html`<li>${scopeInWords(scope, language)}</li>`);
  return html`<dl>${shown}</dl>
    <p>${words(visit, 'consent-what')}</p>
    <ul>
      ${allowed}
    </ul>`;
}

export const consent: Step = {
  name: 'consent',
  isDue: () => true,
  show(visit, wrong) {
    const secretly =
      visit.purpose === 'normal' &&
      html`<p class="inline">
        <label><input type="checkbox" name="secret" value="yes" /> ${words(visit, 'consent-secret')}</label>
      </p>`;
    const fields = html`${summary(visit)}${secretly}`;
    showStep(visit, 'consent-title', formOfStep(visit, 'consent', fields, 'consent-yes'), wrong);
  },
  async submit(visit, form) {
    await finish(visit, { secret: visit.purpose === 'normal' && form.get('secret') === 'yes' });
    return undefined;
  },
};
