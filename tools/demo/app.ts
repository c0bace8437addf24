/**
 * An app signs its user in (SMART standalone launch, PKCE), as `demo-app`: in a real browser, or by itself, reading the pages of Pro
 * Santé Connect's stand-in and of the façade as a browser would, and answering them for a person of the story.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../server/config.ts';
import { Browser, formsOf, textOf, type Place } from './browser.ts';
import { demoCallbacks } from './clients.ts';
import { type Answers, exchangeAt, type Launch, launchTo, type PassPsc, type Tokens, walkOn } from './login.ts';
import { askers, refused, TokenError, type TokenRequest } from './token-request.ts';

const client_id = 'demo-app';

/** The form of the stand-in's login page (`simulator/psc/pages.ts`). */
const loginForm = '/auth/login';

/** @param person PS_IdNat */
const passStandIn =
  (person: string): PassPsc =>
  async (sentTo) => {
    const browser = new Browser(sentTo.origin);
    const page = await browser.go(sentTo);
    if (!formsOf(page.html).some(({ action }) => action === loginForm))
      throw new TokenError(
        'Pro Santé Connect is not the stand-in here: sign in yourself, with npm run -s token -- --browser',
      );
    return (await browser.submit(page, loginForm, { person, action: 'login' })).url;
  };

/** What the person says on the façade's pages. */
function answersOf({ reason = '', patient = '', confirmed, secret }: TokenRequest): Answers {
  const [system = '', value = ''] = patient.split('|');
  const { family = '', given = '', birthDate: birthdate = '' } = confirmed ?? {};
  return {
    // The one that the page proposes.
    situation: {},
    ...(patient === '' ? {} : { patient: { system, value } }),
    emergency: { system, value, family, given, birthdate, reason },
    consent: secret ? { secret: 'yes' } : {},
  };
}

/** The code, from wherever the browser was sent in the end. @throws TokenError */
function codeFrom({ url, html }: Pick<Place, 'url' | 'html'>, redirectUri: string, { state }: Launch): string {
  const { searchParams } = url;
  if (!url.href.startsWith(redirectUri)) throw new TokenError(`No token: ${textOf(html) || url.origin}`);
  if (searchParams.get('state') !== state) throw new TokenError('No token: the answer is not to this request.');
  const code = searchParams.get('code');
  if (code !== null) return code;
  throw refused({
    error: searchParams.get('error') ?? '',
    error_description: searchParams.get('error_description') ?? '',
  });
}

const launchOf = ({ fhirBase }: Config, { scope, purpose }: TokenRequest, redirect_uri: string): Launch =>
  launchTo(fhirBase, { client_id, redirect_uri, scope, ...(purpose === 'normal' ? {} : { purpose_of_use: purpose }) });

async function tokensFor({ fhirBase }: Config, code: string, redirect_uri: string, launch: Launch): Promise<Tokens> {
  const { status, body } = await exchangeAt(fhirBase, {
    ...{ client_id, redirect_uri, code },
    code_verifier: launch.verifier,
  });
  if (status !== 200) throw refused(body);
  return body;
}

/** Signs a person of the story in, without a browser. @throws TokenError */
export async function appToken(config: Config, request: TokenRequest): Promise<Tokens> {
  const [redirectUri = ''] = demoCallbacks;
  const launch = launchOf(config, request, redirectUri);
  const browser = new Browser(launch.url.origin);
  const first = await browser.go(launch.url);
  const place = await walkOn(browser, first, answersOf(request), passStandIn(askers[request.asker].id));
  return tokensFor(config, codeFrom(place, redirectUri, launch), redirectUri, launch);
}

/** Listens at the first of the app's addresses that is free. @throws TokenError */
async function listen(): Promise<{ server: http.Server; redirectUri: string }> {
  for (const redirectUri of demoCallbacks) {
    const server = http.createServer().listen(Number(new URL(redirectUri).port), '127.0.0.1');
    const opened = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (opened) return { server, redirectUri };
  }
  throw new TokenError(`All of ${demoCallbacks.join(', ')} are taken: free one of these ports.`);
}

/**
 * Waits until somebody has signed in in a browser.
 * @param tell is told the address to open
 * @throws TokenError
 */
export async function browserToken(
  config: Config,
  request: TokenRequest,
  tell: (url: string) => void,
): Promise<Tokens> {
  const { server, redirectUri } = await listen();
  try {
    const launch = launchOf(config, request, redirectUri);
    const tokens = new Promise<Tokens>((resolve, reject) => {
      server.on('request', (req, res) => {
        const url = new URL(req.url ?? '/', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        if (url.pathname !== '/callback') return void res.writeHead(404).end();
        const got = Promise.resolve()
          .then(() => codeFrom({ url, html: '' }, redirectUri, launch))
          .then((code) => tokensFor(config, code, redirectUri, launch));
        void got.then(
          () => say(res, 200, 'Le jeton est dans votre terminal. Vous pouvez fermer cette page.'),
          () => say(res, 400, 'Pas de jeton : votre terminal dit pourquoi. Vous pouvez fermer cette page.'),
        );
        // Once the page is there, so that it is not cut off.
        res.once('close', () => void got.then(resolve, reject));
      });
    });
    tell(launch.url.href);
    return await tokens;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const say = (res: http.ServerResponse, status: number, text: string): void =>
  void res
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', connection: 'close', 'cache-control': 'no-store' })
    .end(`<!doctype html><html lang="fr"><title>Démonstration</title><p>${text}</p></html>`);
