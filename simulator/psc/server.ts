/**
 * The stand-in of Pro Santé Connect as servers: plain HTTP for the browser and for clients with a secret, HTTPS with mutual
 * TLS for the others, and the control port. All three are on loopback only: it logs anybody in.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';

import { readBody } from '../body.ts';
import { createCallLog } from '../control/calls.ts';
import { createFaultQueue } from '../control/queue.ts';
import { closeServer, listen } from '../listen.ts';
import { type ClientOptions, loadClients } from './clients.ts';
import { createPscControl } from './control.ts';
import { type Exchange, json } from './http.ts';
import { createKeys } from './keys.ts';
import { type Endpoint, endpointNames, endpoints, realm, urlOf } from './paths.ts';
import { people } from './people.ts';
import { serve } from './serve.ts';
import { type PscSettings, readPscSettings } from './settings.ts';
import { createPscWorld, now, type PscWorld } from './world.ts';

/** Keys and certificates, as PEM texts. */
export interface PscMaterial {
  key: string;
  cert: string;
  /** Authorities of TLS clients: roots and intermediates. */
  clientCa: string[];
}

export interface PscOptions extends Partial<PscSettings> {
  /** PEM texts instead of the files of the settings. */
  material?: PscMaterial;
  /** Registered beside those of the settings. */
  clients?: readonly ClientOptions[];
}

export interface Psc {
  /** `http://localhost:…/auth/realms/esante-wallet` */
  issuer: string;
  /** Under its own, non-standard name. */
  discoveryUrl: string;
  /** Where the realm is over mutual TLS: `https://localhost:…/auth/realms/esante-wallet`. */
  tlsUrl: string;
  /** Origin of the pages for people: `http://127.0.0.1:…`. */
  walletUrl: string;
  /** The e-CPS. */
  phoneUrl: string;
  /** `http://127.0.0.1:…/control` */
  controlUrl: string;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
const largestBody = 64 * 1024;

function loadMaterial(settings: PscSettings): PscMaterial {
  const read = (file: string) => readFileSync(file, 'utf8');
  return { key: read(settings.tlsKey), cert: read(settings.tlsCert), clientCa: settings.tlsClientCa.map(read) };
}

/** Starts the stand-in. @throws Error when a certificate, a client or a setting cannot be read */
export async function startPsc(options: PscOptions = {}): Promise<Psc> {
  const { material: given, clients = [], ...overrides } = options;
  const settings: PscSettings = { ...readPscSettings(), ...overrides };
  const material = given ?? loadMaterial(settings);
  const registered = loadClients(settings, clients);
  const world = createPscWorld({
    settings,
    clients: registered,
    people,
    keys: await createKeys(),
    calls: createCallLog(({ endpoint }) => endpoint),
    faults: createFaultQueue(),
    issuer: '',
    wallet: '',
    tlsRealm: '',
  });
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    receive(world, request, response).catch(() => response.destroy());
  };
  const plain = createServer(handle);
  const tls = createTlsServer(
    {
      key: material.key,
      cert: material.cert,
      ca: material.clientCa,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    },
    handle,
  );
  const port = await listen(plain, settings.port, loopback);
  const tlsPort = await listen(tls, settings.tlsPort, loopback);
  world.issuer = `http://localhost:${port}${realm}`;
  world.wallet = `http://${loopback}:${port}`;
  world.tlsRealm = `https://localhost:${tlsPort}${realm}`;
  const control = createPscControl(world);
  const controlPort = await listen(control, settings.controlPort, loopback);
  return {
    issuer: world.issuer,
    discoveryUrl: urlOf(world, 'discovery'),
    tlsUrl: world.tlsRealm,
    walletUrl: world.wallet,
    phoneUrl: urlOf(world, 'phone'),
    controlUrl: `http://${loopback}:${controlPort}/control`,
    async close() {
      await Promise.all([plain, tls, control].map((server) => closeServer(server)));
    },
  };
}

/** HTTP: host, path, method, size and media type; the rest is OAuth. */
async function receive(world: PscWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, error: string, headers = {}) => {
    const { headers: own, body } = json({ error }, status);
    response.writeHead(status, { ...own, ...headers, connection: 'close' }).end(body);
  };
  const url = new URL(request.url ?? '/', 'http://localhost');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const overTls = request.socket instanceof TLSSocket;
  const name = endpointNames.find((each) => endpoints[each].path === url.pathname);
  // Another name than these is another site that resolves to this machine (DNS rebinding).
  if (host !== 'localhost' && host !== loopback) return refuse(421, 'unknown host');
  const endpoint: Endpoint | undefined = name && endpoints[name];
  if (name === undefined || endpoint === undefined) return refuse(404, 'not found');
  // The wallet is another host than the realm's; mutual TLS reaches the realm by any name of this machine.
  const own = endpoint.host === 'wallet' ? host === loopback && !overTls : overTls || host === 'localhost';
  if (!own) return refuse(404, 'not found');
  if (!endpoint.methods.includes(request.method ?? ''))
    return refuse(405, 'method not allowed', { allow: endpoint.methods.join(', ') });
  const body = await readBody(request, largestBody);
  if (body === undefined) return refuse(413, 'request too large');
  const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(request.headers['content-type'] ?? '');
  if (body.length > 0 && !isForm) return refuse(415, 'application/x-www-form-urlencoded is expected');
  const exchange: Exchange = {
    method: request.method ?? '',
    headers: request.headers,
    query: url.searchParams,
    form: new URLSearchParams(body.toString('utf8')),
    ...certificateOf(request),
    call: { at: new Date(now(world)).toISOString(), endpoint: name, outcome: 'ok' },
  };
  const reply = await serve(world, name, exchange);
  if (reply === undefined) return void request.socket.destroy();
  response.writeHead(reply.status, reply.headers).end(reply.body);
}

function certificateOf({ socket }: IncomingMessage): { certificate?: X509Certificate } {
  const raw = socket instanceof TLSSocket ? (socket.getPeerCertificate().raw as Buffer | undefined) : undefined;
  return raw === undefined ? {} : { certificate: new X509Certificate(raw) };
}
