/**
 * As whom, and for which establishment (`choices.ts`): the professional says it when there is more than one answer.
 */
import { choicesOf, labelOf, type Choice } from '../choices.ts';
import { html } from '../pages/html.ts';
import { formOfStep, showStep, words, type Step } from './step.ts';
import type { Visit } from './visit.ts';

const optionsOf = ({ login, client, options }: Visit): Choice[] =>
  login ? choicesOf(login.session.professional, client, options.structures) : [];

/** The option that was chosen, if it still is one. */
export const chosen = (visit: Visit): Choice | undefined =>
  optionsOf(visit).find(
    ({ situation, structure }) =>
      situation.id === visit.steps.choice?.situation && structure.id === visit.steps.choice.structure,
  );

const choiceOf = ({ situation, structure }: Choice) => ({ situation: situation.id, structure: structure.id });
const valueOf = ({ situation, structure }: Choice): string => `${situation.id} ${structure.id}`;
/** Chooses where there is no choice. @returns whether there is any */
export function chooseAlone(visit: Visit): boolean {
  const all = optionsOf(visit);
  const [only, ...more] = all;
  if (!chosen(visit) && only && more.length === 0) visit.steps.choice = choiceOf(only);
  return all.length > 0;
}

export const situation: Step = {
  name: 'situation',
  isDue: (visit) => chosen(visit) === undefined,
  show(visit, wrong) {
    const choices = optionsOf(visit).map(
      (option, i) =>
        html`<label
          ><input type="radio" name="option" value="${valueOf(option)}" required${i === 0 && html` checked`} />
          ${labelOf(option)}</label
        >`,
    );
    const fields = html`<fieldset class="inline">
      <legend>${words(visit, 'situation-legend')}</legend>
      ${choices}
    </fieldset>`;
    showStep(visit, 'situation-title', formOfStep(visit, 'situation', fields, 'continue'), wrong);
  },
  submit(visit, form) {
    const option = optionsOf(visit).find((o) => valueOf(o) === form.get('option'));
    if (option) visit.steps.choice = choiceOf(option);
    return Promise.resolve(option ? undefined : { key: 'situation-wrong' });
  },
};
