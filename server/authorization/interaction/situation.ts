/**
 * As whom, and for which establishment: a professional may practise in several ways and places, an app acts for the structures that it
 * is registered for, and both must meet. Pro Santé Connect often does not say the structure (auth §1.1): whom a structure has on
 * its list acts there too, in any of their situations.
 */
import type { Client, Structure, Structures } from '../../registry/types.ts';
import { html } from '../pages/html.ts';
import type { Professional, Situation } from '../psc/types.ts';
import { formOfStep, showStep, words, type Step } from './step.ts';
import type { Visit } from './visit.ts';

export interface Option {
  situation: Situation;
  structure: Structure;
}

/** All ways in which a professional may act through a client. */
export function optionsFor(professional: Professional, client: Client, structures: Structures): Option[] {
  const inForce = client.structures.flatMap((id) => structures.of(id) ?? []);
  return inForce.flatMap((structure) => {
    const here = professional.situations.filter((s) => s.structureIds.includes(structure.id));
    const isListed = [...structure.professionals, ...structure.administrators].includes(professional.personId);
    const possible = here.length > 0 ? here : isListed ? professional.situations : [];
    return possible.map((situation) => ({ situation, structure }));
  });
}

const optionsOf = ({ login, client, options }: Visit): Option[] =>
  login ? optionsFor(login.session.professional, client, options.structures) : [];

/** The option that was chosen, if it still is one. */
export const chosen = (visit: Visit): Option | undefined =>
  optionsOf(visit).find(
    ({ situation, structure }) =>
      situation.id === visit.steps.choice?.situation && structure.id === visit.steps.choice.structure,
  );

const choiceOf = ({ situation, structure }: Option) => ({ situation: situation.id, structure: structure.id });
const valueOf = ({ situation, structure }: Option): string => `${situation.id} ${structure.id}`;
const labelOf = ({ situation, structure }: Option): string =>
  `${situation.roles.map((role) => role.display).join(', ')} — ${structure.name}`;

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
