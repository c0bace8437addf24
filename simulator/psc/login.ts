/** What a person does on the login page. */
import { answer, cookies, randomId, refuse, setCookie } from './authorize.ts';
import { cookie, type Exchange, OAuthError, parameter, type Reply } from './http.ts';
import { checkOwnPage, loginPage, PageError } from './pages.ts';
import { keep, isAlive, now, openSession, type PscWorld } from './world.ts';

/** What ends a login without anybody logged in: buttons of the page, and the error that the client gets. */
const endings: Readonly<Record<string, () => OAuthError>> = {
  refuse: () => new OAuthError('access_denied', 'The professional refused'),
  // Keycloak's words when nobody answered the device in time.
  expire: () => new OAuthError('temporarily_unavailable', 'authentication_expired'),
};

/** @throws PageError when the page is not one of ours, or too old */
export function login(world: PscWorld, exchange: Exchange): Reply {
  checkOwnPage(world, exchange);
  const { form } = exchange;
  const id = parameter(form, 'login') ?? '';
  const request = world.logins.get(id);
  if (request === undefined || request.expires <= now(world))
    throw new PageError('Connexion expirée', 'Recommencez depuis votre logiciel.');
  if (cookie(exchange, cookies.browser) !== request.browser)
    throw new PageError('Connexion refusée', 'Cette connexion a été commencée dans un autre navigateur.');
  exchange.call.client = request.client.id;
  const action = parameter(form, 'action') ?? '';
  const ending = endings[action]?.();
  if (ending !== undefined) {
    world.logins.delete(id);
    exchange.call.outcome = ending.code;
    return refuse(world, request, ending);
  }
  if (action === 'other-device')
    return loginPage(world, id, request, 'Cet appareil n’est pas celui qui a été demandé : recommencez, ou refusez.');
  const person = world.people.find(({ id: own }) => own === parameter(form, 'person'));
  if (action !== 'login' || person === undefined) return loginPage(world, id, request, 'Choisissez un professionnel.');
  world.logins.delete(id);
  const session = openSession(world, person);
  const key = randomId();
  keep(world.cookies, key, session, (old) => !isAlive(world, old));
  const reply = answer(world, request, session);
  const sso = setCookie(cookies.session, key, world.settings.sessionSeconds);
  return { ...reply, headers: { ...reply.headers, 'set-cookie': sso } };
}
