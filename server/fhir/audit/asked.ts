/** What was asked, in the words in which it is kept: no INS, no other identifier of the patient, nothing that breaks a line. */
import type { Request } from 'express';
import { withoutIns } from '../../../mappings/ins.ts';
import { formatPairs, type Pair } from '../../search/pairs.ts';
import { handlerName } from '../definition.ts';
import type { Reply } from '../interaction.ts';
import type { RequestState } from '../request.ts';

/** As much of a query as is kept. */
const longest = 2000;

/** Parameters whose values say who the patient is, in whatever form the client wrote them. */
const namesPatient = (name: string, type: string | undefined): boolean =>
  /^(patient|subject)([.:]|$)/.test(name) || (type === 'Patient' && /^identifier(:|$)/.test(name));

/** An opaque id of ours, or a reference by one: names nobody to who does not hold the store. */
const isOpaque = (value: string): boolean =>
  /^(?:[A-Z][A-Za-z]+\/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);

export const cleaned = ([name, value]: Pair, type: string | undefined): Pair => {
  const names = namesPatient(name, type) && !isOpaque(value);
  return [withoutIns(name), names ? '…' : withoutIns(value)];
};

/** The self link of the answer, which no INS gets into; else what came, cleaned. */
function queryOf({ asked, call }: RequestState, reply: Reply | undefined, base: string): string | undefined {
  if (!asked) return undefined;
  const bundle = reply?.resource?.resourceType === 'Bundle' ? reply.resource : undefined;
  const self = bundle?.link?.find((l) => l.relation === 'self')?.url;
  if (self?.startsWith(`${base}/`) && asked.interaction.code === 'search-type') return self.slice(base.length + 1);
  const { type, id, interaction } = asked;
  const { operation } = interaction;
  const path = [type, id, ...(operation ? [`$${operation.name}`] : [])].filter((s) => s !== undefined).join('/');
  const pairs = (call?.pairs ?? []).map((pair) => cleaned(pair, type));
  return `${path}${pairs.length > 0 ? `?${formatPairs(pairs)}` : ''}`;
}

export interface Asked {
  method: string;
  /** `DocumentReference.read`, `$my-rights`; absent where no route was found. */
  interaction?: string;
  query?: string;
  /** Of the client, as the trusted proxies say it. */
  address?: string;
}

/** A pattern (`/admin/structures/:id`): no value of the client's stands in it. */
const ofRoute = ({ route }: RequestState): Pick<Asked, 'interaction'> =>
  route === undefined ? {} : { interaction: route };

export function askedOf(req: Request, state: RequestState, reply: Reply | undefined, base: string): Asked {
  const query = queryOf(state, reply, base);
  return {
    method: req.method,
    ...(state.asked ? { interaction: handlerName(state.asked.type, state.asked.interaction) } : ofRoute(state)),
    ...(query === undefined ? {} : { query: query.slice(0, longest) }),
    ...(req.ip === undefined ? {} : { address: req.ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '') }),
  };
}
