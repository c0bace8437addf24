/** One SOAP request from octets to octets: package, envelope, dispatch, VIHF, rights, handler, answer. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Call } from './control/calls.ts';
import { corrupt, type InjectedFault, letsThrough, registryFailure } from './control/faults.ts';
import type { State } from './control/server.ts';
import { nameOf, parseXml, XmlRefused, type XmlDocument } from './dom.ts';
import {
  type Answer,
  type Exchange,
  faultNamespaces,
  type HandlerRow,
  type Service,
  SoapFault,
  type TlsPeer,
} from './exchange.ts';
import { noteRequester } from './habilitations/access.ts';
import { rowFor } from './handlers.ts';
import { decodeMtom, MtomRefused, type Part } from './mtom.ts';
import { checkRights } from './rights.ts';
import { messageIdOf, readEnvelope, soapFault } from './soap/envelope.ts';
import { internal, type Reply, unreadable, writeAnswer, writeFault, wsaFaultAction } from './soap/write.ts';
import { type Certificate, readCertificate } from './vihf/certificate.ts';
import { readVihf } from './vihf/read.ts';

export interface RawRequest {
  service: Service;
  contentType: string | undefined;
  multipart: boolean;
  /** The action parameter of the HTTP content type. */
  action?: string;
  body: Buffer;
  tls: TlsPeer;
  /** HTTP header, as it came. */
  traceparent?: string;
  /** When it began to arrive: milliseconds of a clock that only goes forward. */
  arrived: number;
}

/** What goes back: an answer, possibly cut on its way, or nothing at all. */
export type Outcome = { kind: 'reply'; reply: Reply; cut?: { bytes: number; reset: boolean } } | { kind: 'down' };

/** What is known of a request so far; a fault is written with it. */
interface Progress {
  messageId?: string;
  row?: HandlerRow;
  call: Call;
  injected?: InjectedFault;
}

/** Answers a request. Never throws. */
export async function serve(state: State, trusted: readonly Certificate[], request: RawRequest): Promise<Outcome> {
  const call: Call = {
    at: state.world.clock.now().toISOString(),
    service: request.service,
    ...traced(request),
    outcome: 'ok',
  };
  const progress: Progress = { call };
  let doc: XmlDocument | undefined;
  try {
    const { root, parts } = unpack(request);
    doc = parseXml(root);
    const { exchange, row } = identify(state, trusted, request, doc, parts, progress);
    return await run(state, exchange, row, progress, request.arrived);
  } catch (error) {
    const fault = asFault(error);
    if (progress.injected === undefined) call.outcome = `fault ${fault.subcode?.local ?? fault.code}`;
    const action = fault.subcode?.namespace === faultNamespaces.soap ? progress.row?.faultAction : undefined;
    const reply = writeFault(
      fault,
      action ?? wsaFaultAction,
      progress.messageId,
      progress.row?.answerMtom === 'always',
    );
    return { kind: 'reply', reply };
  } finally {
    doc?.dispose();
    state.calls.add(call);
  }
}

/** What has another form may be anything, and is not kept. */
const traced = ({ traceparent = '' }: RawRequest): Pick<Call, 'traceparent'> =>
  /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ? { traceparent } : {};

function unpack(request: RawRequest): { root: Uint8Array; parts: Map<string, Part> } {
  return request.multipart ? decodeMtom(request.contentType, request.body) : { root: request.body, parts: new Map() };
}

function asFault(error: unknown): SoapFault {
  if (error instanceof SoapFault) return error;
  if (error instanceof XmlRefused || error instanceof MtomRefused) return unreadable();
  // a defect of the simulator: where, never what (a message may quote data)
  const where = error instanceof Error ? (error.stack ?? '').replace(error.message, '…') : 'unknown error';
  process.stderr.write(`simulator: ${where}\n`);
  return internal();
}

