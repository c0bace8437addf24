/**
 * Making the one change that a patch asks for, in the DMP, once. An ITI-57 whose answer is lost is not sent again blindly:
 * the entry is looked up to learn whether it happened. The registry helps: it takes a change only from the version or status
 * that it has (dmp-wire §3.7).
 */
import { changed, shows, visibilityOf, type Change } from '../../../mappings/attributes.ts';
import { statuses } from '../../../mappings/ebrim/schemes.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { RegistryResponse } from '../../../mappings/xds.ts';
import { td3_3a, td3_3b, td3_3c, td3_3cByPerson, td3_3d } from '../../dmp/transactions/td3-3.ts';
import { DmpError, type CallContext } from '../../dmp/types.ts';
import { surelyNotRegistered } from '../deposit/failure.ts';
import { absent } from '../document-read.ts';
import type { Call } from '../interaction.ts';
import { deleted, foundOf } from '../registry.ts';
import type { Services } from '../services.ts';
import { isAuthor, isOfStructure } from './rights.ts';
import { attributeSet } from './set.ts';
import { currentState, referenceOf, stateOf, type State } from './state.ts';

type Made = Exclude<Change, { kind: 'none' }>;

export interface Outcome {
  state: State;
  /** Warnings of the DMP. */
  issues: Issue[];
}

/** @throws DmpError as the DMP refused or failed */
export async function make(change: Made, state: State, call: Call, services: Services): Promise<Outcome> {
  const { document } = state.found;
  let response: RegistryResponse;
  try {
    response = state.isCertain
      ? await send(change, state, call, services)
      : await deleteByReference(state, call, services);
  } catch (error) {
    if (!(error instanceof DmpError) || surelyNotRegistered(error)) throw error;
    services.logger.warn({ transaction: change.transaction }, 'a change ended without a known outcome: looked up');
    const now = await lookedUp(change, state, call, services);
    if (!now) throw error;
    return { state: now, issues: [] };
  }
  const issues = response.errors.map((e): Issue => ({
    key: 'dmp-warning',
    severity: 'warning',
    values: { code: e.code },
  }));
  await remember(change, document.id, services);
  return { state: await afterwards(change, state, call, services), issues };
}

/** What the DMP took: it cannot always be read there again. */
const remember = (change: Made, documentId: string, { store }: Services): Promise<void> =>
  'to' in change
    ? store.documents.changeStatus(documentId, change.to)
    : store.documents.changeLabels(documentId, [...visibilityOf(change.confidentialityCodes)]);

/** Not tied to the client's connection: once sent, its outcome must be known. */
const contextOf = ({ caller, requestId }: Call, { found }: State): CallContext => ({
  requester: caller,
  patient: found.document.ins,
  requestId,
});
const detached = (call: Call): Call => ({ ...call, signal: new AbortController().signal });

function send(change: Made, state: State, call: Call, services: Services): Promise<RegistryResponse> {
  const { entry, document } = state.found;
  const set = attributeSet(call.caller, document.ins, services, change.kind);
  const context = contextOf(call, state);
  if ('to' in change) {
    const input = { set, target: entry.id, originalStatus: change.from, newStatus: change.to };
    if (change.transaction === 'TD3.3d') return services.dmp.call(td3_3d, input, context);
    // A structure deletes what is its own; a person, what that person wrote elsewhere (§1.4 notes 8 and 9).
    const { caller } = call;
    const byPerson = caller.strength === 'psc' && isAuthor(entry, caller) && !isOfStructure(entry, caller);
    return services.dmp.call(byPerson ? td3_3cByPerson : td3_3c, input, context);
  }
  const next = { ...changed(entry, change), logicalId: entry.logicalId ?? entry.id, version: entry.version ?? '1' };
  const input = { set, entry: next, previousVersion: next.version };
  return services.dmp.call(change.transaction === 'TD3.3a' ? td3_3a : td3_3b, input, context);
}

/**
 * A deletion by a structure, which sees the reference and not the status: the one last known is named, then the other that a
 * deletion can start from. A second attempt is only made when the registry refused the first.
 */
async function deleteByReference(state: State, call: Call, services: Services): Promise<RegistryResponse> {
  const { document } = state.found;
  const { reference: target } = state;
  if (target === undefined) throw absent(document);
  const { approved, archived } = statuses;
  const likely = document.availabilityStatus === archived ? [archived, approved] : [approved, archived];
  let refusal: unknown;
  for (const originalStatus of likely) {
    const set = attributeSet(call.caller, document.ins, services, 'delete');
    try {
      const input = { set, target, originalStatus, newStatus: deleted };
      return await services.dmp.call(td3_3c, input, contextOf(call, state));
    } catch (error) {
      if (!(error instanceof DmpError) || error.code !== 'XDSRegistryMetadataError') throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** After a lost answer: the state, if it shows that the change was made; undefined when it was not, or cannot be known. */
async function lookedUp(change: Made, state: State, call: Call, services: Services): Promise<State | undefined> {
  const { entry, document } = state.found;
  try {
    if (state.isCertain) {
      const now = await currentState(document, detached(call), services, true);
      return shows(now.found.entry, change) ? now : undefined;
    }
    if ((await referenceOf(document, detached(call), services)) !== undefined) return undefined;
  } catch (error) {
    // What is deleted, or masked by who is not its author, is hidden from the one who saw it before.
    const hides = change.kind === 'delete' || change.kind === 'mask';
    if (!(hides && error instanceof IssueError && error.issues[0]?.key === 'not-found')) return undefined;
  }
  await remember(change, document.id, services);
  return derived(changed(entry, change), state, services);
}

/** The new state: as the registry has it now, or, when it cannot be asked any more, as the change must have left it. */
async function afterwards(change: Made, state: State, call: Call, services: Services): Promise<State> {
  const { entry, document } = state.found;
  if (state.isCertain) {
    try {
      const now = await currentState(document, detached(call), services, true);
      if (shows(now.found.entry, change)) return now;
    } catch (error) {
      services.logger.warn({ transaction: change.transaction }, 'a change was made; its result could not be read');
      if (!(error instanceof DmpError || error instanceof IssueError)) throw error;
    }
  }
  return derived(changed(entry, change), state, services);
}

async function derived(entry: State['found']['entry'], { found }: State, services: Services): Promise<State> {
  const document = (await services.store.documents.byId(found.document.id)) ?? found.document;
  return stateOf(foundOf(entry, document, services), false, services);
}
