/**
 * The simulated DMP as a server: HTTPS with mutual TLS for the SOAP services, and the control port. A request meets the
 * steps of `serve` from top to bottom.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { readBody } from './body.ts';
import { createCallLog } from './control/calls.ts';
import { createFaultQueue } from './control/queue.ts';
import { createControlServer, type State } from './control/server.ts';
import { createSubmissionLog } from './control/submissions.ts';
import type { Service, TlsPeer } from './exchange.ts';
import { closeServer, listen } from './listen.ts';
import { findSeed } from './seed/read.ts';
import { serve } from './serve.ts';
import { readSettings, type Settings } from './settings.ts';
import { packaging } from './soap/envelope.ts';
import { type Certificate, readCertificate, readPem } from './vihf/certificate.ts';
import { valuesOf } from './vihf/names.ts';
import { createClock, createWorld, type Seed, type World } from './world.ts';

/** Keys and certificates, as PEM texts. */
export interface Material {
  key: string;
  cert: string;
  /** Authorities of TLS clients: roots and intermediates. */
  clientCa: string[];
  /** Authorities of VIHF (and XAdES) signers: roots and intermediates. */
  vihfCa: string[];
}

export interface SimulatorOptions extends Partial<Omit<Settings, 'seed'>> {
  /** PEM texts instead of the files of the settings. */
  material?: Material;
  /** A seed by name, or the seed itself. */
  seed?: string | Seed;
}

export interface Simulator {
  /** `https://…/si-dmp-server/v2/services` */
  url: string;
  /** `http://127.0.0.1:…/control` */
  controlUrl: string;
  /** Origin of the web site that a link opens: `http://127.0.0.1:…` (pages under `/AccesDirect/`). */
  webUrl: string;
  /** The world of the moment (it is another one after a reset). */
  world(): World;
  close(): Promise<void>;
}

const base = '/si-dmp-server/v2/services';
const services: Service[] = ['patients', 'patientsSpecific', 'patientsPDQ', 'habilitations', 'registry', 'repository'];

function loadMaterial(settings: Settings): Material {
  const read = (file: string) => readFileSync(file, 'utf8');
  return {
    key: read(settings.tlsKey),
    cert: read(settings.tlsCert),
    clientCa: settings.tlsClientCa.map(read),
    vihfCa: settings.vihfCa.map(read),
  };
}

/** Starts the simulator. @throws Error when a certificate, the seed or a setting cannot be read */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { material: given, seed: chosen, ...overrides } = options;
  const settings: Settings = { ...readSettings(), ...overrides };
  const material = given ?? loadMaterial(settings);
  const trusted = readPem(...material.vihfCa);
  if (trusted.length === 0) throw new Error('no authority to trust for VIHF signatures');
  const seed = typeof chosen === 'object' ? chosen : findSeed(chosen ?? settings.seed);
  const clock = createClock(settings.clock);
  const state: State = {
    settings,
    seed,
    world: createWorld(seed, { ...settings }, clock),
    calls: createCallLog(({ transaction }) => transaction ?? 'refused'),
    submissions: createSubmissionLog(),
    faults: createFaultQueue(),
  };
  const soap = createSoapServer(state, material, trusted);
  const control = createControlServer(state);
  const port = await listen(soap, settings.port, settings.host);
  const controlPort = await listen(control, settings.controlPort, '127.0.0.1');
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `https://${host === '0.0.0.0' ? 'localhost' : host}:${port}${base}`,
    controlUrl: `http://127.0.0.1:${controlPort}/control`,
    webUrl: `http://127.0.0.1:${controlPort}`,
    world: () => state.world,
    async close() {
      await Promise.all([soap, control].map((server) => closeServer(server)));
    },
  };
}

function createSoapServer(state: State, material: Material, trusted: Certificate[]): HttpsServer {
  const options = {
    key: material.key,
    cert: material.cert,
    ca: material.clientCa,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
  };
  return createServer(options, (request, response) => {
    receive(state, trusted, request, response).catch(() => response.destroy());
  });
}

/** HTTP: path, method, size and media type; the rest is SOAP. */
async function receive(state: State, trusted: Certificate[], request: IncomingMessage, response: ServerResponse) {
  const arrived = performance.now();
  const refuse = (status: number, text: string) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
  };
  const service = services.find((s) => request.url === `${base}/${s}`);
  if (service === undefined) return refuse(404, 'Unknown service');
  if (request.method !== 'POST') return refuse(405, 'POST only');
  const contentType = request.headers['content-type'];
  const packed = packaging(contentType);
  if (packed === undefined) return refuse(415, 'application/soap+xml or an MTOM package is expected');
  const tls = peerOf(request.socket);
  const body = await readBody(request, state.world.settings.maxRequestBytes);
  if (body === undefined) return refuse(413, 'Request too large');
  const { traceparent } = request.headers;
  const traced = typeof traceparent === 'string' ? { traceparent } : {};
  const answer = await serve(state, trusted, { service, contentType, ...packed, ...traced, body, tls, arrived });
  if (answer.kind === 'down') return void request.socket.destroy();
  const { status, contentType: type, body: text } = answer.reply;
  const sent = answer.cut === undefined ? text : text.subarray(0, answer.cut.bytes);
  const length = answer.cut?.reset === true ? text.length : sent.length;
  response.writeHead(status, { 'content-type': type, 'content-length': length });
  if (answer.cut?.reset !== true) return void response.end(sent);
  response.write(sent, () => request.socket.destroy());
}

function peerOf(socket: Socket): TlsPeer {
  const raw = socket instanceof TLSSocket ? (socket.getPeerCertificate().raw as Buffer | undefined) : undefined;
  if (raw === undefined) throw new Error('no client certificate');
  const certificate = readCertificate(raw);
  const [commonName] = valuesOf(certificate.subject, 'CN');
  const person = (['SN', 'GN', 'T'] as const).some((type) => valuesOf(certificate.subject, type).length > 0);
  const [unit, ...others] = valuesOf(certificate.subject, 'OU');
  return {
    ...(commonName === undefined ? {} : { commonName }),
    // a card may bear the profession as OU: only a structure's OU is its identifier
    ...(person || unit === undefined || others.length > 0 ? {} : { organisationUnit: unit }),
    serialNumber: certificate.x509.serialNumber,
  };
}
