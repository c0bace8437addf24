/**
 * ITI-65, PDSm flux 01: a set of documents in one transaction, all or nothing. Validation of the whole Bundle → each
 * document prepared → one TD2.1 → transaction-response, an entry for each entry, in the same order.
 */
import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import type { Caller } from '../../auth/caller.ts';
import type { PatientIns } from '../../dmp/types.ts';
import { toOutcome, type Language } from '../outcome.ts';
import type { Services } from '../services.ts';
import { readProvideBundle, type ProvideBundle } from '../validation/index.ts';
import type { DepositOptions } from './one.ts';
import { prepare, type Prepared } from './prepare.ts';
import { depositedList, depositedReference } from './resource.ts';
import { checkSame, resolveSubject } from './subject.ts';
import { setOfList } from './submission-set.ts';
import { submit, type Submitted } from './submit.ts';

export interface BundleOptions extends DepositOptions {
  /** Of the sentences in `response.outcome`; French by default. */
  language?: Language;
}

/**
 * Deposits a set.
 * @param body any JSON value
 * @returns the transaction-response
 * @throws IssueError with what is wrong anywhere in the Bundle, nothing having been sent; DmpError when the DMP refuses
 */
export async function depositBundle(
  body: unknown,
  services: Services,
  caller: Caller,
  options: BundleOptions = {},
): Promise<Bundle> {
  const { issues: validation, parts } = readProvideBundle(body);
  if (!parts) throw new IssueError(validation);
  const patients = parts.patient ? [parts.patient] : [];
  const problems: Issue[] = [];
  const attempt = async <T>(step: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof IssueError)) throw error;
      problems.push(...error.issues);
      return undefined;
    }
  };

  const { set: list } = parts;
  const around = { patients, ...(list.fullUrl === undefined ? {} : { fullUrl: list.fullUrl }) };
  const subject = await attempt(() =>
    resolveSubject(
      list.resource.subject,
      `${list.path}.subject`,
      { ...around, contained: list.resource.contained ?? [] },
      services,
    ),
  );
  const documents = await prepareAll(parts, services, caller, attempt);
  const set =
    subject && (await attempt(() => setOfList(list.resource, list.path, subject.ins, caller, services.config)));
  if (subject) await attempt(() => checkPatients(subject.ins, documents));
  if (problems.length > 0 || !subject || !set) throw new IssueError([...validation, ...problems]);

  const submitted = await submit(
    {
      ins: subject.ins,
      set,
      setPath: list.path,
      documents,
      caller,
      ...(options.requestId ? { requestId: options.requestId } : {}),
    },
    services,
  );
  const warnings = [...validation, ...subject.issues, ...documents.flatMap((d) => d.issues)];
  return respond(body as Bundle, parts, submitted, warnings, services, options);
}

/** Every document, in the order of the set; the problems of all are collected. */
async function prepareAll(
  { documents, patient }: ProvideBundle,
  services: Services,
  caller: Caller,
  attempt: <T>(step: () => Promise<T>) => Promise<T | undefined>,
): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const [i, { reference, binary }] of documents.entries()) {
    const done = await attempt(() =>
      prepare(
        {
          entryId: `Document${String(i + 1).padStart(2, '0')}`,
          resource: reference.resource,
          path: reference.path,
          data: binary.resource.data,
          dataPath: `${binary.path}.data`,
          binaryType: binary.resource.contentType,
          around: {
            patients: patient ? [patient] : [],
            ...(reference.fullUrl === undefined ? {} : { fullUrl: reference.fullUrl }),
          },
        },
        services,
        caller,
      ),
    );
    if (done) prepared.push(done);
  }
  return prepared;
}

/** One submission is about one patient (ITI TF-3 §4.2.2.1: XDSPatientIdDoesNotMatch). */
function checkPatients(ins: PatientIns, documents: readonly Prepared[]): void {
  for (const document of documents) checkSame([ins, document.subject.ins], `${document.path}.subject`);
}

function respond(
  request: Bundle,
  { set, documents, patient }: ProvideBundle,
  submitted: Submitted,
  warnings: readonly Issue[],
  { config }: Services,
  { language = 'fr', requestId }: BundleOptions,
): Bundle {
  const { created, patientId, payload, setId } = submitted;
  const { submittedAt } = payload;
  const entries = new Map<number, BundleEntry>();
  const answer = (
    index: number,
    type: string,
    id: string,
    status: string,
    resource?: BundleEntry['resource'],
    more: readonly Issue[] = [],
  ): void => {
    const own = [...warnings.filter((w) => w.expression?.startsWith(`Bundle.entry[${index}].`)), ...more];
    entries.set(index, {
      fullUrl: `${config.fhirBase}/${type}/${id}`,
      ...(resource ? { resource } : {}),
      response: {
        status,
        location: `${config.fhirBase}/${type}/${id}`,
        etag: 'W/"1"',
        lastModified: submittedAt,
        ...(own.length > 0 ? { outcome: toOutcome(own, language, requestId) } : {}),
      },
    });
  };
  const status = created ? '201 Created' : '200 OK';
  answer(set.index, 'List', setId, status, depositedList(setId, patientId, payload), submitted.issues);
  documents.forEach(({ reference, binary }, i) => {
    const document = payload.documents[i];
    if (!document) throw new Error('a submission without one of its documents');
    answer(
      reference.index,
      'DocumentReference',
      document.id,
      status,
      depositedReference(document, { patientId, submittedAt, config }),
    );
    answer(binary.index, 'Binary', document.id, status);
  });
  // The patient is known to the DMP already: nothing is created.
  if (patient) answer(patient.index, 'Patient', patientId, '200 OK');
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: {
      profile: ['https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.ProvideDocumentBundleResponse'],
      lastUpdated: submittedAt,
    },
    type: 'transaction-response',
    link: [{ relation: 'self', url: config.fhirBase }],
    entry: (request.entry ?? []).map((_, i) => entries.get(i) as BundleEntry),
  };
}
