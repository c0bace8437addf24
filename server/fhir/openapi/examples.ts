/**
 * Bodies that a reader can send: the files of `docs/examples/`, about the invented people of the demonstration. A test validates each
 * and sends it for real.
 */
import { readFileSync } from 'node:fs';
import { fhirJson } from '../negotiation.ts';
import type { Components, Json } from '../../openapi/types.ts';

const folder = new URL('../../../docs/examples/', import.meta.url);

interface Example {
  summary: string;
  /** FHIR JSON when absent */
  contentType?: string;
  /** `<name>.json` when absent */
  file?: string;
}

/** By the name of the file, without `.json`. */
const all = {
  'deposit-text': { summary: 'A note of a nurse, as text' },
  'replace-text': { summary: 'The same note, corrected: replaces it' },
  'deposit-later': { summary: 'Another note, that can wait (Prefer: respond-async)' },
  'provide-bundle': { summary: 'A set of one text document' },
  'submission-set': { summary: 'A submission set alone' },
  mask: { summary: 'Hides a document from professionals', contentType: 'application/json-patch+json' },
  'mask-fhirpath': { summary: 'Hides a document from professionals' },
  'mask-xml': {
    summary: 'Hides a document from professionals',
    contentType: 'application/xml-patch+xml',
    file: 'mask.xml',
  },
  'generate-metadata': { summary: 'A CDA' },
  'whats-new': { summary: 'What is new since a moment' },
  'my-rights': { summary: 'With regard to a patient' },
  identity: { summary: 'An identity that the establishment feeds' },
  'open-record': { summary: 'A person who has no DMP and consents to one' },
  match: { summary: 'Is the person of this INS the one described?' },
  pix: { summary: 'The other identifiers of a person' },
  'correct-record': { summary: 'What was fed to a wrong record' },
  'authorized-records': { summary: 'By last document' },
  'web-access': { summary: 'The page of the documents' },
  reactivate: { summary: 'Consent given on a day' },
  close: { summary: 'At the patient’s wish' },
  'no-parameters': { summary: 'Nothing to say' },
  subscription: { summary: 'What is new in the record of a patient' },
  'task-subscription': { summary: 'What becomes of one’s own deposits' },
  'subscription-off': { summary: 'Ends it' },
  events: { summary: 'From the first on' },
  decline: { summary: 'And why' },
  'consent-feeding': { summary: 'Does not oppose feeding' },
  'consent-consultation': { summary: 'Consents to consultation' },
} as const satisfies Record<string, Example>;
export type ExampleName = keyof typeof all;

/** By handler (`definition.ts`): the bodies that it can be sent. */
const byHandler: Readonly<Record<string, readonly ExampleName[]>> = {
  transaction: ['provide-bundle'],
  '$my-rights': ['my-rights'],
  'Bundle.$validate': ['provide-bundle'],
  'List.$validate': ['submission-set'],
  'DocumentReference.create': ['deposit-text', 'replace-text', 'deposit-later'],
  'DocumentReference.$validate': ['deposit-text'],
  'DocumentReference.$whats-new': ['whats-new'],
  'DocumentReference.$generate-metadata': ['generate-metadata'],
  'DocumentReference.patch': ['mask', 'mask-fhirpath', 'mask-xml'],
  'Patient.create': ['open-record'],
  'Patient.update': ['identity'],
  'Patient.$match': ['match'],
  'Patient.$ihe-pix': ['pix'],
  'Patient.$correct-record': ['correct-record'],
  'Patient.$authorized-records': ['authorized-records'],
  'Patient.$administrative-data': ['no-parameters'],
  'Patient.$identity-history': ['no-parameters'],
  'Patient.$web-access': ['web-access'],
  'Patient.$reactivate': ['reactivate'],
  'Patient.$close': ['close'],
  'Patient.$internet-account': ['no-parameters'],
  'Subscription.create': ['subscription', 'task-subscription'],
  'Subscription.update': ['subscription-off'],
  'Subscription.$status': ['no-parameters'],
  'Subscription.$events': ['events'],
  'Task.$cancel': ['no-parameters'],
  'Task.$requeue': ['no-parameters'],
  'Task.$release': ['no-parameters'],
  'Task.$decline': ['decline'],
  'Consent.create': ['consent-feeding', 'consent-consultation'],
  'Consent.update': ['consent-feeding'],
};

/** Names of the examples of a handler in a media type. */
export const examplesOf = (handler: string, contentType: string): readonly ExampleName[] =>
  (byHandler[handler] ?? []).filter((name) => ((all[name] as Example).contentType ?? fhirJson) === contentType);

/** What stands in the file of an example: JSON, or of another media type the text. */
export function exampleValue(name: ExampleName): Json {
  const { file = `${name}.json` }: Example = all[name];
  const text = readFileSync(new URL(file, folder), 'utf8');
  return file.endsWith('.json') ? (JSON.parse(text) as Json) : text;
}

export const exampleComponents = (): Components['examples'] =>
  Object.fromEntries(
    (Object.keys(all) as ExampleName[]).map((name) => [
      name,
      { summary: all[name].summary, value: exampleValue(name) },
    ]),
  );
