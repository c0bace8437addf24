/** Edits of a golden ITI-41 message, as text: one thing taken away or altered, nothing else. */

export type Edit = (text: string) => string;

/** An edit that must find what it changes. */
export const replace =
  (what: string | RegExp, by: string): Edit =>
  (text) => {
    const changed = typeof what === 'string' ? text.split(what).join(by) : text.replace(what, by);
    if (changed === text) throw new Error(`mutant without effect: ${String(what)}`);
    return changed;
  };

/** Several edits, one after the other. */
export const both =
  (...edits: Edit[]): Edit =>
  (text) =>
    edits.reduce((t, e) => e(t), text);

/** An edit within the first match of a pattern. */
export const within =
  (where: RegExp, change: Edit): Edit =>
  (text) => {
    const found = where.exec(text);
    if (found === null) throw new Error(`mutant without place: ${String(where)}`);
    const [match] = found;
    return text.slice(0, found.index) + change(match) + text.slice(found.index + match.length);
  };

const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Within one entry or set. */
export const object = (id: string, change: Edit): Edit =>
  within(new RegExp(`<rim:(ExtrinsicObject|RegistryPackage) id="${quote(id)}".*?</rim:\\1>`, 's'), change);

const slotPattern = (name: string): RegExp => new RegExp(`<rim:Slot name="${quote(name)}">.*?</rim:Slot>`, 's');
/** The slots of an entry stand before its Name and Classifications: the first of a name is its own. */
export const slot = (id: string, name: string, change: Edit): Edit => object(id, within(slotPattern(name), change));
export const dropSlot = (id: string, name: string): Edit => slot(id, name, () => '');
export const twice: Edit = (text) => text + text;
export const setValue = (value: string): Edit =>
  replace(/<rim:Value>[^<]*<\/rim:Value>/, `<rim:Value>${value}</rim:Value>`);
/** A new slot at the head of an object. */
export const addSlot = (id: string, name: string, ...values: string[]): Edit =>
  object(
    id,
    within(
      /<rim:Slot /,
      (text) =>
        `<rim:Slot name="${name}"><rim:ValueList>${values
          .map((v) => `<rim:Value>${v}</rim:Value>`)
          .join('')}</rim:ValueList></rim:Slot>${text}`,
    ),
  );

export const scheme = {
  'entry author': 'urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d',
  classCode: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a',
  typeCode: 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983',
  confidentialityCode: 'urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f',
  eventCodeList: 'urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  formatCode: 'urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d',
  healthcareFacilityTypeCode: 'urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSettingCode: 'urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead',
  'set author': 'urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  contentTypeCode: 'urn:uuid:aa543740-bdda-424e-8c96-df4873be8500',
  codeList: 'urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5',
  'XDSFolder.patientId': 'urn:uuid:f64ffdf0-4b97-4e06-b79f-a52b38ec2f8a',
  'XDSFolder.uniqueId': 'urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a',
  'XDSDocumentEntry.patientId': 'urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  'XDSDocumentEntry.uniqueId': 'urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab',
  'XDSSubmissionSet.patientId': 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  'XDSSubmissionSet.sourceId': 'urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832',
  'XDSSubmissionSet.uniqueId': 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8',
} as const;
export type SchemeName = keyof typeof scheme;

/** Within the first classification of a scheme. */
export const classification = (id: string, name: SchemeName, change: Edit): Edit =>
  object(
    id,
    within(
      new RegExp(`<rim:Classification id="[^"]*" classificationScheme="${scheme[name]}".*?</rim:Classification>`, 's'),
      change,
    ),
  );
export const identifier = (id: string, name: SchemeName, change: Edit): Edit =>
  object(
    id,
    within(
      new RegExp(
        `<rim:ExternalIdentifier id="[^"]*" identificationScheme="${scheme[name]}".*?</rim:ExternalIdentifier>`,
        's',
      ),
      change,
    ),
  );
export const drop: Edit = () => '';
/** The value of an ExternalIdentifier. */
export const setIdentifier = (value: string): Edit => replace(/ value="[^"]*"(?=><rim:Name)/, ` value="${value}"`);

/** Within one association, by its id. */
export const association = (id: string, change: Edit): Edit =>
  within(new RegExp(`<rim:Association id="${id}".*?</rim:Association>`, 's'), change);

/** Objects added at the end of the list. */
export const append = (xml: string): Edit => within(/<\/rim:RegistryObjectList>/, (end) => xml + end);

/** Within the MIME part that starts its content like this, headers included. */
export const part = (cid: string, change: Edit): Edit =>
  within(
    new RegExp(
      `--MIMEBoundary_[0-9a-f]+\\r\\n(?:[^\\r]+\\r\\n)*Content-ID: <${quote(cid)}>.*?(?=\\r\\n--MIMEBoundary)`,
      's',
    ),
    change,
  );
