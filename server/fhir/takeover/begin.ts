/**
 * `$import`: begins a take-over. So large that the CNAM must be told first, it takes nothing before that was confirmed. Who asks twice
 * with the same `reference` finds the one that is open.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import { isMailAddress } from '../../feed/limits/mail.ts';
import { openTakeovers, type StoredTakeover } from '../../store/types.ts';
import type { Pair } from '../../search/pairs.ts';
import type { Call, Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Services } from '../services.ts';
import { dayOf } from './begin-day.ts';
import { planOf } from './notice.ts';
import { statusUrl } from './show.ts';
import { replyOf } from './status.ts';
import { required } from './viewer.ts';

const names = ['name', 'documents', 'begin', 'contactName', 'contactEmail', 'contactPhone', 'reference'] as const;

/** Far beyond what an establishment has. */
const mostDocuments = 100_000_000;
/** Open ones of a structure: all are read, so that their sum is. */
const mostOpen = 50;

export const beginImport: Handler = async (call, services) => {
  const { store, config, now } = services;
  if (!call.prefer.async) throw new IssueError({ key: 'takeover-async', expression: 'Prefer' });
  const asked = readAsked(operationPairs(call, names), dayOf(now(), config));
  const { structure, clientId } = call.caller;
  const owner = { structure: structure.id, clientId };
  const same = asked.reference === undefined ? undefined : await openOf(asked.reference, call, services);
  const takeover = same ?? (await begin());
  const reply = await replyOf(takeover, call.caller, services);
  return {
    ...reply,
    status: 202,
    headers: { ...reply.headers, 'Content-Location': statusUrl(config.fhirBase, takeover.id) },
  };

  async function begin(): Promise<StoredTakeover> {
    // Several small ones are one large one.
    const others = await store.takeovers.search({ structure: structure.id }, openTakeovers);
    if (others.length >= mostOpen) throw new IssueError({ key: 'takeover-many', values: { limit: mostOpen } });
    const all = asked.documents + others.reduce((n, { content }) => n + content.documents, 0);
    const { mostPerDay: perDay, mustTell } = planOf(asked, all, services);
    const by = { person: call.caller.personId, client: clientId };
    return store.takeovers.create(owner, mustTell ? 'unconfirmed' : 'running', { ...asked, all, perDay, by }, now());
  }
};

async function openOf(reference: string, { caller }: Call, { store }: Services): Promise<StoredTakeover | undefined> {
  const { structure, clientId } = caller;
  const open = await store.takeovers.search({ structure: structure.id, clientId }, openTakeovers);
  return open.find(({ content }) => content.reference === reference);
}

/** @throws IssueError takeover-value, operation-parameter-required */
function readAsked(pairs: readonly Pair[], today: string) {
  const text = (name: string, most = 200): string => bounded(name, required(pairs, name), most);
  const optional = (name: string): string | undefined => {
    const given = oneOf(pairs, name)?.trim();
    return given ? bounded(name, given, 200) : undefined;
  };
  const documents = Number(text('documents', 12));
  if (!Number.isInteger(documents) || documents < 1 || documents > mostDocuments)
    throw wrong('documents', `1..${mostDocuments}`);
  const email = text('contactEmail');
  // What the message cannot take would fail whoever asks for it, an administrator, and later.
  if (!isMailAddress(email)) throw wrong('contactEmail', 'nom@domaine.fr');
  const begin = optional('begin') ?? today;
  if (!isDay(begin)) throw wrong('begin', 'yyyy-mm-dd');
  const [phone, reference] = [optional('contactPhone'), optional('reference')];
  return {
    name: text('name'),
    documents,
    begin,
    contact: { name: text('contactName'), email, ...(phone === undefined ? {} : { phone }) },
    ...(reference === undefined ? {} : { reference }),
  };
}

/** What stands in the header of a mail: one line. */
function bounded(name: string, value: string, most: number): string {
  if (value.length > most || /[\u0000-\u001f\u007f]/.test(value)) throw wrong(name, `1..${most}`);
  return value;
}

const wrong = (name: string, detail: string): IssueError =>
  new IssueError({ key: 'takeover-value', expression: name, values: { name, detail } });

/** `yyyy-mm-dd`, a day that exists. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