/** Envelope, dispatch, VIHF. */
function identify(
  state: State,
  trusted: readonly Certificate[],
  request: RawRequest,
  doc: XmlDocument,
  parts: Map<string, Part>,
  progress: Progress,
): { exchange: Exchange; row: HandlerRow } {
  const early = messageIdOf(doc.root);
  if (early !== undefined) progress.messageId = early;
  const envelope = readEnvelope(doc.root);
  const row = rowFor(request.service, nameOf(envelope.body));
  if (row === undefined) throw soapFault('NOT_SUPPORTED', envelope.body.name);
  progress.row = row;
  if (!row.actions.includes(envelope.action)) throw soapFault('ACTION_MISMATCH');
  if (request.action !== undefined && !row.actions.includes(request.action)) throw soapFault('ACTION_HTTP');
  if (row.requestMtom === 'required' && !request.multipart) throw soapFault('MTOM_REQUIRED');
  const { world } = state;
  const now = world.clock.now();
  const vihf = readVihf(envelope.assertion, { settings: world.settings, trusted, tls: request.tls, now });
  progress.call.mode = vihf.mode;
  progress.call.purpose = vihf.purpose;
  progress.call.structure = vihf.structure;
  progress.call.tls = request.tls.serialNumber;
  if (vihf.signer) progress.call.seal = readCertificate(vihf.signer).x509.serialNumber;
  if (vihf.secret) progress.call.secret = true;
  const exchange: Exchange = {
    service: request.service,
    action: envelope.action,
    messageId: envelope.messageId,
    body: envelope.body,
    parts,
    multipart: request.multipart,
    vihf,
    tls: request.tls,
    trusted,
    world,
    now,
  };
  return { exchange, row };
}

/** Rights and handler, and whatever failure was asked for. */
async function run(
  state: State,
  exchange: Exchange,
  row: HandlerRow,
  progress: Progress,
  arrived: number,
): Promise<Outcome> {
  const transaction = row.transaction(exchange);
  progress.call.transaction = transaction;
  checkRights(exchange, transaction);
  if (transaction === 'TD2.1' && isTooFast(state, exchange, arrived)) {
    progress.call.outcome = 'http 429';
    return { kind: 'reply', reply: http429 };
  }
  const injected = state.faults.take((fault) => (fault.transaction ?? transaction) === transaction);
  if (injected !== undefined) {
    progress.injected = injected;
    progress.call.outcome = `injected ${injected.kind}`;
  }
  if (injected?.kind === 'delay') await sleep(injected.ms);
  const done = injected === undefined || letsThrough(injected) ? await row.handler(exchange) : undefined;
  if (done !== undefined) noteRequester(exchange);
  if (injected?.kind === 'down') return { kind: 'down' };
  if (injected?.kind === 'http503') return { kind: 'reply', reply: http503 };
  const answer = (injected === undefined ? done : failing(row, injected, done)) ?? { body: '' };
  const relatesTo = injected?.kind === 'relatesTo' ? wrongMessageId : exchange.messageId;
  const parts = answer.parts ?? (row.answerMtom === 'always' ? [] : undefined);
  const reply = writeAnswer(answer.action ?? row.responseAction, relatesTo, answer.body, parts);
  if (injected?.kind === 'garbage') return { kind: 'reply', reply: { ...reply, body: garbage } };
  if (injected?.kind === 'truncate')
    return { kind: 'reply', reply, cut: { bytes: injected.bytes, reset: injected.reset } };
  return { kind: 'reply', reply };
}

/** Every submission counts, also one that is refused. */
function isTooFast({ submissions, world }: State, { vihf }: Exchange, arrived: number): boolean {
  const count = submissions.add({ structure: vihf.structure, software: vihf.lps.id ?? '' }, arrived);
  const { submissionsPerSecond: most } = world.settings;
  return most > 0 && count > most;
}

/** The answer that a failure asks for. @throws SoapFault when it asks for one */
function failing(row: HandlerRow, injected: InjectedFault, done: Answer | undefined): Answer | undefined {
  if (injected.kind === 'registryError') return registryFailure(row, injected.code, injected.context);
  if (injected.kind === 'corrupt' && done !== undefined) return corrupt(done);
  if (injected.kind !== 'soapFault') return done;
  const { code, subcode, reason } = injected;
  throw new SoapFault({ code, ...(subcode === undefined ? {} : { subcode }), reason: { fr: reason } });
}

const wrongMessageId = 'urn:uuid:00000000-0000-4000-8000-000000000000';
const garbage = Buffer.from('%%% <not & xml');
const http429: Reply = {
  status: 429,
  contentType: 'text/plain; charset=utf-8',
  body: Buffer.from('Too many submissions of this structure and software in a second\n'),
};
const http503: Reply = {
  status: 503,
  contentType: 'text/html; charset=iso-8859-1',
  body: Buffer.from(
    '<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>',
  ),
};
