/** The golden answers of `shared/wire` are read to exactly what `expected.json` says. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cx } from '../../mappings/codecs/identifiers.ts';
import { xcn, xon } from '../../mappings/codecs/people.ts';
import { components } from '../../mappings/codecs/hl7v2.ts';
import { readAdhocQueryResponse, readRegistryResponse, readRetrieveResponse } from '../../mappings/ebrim/read.ts';
import type { DocumentEntry, Folder, RegistryObjects, SubmissionSet, XdsAuthor, XdsCode } from '../../mappings/xds.ts';
import { describeShared } from '../support/shared.ts';
import { expectedMessages, golden, goldenBody } from './xds-golden.ts';

const lastWord = (urn: string | undefined): string | undefined => urn?.slice(urn.lastIndexOf(':') + 1);
const code = (c: XdsCode | undefined) => c && { code: c.code, system: c.scheme, display: c.display };
const id = (wire: string | undefined) => {
  const v = wire === undefined ? undefined : cx.decode(wire);
  return v && { id: v.id, system: v.authority.oid, type: v.type };
};
const person = (wire: string | undefined) => {
  const v = wire === undefined ? undefined : xcn.decode(wire);
  return (
    v && {
      id: v.id,
      family: v.family,
      given: v.given,
      authority: v.authority?.oid,
      nameType: v.nameType,
      idType: v.type,
    }
  );
};
const author = (a: XdsAuthor) => {
  const institution = a.institutions[0] === undefined ? undefined : xon.decode(a.institutions[0]);
  const part = components(a.specialties[0] ?? '');
  return {
    person: person(a.person),
    institution: institution && { name: institution.name, id: institution.id, authority: institution.authority?.oid },
    specialty: { code: part(1), display: part(2), system: part(3) },
  };
};
const confidentiality = (d: DocumentEntry, hidden: string): boolean =>
  d.confidentialityCodes.some((c) => c.code === hidden);

const entry = (d: DocumentEntry) => ({
  entryUUID: d.id,
  logicalId: d.logicalId,
  version: d.version,
  status: lastWord(d.availabilityStatus),
  mimeType: d.mimeType,
  uniqueId: d.uniqueId,
  patientId: id(d.patientId),
  title: d.title,
  comments: d.comments ?? null,
  creationTime: d.creationTime,
  serviceStartTime: d.serviceStartTime,
  serviceStopTime: d.serviceStopTime ?? null,
  languageCode: d.languageCode,
  repositoryUniqueId: d.repositoryUniqueId,
  hash: d.hash,
  size: Number(d.size),
  sourcePatientId: id(d.sourcePatientId),
  // expected.json lists PID fields by number; the third entry has them in another order on the wire.
  sourcePatientInfo: [...d.sourcePatientInfo].sort(),
  legalAuthenticator: person(d.legalAuthenticator),
  authors: d.authors.map(author),
  classCode: code(d.classCode),
  typeCode: code(d.typeCode),
  formatCode: code(d.formatCode),
  healthcareFacilityTypeCode: code(d.healthcareFacilityTypeCode),
  practiceSettingCode: code(d.practiceSettingCode),
  confidentialityCodes: d.confidentialityCodes.map((c) => c.code),
  eventCodes: d.eventCodes.map(code),
  referenceIds: d.referenceIdList.map(id),
  otherSlots: d.slots,
  maskedToProfessionals: confidentiality(d, 'MASQUE_PS'),
  hiddenFromPatient: confidentiality(d, 'INVISIBLE_PATIENT'),
  hiddenFromLegalRepresentatives: confidentiality(d, 'INVISIBLE_REPRESENTANTS_LEGAUX'),
});
const set = (s: SubmissionSet) => ({
  id: s.id,
  status: lastWord(s.availabilityStatus),
  uniqueId: s.uniqueId,
  sourceId: s.sourceId,
  patientId: id(s.patientId),
  submissionTime: s.submissionTime,
  title: s.title,
  comments: s.comments ?? null,
  contentTypeCode: code(s.contentTypeCode),
  authors: s.authors.map(author),
});
const folder = (f: Folder) => ({
  id: f.id,
  status: lastWord(f.availabilityStatus),
  title: f.title,
  lastUpdateTime: f.lastUpdateTime,
  uniqueId: f.uniqueId,
  codes: f.codes.map(code),
});

/** Kinds of object that the answer holds, under the names of expected.json; none when empty, as there. */
function objects(o: RegistryObjects): Record<string, unknown> {
  const all = {
    entries: o.documentEntries.map(entry),
    submissionSets: o.submissionSets.map(set),
    folders: o.folders.map(folder),
    associations: o.associations.map((a) => ({ id: a.id, type: lastWord(a.type), source: a.source, target: a.target })),
    objectRefs: o.objectRefs,
  };
  return Object.fromEntries(Object.entries(all).filter(([, list]) => list.length > 0));
}

/** Raw octets of the part with that Content-ID. */
function part(message: Buffer, cid: string): Buffer {
  const text = message.toString('latin1');
  const boundary = /boundary="?([^";\r\n]+)/.exec(text)?.[1] ?? '';
  for (const piece of text.split(`--${boundary}`)) {
    const split = piece.indexOf('\r\n\r\n');
    const contentId = /content-id:\s*<([^>]+)>/i.exec(piece.slice(0, split))?.[1];
    if (contentId !== undefined && decodeURIComponent(contentId) === cid) {
      return Buffer.from(piece.slice(split + 4).replace(/\r\n$/, ''), 'latin1');
    }
  }
  throw new Error(`no part ${cid}`);
}

function project(dir: string, file: string): Record<string, unknown> {
  const body = goldenBody(dir, file);
  if (body.name === 'AdhocQueryResponse') {
    const { status, errors, total, objects: found } = readAdhocQueryResponse(body);
    return { status, errors, totalResultCount: total, ...objects(found) };
  }
  if (body.name === 'RetrieveDocumentSetResponse') {
    const { status, errors, documents } = readRetrieveResponse(body);
    return {
      status,
      errors,
      documents: documents.map((d) => {
        const bytes = d.cid === undefined ? Buffer.from(d.inline ?? '', 'base64') : part(golden(dir, file), d.cid);
        const { repositoryUniqueId, documentUniqueId, mimeType } = d;
        const sha1 = createHash('sha1').update(bytes).digest('hex');
        const transport = d.cid === undefined ? 'inline' : 'xop';
        return { repositoryUniqueId, documentUniqueId, mimeType, transport, size: bytes.length, sha1 };
      }),
    };
  }
  return { ...readRegistryResponse(body) };
}

describeShared('golden ebXML answers', (dir) => {
  it('are all read to exactly what expected.json says', () => {
    const expected = expectedMessages(dir);
    const files = Object.keys(expected).filter((f) => /messages\/(td2-1|td3-|failures)/.test(f));
    expect(files.length).toBe(49);
    for (const file of files) {
      const wanted = structuredClone(expected[file]) as { entries?: { sourcePatientInfo: string[] }[] };
      for (const e of wanted.entries ?? []) e.sourcePatientInfo.sort();
      expect.soft(project(dir, file), file).toEqual(wanted);
    }
  });
});

describe('an answer that is not one', () => {
  it('is refused, not repaired', () => {
    const node = { name: 'RegistryResponse', ns: '', attrs: {}, children: [], text: '' };
    expect(() => readRegistryResponse(node)).toThrow('status');
    expect(() => readRetrieveResponse(node)).toThrow('RegistryResponse');
  });
});
