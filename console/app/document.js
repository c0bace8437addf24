// @ts-check
/** What a person wants to know of a DocumentReference. */
import { t } from './words.js';

const archivedUrl = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived';
export const visibility =
  'https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument';

/** @param {any} document @returns {string} */
export const titleOf = (document) =>
  document.content?.[0]?.attachment?.title ?? document.description ?? typeOf(document) ?? t('document.untitled');

/** @param {any} document @returns {string | undefined} */
export const typeOf = (document) => document.type?.coding?.[0]?.display ?? document.type?.coding?.[0]?.code;

/** The service. @param {any} document @returns {string | undefined} */
export const settingOf = ({ context }) => context?.practiceSetting?.coding?.[0]?.display;

/** Patient.id of whose it is. @param {any} document @returns {string} */
export const patientOf = (document) => document.subject.reference.split('/').at(-1);

/** @param {any} document */
export const creationOf = (document) => document.content?.[0]?.attachment?.creation ?? document.date;

/** @param {any} name of FHIR */
const named = (name) => (name ? [...(name.given ?? []), name.family].filter(Boolean).join(' ') : undefined);

/** Persons and their establishments, as they stand in the document. @param {any} document @returns {string[]} */
export function authorsOf(document) {
  const contained = (/** @type {any} */ reference) =>
    document.contained?.find((/** @type {any} */ c) => `#${c.id}` === reference?.reference);
  return (document.author ?? []).map((/** @type {any} */ author) => {
    const found = contained(author);
    if (found?.resourceType !== 'PractitionerRole')
      return named(found?.name?.[0]) ?? found?.name ?? found?.deviceName?.[0]?.name ?? author.display ?? '';
    const who = named(contained(found.practitioner)?.name?.[0]) ?? found.practitioner?.display;
    const where = contained(found.organization)?.name ?? found.organization?.display;
    return [who, where].filter(Boolean).join(', ');
  });
}

/** Whom a document may be hidden from; registries write the codes in more than one system. */
export const visibilities = /** @type {const} */ (['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX']);

/** @param {any} label @param {string} code */
const says = (label, code) => label.coding?.some((/** @type {any} */ c) => c.code === code);

/** @param {any} document */
export const labelsOf = (document) =>
  visibilities.filter((code) => document.securityLabel?.some((/** @type {any} */ label) => says(label, code)));

/** @param {any} document */
const archivedAt = (document) => (document.extension ?? []).findIndex((/** @type {any} */ e) => e.url === archivedUrl);
/** @param {any} document @returns {boolean} */
export const isArchived = (document) => document.extension?.[archivedAt(document)]?.valueBoolean === true;

/** @typedef {{ op: 'add' | 'replace' | 'remove', path: string, value?: unknown }} Step one of JSON Patch */

/** Adds a visibility code, or takes it away. @param {any} document @param {string} code @returns {Step[]} */
export function toggleLabel(document, code) {
  const at = (document.securityLabel ?? []).findIndex((/** @type {any} */ label) => says(label, code));
  if (at >= 0) return [{ op: 'remove', path: `/securityLabel/${at}` }];
  return [{ op: 'add', path: '/securityLabel/-', value: { coding: [{ system: visibility, code }] } }];
}

/** @param {any} document @returns {Step[]} */
export function toggleArchived(document) {
  const at = archivedAt(document);
  if (at >= 0) return [{ op: 'replace', path: `/extension/${at}/valueBoolean`, value: !isArchived(document) }];
  const value = { url: archivedUrl, valueBoolean: true };
  return document.extension
    ? [{ op: 'add', path: '/extension/-', value }]
    : [{ op: 'add', path: '/extension', value: [value] }];
}

/** A logical deletion, the only one that the DMP knows. @returns {Step[]} */
export const deletion = () => [{ op: 'replace', path: '/status', value: 'entered-in-error' }];
