/**
 * The last exchanges, for who integrates: what came as FHIR and what went to the DMP because of it, masked before it is kept
 * (`mask.ts`). In memory, a few, and in demonstrations alone: where ENVIRONMENT=production there is no recorder.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { WireMessage } from '../../dmp/types.ts';
import { parseXml } from '../../../mappings/xml/tree.ts';
import { addressOf, queryOf } from './mask.ts';
import { maskedJson } from './mask-json.ts';
import { maskedXml } from './mask-xml.ts';

/** A message that became of a request. */
export interface DmpExchange {
  transaction: string;
  sent: string;
  /** Absent: no answer, or one that could not be read. */
  received?: string;
}

export interface Exchange {
  requestId: string;
  at: string;
  method: string;
  /** Masked. */
  address: string;
  status: number;
  request?: string;
  response?: string;
  dmp: DmpExchange[];
}

interface State {
  requestId: string;
  caller?: { structure: { id: string } };
}

export interface ExchangeRecorder {
  /** Stands before what answers. */
  watch: RequestHandler;
  /** Told of every message to the DMP. */
  onMessage: (message: WireMessage) => void;
  /** Newest first, of one structure. */
  list(structure: string): Exchange[];
}

/** Characters of a message that are kept. */
const longest = 60_000;
const cut = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest)}\n…`);

/**
 * @param most how many are kept
 * @param stateOf what the application knows of a request
 */
export function createRecorder(most: number, stateOf: (res: Response) => State, now: () => Date): ExchangeRecorder {
  const kept: { structure: string; exchange: Exchange }[] = [];
  /** Requests under way: what goes out for nobody of them (subscriptions) is not kept. */
  const under = new Set<{ requestId: string; structure: () => string | undefined; dmp: DmpExchange[] }>();

  const watch: RequestHandler = (req, res, next) => {
    const { requestId } = stateOf(res);
    const dmp: DmpExchange[] = [];
    const at = now().toISOString();
    const structureNow = (): string | undefined => stateOf(res).caller?.structure.id;
    const own = { requestId, structure: structureNow, dmp };
    under.add(own);
    let response: string | undefined;
    const end = res.end.bind(res) as (...args: unknown[]) => Response;
    res.end = ((...args: unknown[]) => {
      if (Buffer.isBuffer(args[0])) response = bodyOf(args[0], String(res.getHeader('content-type') ?? ''));
      return end(...args);
    }) as typeof res.end;
    res.once('close', () => {
      under.delete(own);
      const structure = structureNow();
      // Without a caller there is nobody to whom it could be shown.
      if (structure === undefined) return;
      const request = requestOf(req);
      const exchange: Exchange = {
        ...{ requestId, at, method: req.method, address: addressOf(req.originalUrl), status: res.statusCode },
        ...(request === undefined ? {} : { request }),
        ...(response === undefined ? {} : { response }),
        dmp,
      };
      kept.unshift({ structure, exchange });
      kept.length = Math.min(kept.length, most);
    });
    next();
  };

  return {
    watch,
    onMessage({ requestId, structure, transaction, envelope, parts, answer }) {
      // A client gives its requests their ids, and may give another's.
      const whose = [...under].filter((own) => own.requestId === requestId && own.structure() === structure);
      if (whose.length === 0) return;
      const attached = parts.map(({ contentType, bytes }) => `<!-- + ${contentType.split(';')[0] ?? ''}, ${bytes} -->`);
      const message: DmpExchange = {
        transaction,
        sent: cut([maskedXml(parseXml(envelope)), ...attached].join('\n')),
        ...(answer === undefined ? {} : { received: cut(maskedXml(answer)) }),
      };
      for (const { dmp } of whose) dmp.push(message);
    },
    list: (structure) => kept.flatMap((each) => (each.structure === structure ? [each.exchange] : [])),
  };
}

function requestOf(req: Request): string | undefined {
  const body: unknown = req.body;
  return Buffer.isBuffer(body) && body.length > 0 ? bodyOf(body, req.get('content-type') ?? '') : undefined;
}

function bodyOf(bytes: Buffer, contentType: string): string {
  if (/\bjson\b/.test(contentType)) return cut(maskedJson(bytes));
  if (contentType.startsWith('application/x-www-form-urlencoded')) return cut(queryOf(bytes.toString('utf8')));
  return `(${/^[\w/+.-]*/.exec(contentType)?.[0] ?? ''}, ${bytes.length} octets)`;
}
