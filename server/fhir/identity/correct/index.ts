/**
 * `Patient/$correct-record`: an identity turned out wrong, and documents stand in somebody else's record. List what this structure
 * fed there, delete it (mandatory for whoever feeds), feed the right record; step by step, resumable, on record. docs/identity.md.
 */
import { IssueError } from '../../../../mappings/outcome.ts';
import type { StoredCorrection } from '../../../store/types.ts';
import { requireScopes } from '../../access.ts';
import type { Call, Handler } from '../../interaction.ts';
import type { Services } from '../../services.ts';
import { deleteDocuments } from './delete.ts';
import { feedDocument } from './feed.ts';
import { readCorrection, type CorrectionInput, type Step } from './input.ts';
import { changeCorrection, correctionOf, itemOf, recordStep, withItem } from './kept.ts';
import { shownCorrection, shownList } from './show.ts';
import { setRight, startCorrection } from './start.ts';

export const correctRecord: Handler = async (call, services) => {
  const input = readCorrection(call);
  if (call.body === undefined) return { status: 200, resource: await looked(input, call, services) };
  const correction =
    input.correction === undefined
      ? await startCorrection(input, call, services)
      : await goOn(input.correction, input, call, services);
  return { status: 200, resource: await shownCorrection(correction, call, services) };
};

/** GET changes nothing: one correction, or the open ones of the structure. */
async function looked(input: CorrectionInput, call: Call, services: Services) {
  const { correction: id, ...others } = input;
  const [more] = Object.entries(others).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  if (more) throw unfit(more[0], 'POST');
  if (id !== undefined) return shownCorrection(await correctionOf(id, call, services), call, services);
  return shownList(await services.store.corrections.ofStructure(call.caller.structure.id, { state: 'open' }));
}

const unfit = (name: string, detail: string): IssueError =>
  new IssueError({ key: 'correction-parameter', expression: name, values: { name, detail } });

type Run = (
  correction: StoredCorrection,
  input: CorrectionInput,
  call: Call,
  services: Services,
) => Promise<StoredCorrection>;

/** Each step, and the scopes on DocumentReference that it asks for besides `Patient.u`. */
const runs: Readonly<Record<Step, Run>> = {
  delete: (correction, { documents }, call, services) => {
    requireScopes(call.caller, [{ type: 'DocumentReference', permission: 'u', ihe: [] }]);
    return deleteDocuments(correction, documents, call, services);
  },
  feed: (correction, input, call, services) => {
    requireScopes(call.caller, [{ type: 'DocumentReference', permission: 'c', ihe: [] }]);
    if (input.resource === undefined)
      throw new IssueError({ key: 'operation-parameter-required', values: { name: 'resource' } });
    const given = { resource: input.resource, path: input.resourcePath ?? 'resource' };
    return feedDocument(correction, one(input), given, call, services);
  },
  drop: (correction, input, call, services) => {
    const documentId = one(input);
    const { refedId } = itemOf(correction, documentId);
    if (refedId !== undefined)
      throw new IssueError({ key: 'correction-fed', expression: 'document', values: { document: refedId } });
    return settle('drop', correction, documentId, (c) => withItem(c, documentId, { dropped: true }), call, services);
  },
  keep: (correction, input, call, services) => {
    const documentId = one(input);
    const without = (c: StoredCorrection): StoredCorrection => {
      if (itemOf(c, documentId).deletedAt !== undefined)
        throw new IssueError({ key: 'correction-deleted', expression: 'document' });
      return { ...c, items: c.items.filter((i) => i.documentId !== documentId) };
    };
    return settle('keep', correction, documentId, without, call, services);
  },
};

/** The one document of a step. @throws IssueError operation-parameter-required, operation-parameter */
function one({ documents }: CorrectionInput): string {
  const [document, ...more] = documents;
  if (document === undefined)
    throw new IssueError({ key: 'operation-parameter-required', values: { name: 'document' } });
  if (more.length > 0)
    throw new IssueError({ key: 'operation-parameter', values: { name: 'document', detail: '0..1' } });
  return document;
}

/** A decision about a document, which asks nothing of the DMP. */
async function settle(
  step: Step,
  { id, wrongPatientId }: StoredCorrection,
  documentId: string,
  change: (current: StoredCorrection) => StoredCorrection,
  call: Call,
  services: Services,
): Promise<StoredCorrection> {
  const changed = await changeCorrection(id, change, call, services);
  await recordStep({ step, correction: id, documents: [documentId] }, wrongPatientId, 'success', call, services);
  return changed;
}

/** A step on a correction that exists; without a step its state, and the right record where that is given. */
async function goOn(id: string, input: CorrectionInput, call: Call, services: Services): Promise<StoredCorrection> {
  const { step, right, wrong, reason, resource } = input;
  if (wrong !== undefined) throw unfit('wrong', 'correction');
  if (reason !== undefined) throw unfit('reason', 'correction');
  if (resource !== undefined && step !== 'feed') throw unfit('resource', 'step = feed');
  const found = await correctionOf(id, call, services);
  const correction = right === undefined ? found : await setRight(found, right, call, services);
  return step === undefined ? correction : runs[step](correction, input, call, services);
}
