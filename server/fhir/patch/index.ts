/**
 * PATCH of a DocumentReference, by id or conditional (PDSm flux 03 and 04; FHIR R4 http.html#patch): read the patch, find the
 * document, look at it, apply, decide what one change it is, make it in the DMP, answer the document as it is then.
 */
import type { Resource } from '@medplum/fhirtypes';
import { changeOf, type Change } from '../../../mappings/attributes.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { DmpError } from '../../dmp/types.ts';
import { isDryRun } from '../dry-run-parameter.ts';
import { parseJson } from '../json.ts';
import type { Call, Handler, Reply } from '../interaction.ts';
import { fhirJson, fhirXml, parseMedia } from '../negotiation.ts';
import { toOutcome } from '../outcome.ts';
import type { Services } from '../services.ts';
import { readFhirXml } from '../xml/read.ts';
import { make } from './change.ts';
import { requireClearLabels, requireNames, requirePatchable } from './elements.ts';
import { readFhirPathPatch } from './fhirpath-patch.ts';
import { readJsonPatch } from './json-patch.ts';
import { maxBytes, type Patch } from './patch.ts';
import { requireRight } from './rights.ts';
import { currentState, type State } from './state.ts';
import { targetOf } from './target.ts';
import { readXmlPatch } from './xml-patch.ts';

/** The forms of a patch, by media type: `CapabilityStatement.patchFormat` says the same. */
const formats: Readonly<Record<string, (bytes: Uint8Array) => Patch>> = {
  'application/json-patch+json': readJsonPatch,
  [fhirJson]: (bytes) => readFhirPathPatch(parseJson(bytes)),
  [fhirXml]: (bytes) => readFhirPathPatch(readFhirXml(bytes)),
  'application/xml-patch+xml': readXmlPatch,
};
export const patchFormats = Object.keys(formats);

export const patchDocument: Handler = async (call, services) => {
  const patch = readPatch(call);
  const rehearsal = isDryRun(call);
  const document = await targetOf(call, services);
  requireNames(patch.names);
  const state = await currentState(document, call, services);
  requireVersion(call.ifMatch, state.resource.meta?.versionId ?? '');
  const change = decide(patch, state, call, services);
  if (rehearsal) return { status: 200, resource: toOutcome([said(change)], call.language, call.requestId) };
  if (change.kind === 'none') return reply(state, [], change, call, services);
  const outcome = await make(change, state, call, services);
  return reply(outcome.state, outcome.issues, change, call, services);
};

/** @throws IssueError media-type (415), body-missing, and what the form finds */
function readPatch({ payload }: Call): Patch {
  if (!payload) throw new IssueError({ key: 'body-missing', values: { expected: patchFormats.join(' | ') } });
  if (payload.bytes.byteLength > maxBytes) throw new IssueError({ key: 'too-large', values: { limit: maxBytes } });
  const { type, parameters } = parseMedia(payload.contentType);
  const charset = parameters['charset'] ?? 'utf-8';
  const read = Object.hasOwn(formats, type) && /^utf-?8$/.test(charset) ? formats[type] : undefined;
  if (read) return read(payload.bytes);
  const given = payload.contentType.replace(/[^\x20-\x7e]/g, '?').slice(0, 80) || '—';
  throw new IssueError({ key: 'media-type', values: { given, expected: patchFormats.join(', ') } });
}

/** RFC 9110 §13.1.1, with the weak tags of FHIR. @throws IssueError version-conflict */
function requireVersion(ifMatch: string | undefined, current: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((t) => /^(?:W\/)?"([^"]*)"$/.exec(t.trim())?.[1]);
  if (tags.includes(current)) return;
  const given = ifMatch.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
  throw new IssueError({ key: 'version-conflict', values: { given, current: `W/"${current}"` } });
}

/** @throws IssueError patch-… and not-author; DmpError kind `rights` */
function decide(patch: Patch, state: State, call: Call, { config }: Services): Change {
  const { entry } = state.found;
  const applied = patch.apply(state.resource);
  const patched = requirePatchable(state.resource, applied);
  requireClearLabels(entry, patched, applied.touched);
  // A deleted document may be shown as superseded; one that can be patched is neither.
  const change = changeOf(entry, patched, { hiding: config.ALLOW_HIDING });
  // Of a structure's document only its deletion can be decided without its registered state.
  if (!state.isCertain && change.kind !== 'delete')
    throw new DmpError('rights', 'psc', 'transaction' in change ? change.transaction : 'TD3.1a');
  requireRight(change, state.found, call.caller);
  return change;
}

const said = (change: Change): Issue =>
  change.kind === 'none'
    ? { key: 'patched-nothing', severity: 'information' }
    : {
        key: 'patch-dry-run',
        severity: 'information',
        values: { change: change.kind, transaction: change.transaction },
      };

function reply(state: State, issues: readonly Issue[], change: Change, call: Call, services: Services): Reply {
  const { resource } = state;
  const { versionId, lastUpdated } = resource.meta ?? {};
  const done: Issue =
    change.kind === 'none'
      ? said(change)
      : { key: 'patched', severity: 'information', values: { change: change.kind } };
  const bodies: Record<Call['prefer']['return'], Resource | undefined> = {
    minimal: undefined,
    representation: resource,
    OperationOutcome: toOutcome([done, ...issues], call.language, call.requestId),
  };
  const body = bodies[call.prefer.return];
  return {
    status: 200,
    ...(body ? { resource: body } : {}),
    headers: {
      ...(versionId ? { ETag: `W/"${versionId}"` } : {}),
      ...(lastUpdated ? { 'Last-Modified': new Date(lastUpdated).toUTCString() } : {}),
      'Content-Location': `${services.config.fhirBase}/DocumentReference/${resource.id ?? ''}`,
    },
  };
}
