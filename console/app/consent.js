// @ts-check
/** Consents as the API takes them (docs/consent.md): what the patient told the establishment, and what stands in the DMP. */
const system = 'https://dmp-fhir.example/CodeSystem/consent-topic';
export const authorization = 'dmp-authorization';
export const treatingPhysician = 'dmp-treating-physician';

/** What the establishment records, in the order in which it is asked. */
export const topics = /** @type {const} */ (['information', 'feeding', 'consultation', 'break-glass', 'regulation']);

/** @param {any} consent @returns {string[]} */
export const topicsOf = (consent) =>
  (consent.category ?? []).flatMap((/** @type {any} */ category) =>
    (category.coding ?? []).filter((/** @type {any} */ c) => c.system === system).map((/** @type {any} */ c) => c.code),
  );

const today = () => new Date().toISOString().slice(0, 10);

/**
 * @param {string} patientId
 * @param {readonly string[]} categories
 * @param {{ decision?: 'permit' | 'deny', date?: string, source?: string }} said
 */
export const consentOf = (patientId, categories, { decision = 'permit', date = today(), source = '' }) => ({
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: categories.map((code) => ({ coding: [{ system, code }] })),
  patient: { reference: `Patient/${patientId}` },
  dateTime: date,
  ...(source === '' ? {} : { sourceReference: { display: source } }),
  policy: [{ uri: `https://dmp-fhir.example/policy/${categories[0]}` }],
  provision: { type: decision },
});

/** @param {any} consent @param {string} url how an extension ends */
const extension = (consent, url) => consent.extension?.find((/** @type {any} */ e) => e.url.endsWith(url));

/** @param {any} consent */
export const recorderOf = (consent) => extension(consent, '/consent-recorder')?.valueReference?.display;
/** The DMP's own word. @param {any} consent */
export const statusOf = (consent) => extension(consent, '/dmp-autorisation')?.valueCoding?.code;
/** @param {any} consent */
export const lastActionOf = (consent) => extension(consent, '/dmp-last-action')?.valueDateTime;
/** @param {any} consent @returns {{ name?: string, id?: string }} */
export const holderOf = (consent) => {
  const { display, identifier } = consent.provision?.actor?.[0]?.reference ?? {};
  return { name: display ?? identifier?.value, id: identifier?.value };
};
