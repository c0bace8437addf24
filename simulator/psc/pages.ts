/** Pages for people, in French, without script. */
import { createHash } from 'node:crypto';

import type { Exchange, Reply } from './http.ts';
import { endpoints } from './paths.ts';
import type { CibaRequest, Login, PscWorld } from './world.ts';

/** A refusal that is shown, because nobody is known to whom it could be sent. */
export class PageError extends Error {
  readonly title: string;

  constructor(title: string, text: string) {
    super(text);
    this.title = title;
  }
}

const style = `
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #16161d; background: #fff }
fieldset { border: 1px solid #6a6a75; border-radius: .3rem; margin: 1rem 0 }
label { display: block; padding: .4rem 0 }
button { font: inherit; padding: .5rem 1rem; margin: 0 .5rem .5rem 0 }
.notice { border-left: .3rem solid #1f4fa3; padding-left: 1rem }
[role=alert] { border-left: .3rem solid #a3201f; padding-left: 1rem }
`;

const policy = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
  // No form-action: browsers hold it against the redirections that follow a login, too, to clients and beyond.
].join('; ');

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function page(title: string, content: string, status = 200): Reply {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'referrer-policy': 'same-origin', // with no-referrer, forms would not say their origin
      'x-content-type-options': 'nosniff',
    },
    body: `<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Pro Santé Connect (doublure)</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
<p class="notice">Doublure de Pro Santé Connect pour les essais : personnes et structures sont fictives.</p>
${content}
</main></body></html>
`,
  };
}

export const errorPage = ({ title, message }: PageError): Reply =>
  page(title, `<p role="alert">${escapeHtml(message)}</p>`, 400);

/** @param problem what went wrong at the last try */
export function loginPage(world: PscWorld, id: string, login: Login, problem?: string): Reply {
  const choices = world.people.map(
    ({ id: person, given, family, about }) =>
      `<label><input type="radio" name="person" required value="${escapeHtml(person)}"> ${escapeHtml(`${given} ${family}`)} – ${escapeHtml(about)}</label>`,
  );
  const alert = problem === undefined ? '' : `<p role="alert">${escapeHtml(problem)}</p>\n`;
  return page(
    'Se connecter',
    `${alert}<p>Le service <strong>${escapeHtml(login.client.id)}</strong> demande qui vous êtes.</p>
<form method="post" action="${endpoints.login.path}">
<input type="hidden" name="login" value="${escapeHtml(id)}">
<fieldset><legend>Professionnel</legend>
${choices.join('\n')}
</fieldset>
<button name="action" value="login">Se connecter</button>
<button name="action" value="refuse" formnovalidate>Refuser</button>
<button name="action" value="other-device" formnovalidate>Répondre d’un autre appareil</button>
<button name="action" value="expire" formnovalidate>Ne pas répondre</button>
</form>`,
  );
}

const devices = { CARD: 'carte CPS', MOBILE: 'e-CPS' } as const;

/** The e-CPS: what waits for a professional's answer. */
export function phonePage(requests: readonly CibaRequest[]): Reply {
  const forms = requests.map(
    ({ ticket, client, person, bindingMessage, channel }) => `<form method="post" action="${endpoints.phone.path}">
<input type="hidden" name="request" value="${escapeHtml(ticket)}">
<fieldset><legend>${escapeHtml(`${person.given} ${person.family}`)} (${devices[channel]})</legend>
<p>Le service <strong>${escapeHtml(client.id)}</strong> demande qui vous êtes. Le même message doit s’y afficher : <strong>${escapeHtml(bindingMessage)}</strong></p>
<button name="action" value="approve">Approuver</button>
<button name="action" value="refuse">Refuser</button>
</fieldset>
</form>`,
  );
  return page(
    'e-CPS',
    forms.length === 0 ? '<p>Aucune demande. Rechargez la page pour voir les nouvelles.</p>' : forms.join('\n'),
  );
}

export const loggedOutPage = (): Reply => page('Déconnexion', '<p>Vous êtes déconnecté de Pro Santé Connect.</p>');

/** A form must come from a page of ours: no other site may answer in a person's place. @throws PageError */
export function checkOwnPage(world: PscWorld, { headers }: Exchange): void {
  if (headers.origin !== undefined && headers.origin !== world.wallet)
    throw new PageError('Demande refusée', 'Ce formulaire vient d’un autre site.');
}
