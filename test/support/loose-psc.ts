/**
 * A Pro Santé Connect that a test bends: a real HTTP(S) server in its formats, each of whose answers can be changed. The honest one
 * is the simulator's stand-in.
 */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

type Json = Record<string, unknown>;

export interface LoosePsc {
  issuer: string;
  discovery: string;
  /** Requests that came, by path behind the issuer: form, headers, and the client certificate's subject. */
  requests: { path: string; form: URLSearchParams; headers: http.IncomingHttpHeaders; holder: string | undefined }[];
  /** Change what is answered; undefined leaves it out. */
  bend: {
    document?: (json: Json) => unknown;
    claims?: (claims: JWTPayload) => JWTPayload;
    sign?: (claims: JWTPayload) => Promise<string>;
    token?: (json: Json) => Json;
    userinfo?: (json: Json) => unknown;
    introspection?: Json;
    /** Status and body of the next answers at a path, one after the other. */
    answers: Record<string, [status: number, body: unknown][]>;
  };
  /** What the next id_token says as nonce. */
  nonce: string | undefined;
  key: CryptoKey;
  publicJwk: Json;
  close(): Promise<void>;
}

export const person = {
  sub: 'f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700101233',
  SubjectNameID: '899700101233',
  family_name: 'MAUREL',
  given_name: 'HELENE',
  preferred_username: '899700101233',
  Secteur_Activite: 'SA17^1.2.250.1.71.4.2.4',
  SubjectRole: ['10^1.2.250.1.213.1.1.5.5'],
  SubjectRefPro: {
    codeCivilite: 'MME',
    exercices: [
      {
        codeProfession: '10',
        nomDexercice: 'MAUREL',
        prenomDexercice: 'HELENE',
        codeTypeSavoirFaire: 'S',
        codeSavoirFaire: 'SM26',
        activities: [
          {
            codeSecteurDactivite: 'SA17',
            ancienIdentifiantDeLaStructure: '1990100109',
            numeroFinessSite: '',
            raisonSocialeSite: 'EHPAD FICTIF LE VERGER',
          },
        ],
      },
    ],
  },
};

const realm = '/auth/realms/esante-wallet';

/** @param tls for HTTPS with mutual TLS (a certificate is asked for, and must be vouched for) */
export async function startLoosePsc(clientId: string, tls?: https.ServerOptions): Promise<LoosePsc> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'psc', alg: 'RS256', use: 'sig' };
  const bend: LoosePsc['bend'] = { answers: {} };
  const requests: LoosePsc['requests'] = [];
  const psc = { nonce: undefined as string | undefined };
  const now = (): number => Math.floor(Date.now() / 1000);

  async function idToken(): Promise<string> {
    const claims: JWTPayload = {
      iss: issuer,
      aud: clientId,
      azp: clientId,
      sub: person.sub,
      iat: now(),
      exp: now() + 120,
      auth_time: now() - 5,
      acr: 'eidas3',
      sid: 's1',
      SubjectNameID: person.SubjectNameID,
      ...(psc.nonce === undefined ? {} : { nonce: psc.nonce }),
    };
    const bent = bend.claims?.(claims) ?? claims;
    if (bend.sign) return bend.sign(bent);
    return new SignJWT(bent).setProtectedHeader({ alg: 'RS256', kid: 'psc' }).sign(privateKey);
  }

  const endpoint = (name: string): string => `${issuer}/protocol/openid-connect/${name}`;
  const answer: Record<string, (form: URLSearchParams) => unknown> = {
    '/.well-known/wallet-openid-configuration'() {
      const mtls = { token_endpoint: `${endpoint('token')}?mtls` };
      const document = {
        issuer,
        authorization_endpoint: `${origin.replace('localhost', '127.0.0.1')}/auth`,
        token_endpoint: endpoint('token'),
        introspection_endpoint: endpoint('token/introspect'),
        userinfo_endpoint: endpoint('userinfo'),
        end_session_endpoint: endpoint('logout'),
        jwks_uri: endpoint('certs'),
        backchannel_authentication_endpoint: endpoint('ext/ciba/auth'),
        id_token_signing_alg_values_supported: ['RS256', 'ES256', 'HS256', 'none'],
        mtls_endpoint_aliases: mtls,
      };
      return bend.document?.(document) ?? document;
    },
    '/protocol/openid-connect/certs': () => ({ keys: [publicJwk] }),
    async '/protocol/openid-connect/token'() {
      const token = {
        access_token: 'access-1',
        refresh_token: 'refresh-1',
        token_type: 'Bearer',
        expires_in: 120,
        id_token: await idToken(),
      };
      return bend.token?.(token) ?? token;
    },
    '/protocol/openid-connect/userinfo': () => bend.userinfo?.(structuredClone(person)) ?? person,
    '/protocol/openid-connect/token/introspect': () =>
      bend.introspection ?? {
        active: true,
        iss: issuer,
        sub: person.sub,
        exp: now() + 100,
        iat: now(),
        auth_time: now() - 9,
        typ: 'Bearer',
        acr: 'eidas1',
        client_id: 'proxy-e-sante',
        SubjectNameID: person.SubjectNameID,
      },
    '/protocol/openid-connect/ext/ciba/auth': () => ({ auth_req_id: 'request-1', expires_in: 60, interval: 0.05 }),
  };

  const handler: http.RequestListener = (req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      void (async () => {
        const path = (req.url ?? '').slice(realm.length).split('?')[0]!;
        const peer = req.socket instanceof TLSSocket ? req.socket.getPeerX509Certificate() : undefined;
        requests.push({
          path: (req.url ?? '').slice(realm.length),
          form: new URLSearchParams(text),
          headers: req.headers,
          holder: peer?.subject,
        });
        const [status, body] = bend.answers[path]?.shift() ?? [200, await answer[path]?.(new URLSearchParams(text))];
        res.writeHead(body === undefined ? 404 : status, { 'content-type': 'application/json' });
        res.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
      })();
    });
  };
  const server = tls ? https.createServer(tls, handler) : http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`;
  const issuer = origin + realm;
  return Object.assign(psc, {
    issuer,
    discovery: `${issuer}/.well-known/wallet-openid-configuration`,
    requests,
    bend,
    key: privateKey,
    publicJwk,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
