/** A page of a login: when it is shown, what it shows, what its form does. */
import type { Html } from '../pages/html.ts';
import { html, sendPage } from '../pages/html.ts';
import { say, type TextKey } from '../pages/texts.ts';
import type { Visit } from './visit.ts';

/** What is wrong with a form: shown above it. */
export interface Wrong {
  key: TextKey;
  values?: Readonly<Record<string, string>>;
}

export interface Step {
  name: string;
  isDue(visit: Visit): boolean;
  show(visit: Visit, wrong?: Wrong): void;
  /** Changes `visit.steps`. @returns what is wrong with the form, if anything */
  submit(visit: Visit, form: URLSearchParams): Promise<Wrong | undefined>;
}

export const words = ({ language }: Visit, key: TextKey, values?: Readonly<Record<string, string>>): string =>
  say(language, key, values);

/** The form of a step, with a way back to the app beside it. */
export function formOfStep(visit: Visit, name: string, fields: Html, submit: TextKey): Html {
  const { path, steps } = visit;
  const csrf = html`<input type="hidden" name="csrf" value="${steps.csrf}" />`;
  return html`<form id="step" method="post" action="${path}/${name}">${csrf}${fields}</form>
    <form id="abort" method="post" action="${path}/abort">${csrf}</form>
    <p class="actions">
      <button type="submit" form="step">${words(visit, submit)}</button>
      <button type="submit" form="abort" class="quiet">${words(visit, 'abort')}</button>
    </p>`;
}

/** The way back to the app alone. */
export function formBack(visit: Visit): Html {
  const { path, steps } = visit;
  return html`<form id="abort" method="post" action="${path}/abort">
    <input type="hidden" name="csrf" value="${steps.csrf}" />
    <p class="actions"><button type="submit">${words(visit, 'abort')}</button></p>
  </form>`;
}

export function showStep(visit: Visit, title: TextKey, body: Html, wrong?: Wrong): void {
  const { res, language, redirectUri } = visit;
  sendPage(res, {
    language,
    title: say(language, title),
    body: html`${wrong && html`<p class="error" role="alert">${say(language, wrong.key, wrong.values)}</p>`}${body}`,
    leadsTo: [redirectUri],
    status: wrong ? 400 : 200,
  });
}
