// @ts-check
/**
 * A file as the API takes it (PDSm simplified publish, ITI-105): the bytes inside, what the form says beside them. Of a CDA the server
 * reads the metadata itself (`$generate-metadata`); nothing is sent to the DMP by any of this.
 */
import { fhir } from './fhir.js';
import { visibility } from './document.js';

const pdsm = 'https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-simplified-publish';
const mhd = 'https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.SimplifiedPublish.DocumentReference';
const reliability = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability';

/** Media types that the DMP takes (docs/life-of-a-document.md), by the end of a file's name. */
const media = new Map([
  ['pdf', 'application/pdf'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['txt', 'text/plain'],
  ['rtf', 'text/rtf'],
  ['xml', 'text/xml'],
]);

/** For a file chooser. */
export const accepted = [...media.keys()].map((end) => `.${end}`).join(',');

/** @param {File} file @returns {string | undefined} its media type, where the DMP takes it */
export const mediaOf = (file) => media.get(file.name.toLowerCase().split('.').pop() ?? '');

export const isCda = (/** @type {File} */ file) => mediaOf(file) === 'text/xml';

/** An OID that nobody used before: a UUID as a number (ITU-T X.667). */
const newOid = () => `urn:oid:2.25.${BigInt(`0x${crypto.randomUUID().replaceAll('-', '')}`)}`;

/** @param {File} file @returns {Promise<string>} base64 */
export const dataOf = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('file'));
    reader.readAsDataURL(file);
  });

/**
 * @typedef {object} Said
 * @property {string} title
 * @property {string} type `system|code`
 * @property {string} date
 * @property {string} comment
 * @property {string[]} labels
 * @property {boolean} isQualified the professional vouches that the identity is a qualified one
 */

/** That an identity is qualified (fr-core). */
const qualified = {
  url: reliability,
  extension: [
    {
      url: 'identityStatus',
      valueCoding: { system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445', code: 'VALI' },
    },
  ],
};

/**
 * @param {any} patient as the DMP, or the establishment, knows it
 * @param {boolean} isQualified
 */
const subjectOf = (patient, isQualified) => ({
  resourceType: 'Patient',
  id: 'patient',
  ...(isQualified ? { extension: [qualified] } : {}),
  identifier: patient.identifier,
  name: (patient.name ?? []).filter((/** @type {any} */ n) => n.use !== 'usual'),
  gender: patient.gender,
  birthDate: patient.birthDate,
});

const labelled = (/** @type {string[]} */ codes) => codes.map((code) => ({ coding: [{ system: visibility, code }] }));

/**
 * @param {File} file
 * @param {any} patient
 * @param {Said} said
 * @param {string | undefined} replaced id of the document that it replaces
 * @returns {Promise<any>} a DocumentReference
 */
export async function depositOf(file, patient, said, replaced) {
  const data = await dataOf(file);
  const relation = replaced && { code: 'replaces', target: { reference: `DocumentReference/${replaced}` } };
  if (isCda(file)) return ofCda(data, relation, said);
  const [system = '', code = ''] = said.type.split('|');
  return {
    resourceType: 'DocumentReference',
    meta: { profile: [pdsm] },
    contained: [subjectOf(patient, said.isQualified)],
    masterIdentifier: { use: 'usual', system: 'urn:ietf:rfc:3986', value: newOid() },
    status: 'current',
    type: { coding: [{ system, code }] },
    subject: { reference: `Patient/${patient.id}` },
    date: new Date().toISOString(),
    ...(relation ? { relatesTo: [relation] } : {}),
    ...(said.comment === '' ? {} : { description: said.comment }),
    ...(said.labels.length > 0 ? { securityLabel: labelled(said.labels) } : {}),
    content: [
      {
        attachment: {
          contentType: mediaOf(file),
          data,
          title: said.title,
          ...(said.date === '' ? {} : { creation: new Date(said.date).toISOString() }),
        },
      },
    ],
    context: { sourcePatientInfo: { reference: '#patient' } },
  };
}

/**
 * @param {string} data
 * @param {unknown} relation
 * @param {Said} said
 */
async function ofCda(data, relation, said) {
  const binary = { resourceType: 'Binary', contentType: 'text/xml', data };
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'document', resource: binary }] };
  const answer = await fhir('POST', 'DocumentReference/$generate-metadata', { body: parameters });
  const { resource } = answer.parameter.find((/** @type {any} */ p) => p.name === 'resource');
  const { url: _url, ...attachment } = resource.content[0].attachment;
  const labels = labelled(said.labels);
  const described = resource.context?.sourcePatientInfo?.reference;
  return {
    ...resource,
    meta: { profile: [mhd] },
    // Who it is stands in the CDA; that it was verified, nowhere in it.
    contained: resource.contained?.map((/** @type {any} */ c) =>
      said.isQualified && `#${c.id}` === described ? { ...c, extension: [...(c.extension ?? []), qualified] } : c,
    ),
    ...(resource.relatesTo === undefined && relation ? { relatesTo: [relation] } : {}),
    ...(labels.length > 0 ? { securityLabel: [...(resource.securityLabel ?? []), ...labels] } : {}),
    content: [{ ...resource.content[0], attachment: { ...attachment, contentType: 'text/xml', data } }],
  };
}

/** The same, as it is shown: the bytes as their number. @param {any} resource */
export const shownDeposit = (resource) =>
  JSON.stringify(
    resource,
    (key, value) => (key === 'data' ? `(${Math.floor((String(value).length * 3) / 4)} octets)` : value),
    2,
  );
