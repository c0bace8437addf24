/** The metadata rules of entries, folders and set; the attributes themselves stand in attributes.ts. */
import { isMember } from '../codes/index.ts';
import { insOids } from '../vocabulary.ts';
import { isKnownPerson, readCodedText, readXcn, readXon } from '../composites.ts';
import { classifiedBy, codes, type RegistryObject, slotValue, slotValues } from '../metadata.ts';
import { documentEntryType, entryScheme, oid, setScheme, signatureEntry, submissionSetNode } from '../vocabulary.ts';
import {
  type AppliesTo,
  type CodeRow,
  entryCodes,
  entryIdentifiers,
  entrySlots,
  folderCodes,
  folderIdentifiers,
  folderSlots,
  type IdentifierRow,
  mimeTypes,
  setCodes,
  setIdentifiers,
  setSlots,
  type SlotRow,
} from './attributes.ts';
import { collect, type Finding, type Report, type Rule, setOf, type Submission } from './rule.ts';

const metadata = (context: string): Rule => ({ code: 'XDSRegistryMetadataError', context });

export const metadataRules = {
  'slot.missing': metadata('Slot absent : {name}'),
  'slot.repeated': metadata('Slot multiple : {name}'),
  'slot.value': metadata('Slot invalide : {name}'),
  'code.missing': metadata('Classification absente : {name}'),
  'code.repeated': metadata('Classification multiple : {name}'),
  'code.system': metadata('codingScheme absent : {name}'),
  'code.display': metadata('Libellé absent : {name}'),
  'code.value': metadata('Code hors du jeu de valeurs : {name}'),
  'confidentiality.base': metadata('Un niveau N, R ou V et un seul est attendu : confidentialityCode'),
  'confidentiality.repeated': metadata('Code en double : confidentialityCode'),
  'identifier.missing': metadata('Identifiant absent : {name}'),
  'identifier.repeated': metadata('Identifiant multiple : {name}'),
  'identifier.value': metadata('Identifiant invalide : {name}'),
  'author.missing': metadata('Classification absente : author'),
  'author.person.missing': metadata('Slot absent : authorPerson'),
  'author.person.value': metadata('Slot invalide : authorPerson'),
  'author.institution.missing': metadata('Slot absent : authorInstitution'),
  'author.institution.value': metadata('Slot invalide : authorInstitution'),
  'author.specialty.missing': metadata('Slot absent : authorSpecialty'),
  'author.specialty.value': metadata('Slot invalide : authorSpecialty'),
  'object.reference': metadata('Référence incohérente : {name}'),
  'entry.objectType': metadata('objectType invalide'),
  'entry.mimeType': metadata('mimeType non admis : {name}'),
  'entry.title': metadata('Titre absent'),
  'folder.title': metadata('Titre absent'),
  'set.node': metadata('Classification absente : SubmissionSet'),
} satisfies Record<string, Rule>;

type MetadataReport = Report<keyof typeof metadataRules>;

/** True for the entry that signs its set. */
export const isSignature = (entry: RegistryObject): boolean =>
  codes(entry, entryScheme.classCode).some((c) => c.code === signatureEntry.classCode.code) ||
  codes(entry, entryScheme.formatCode).some((c) => c.code === signatureEntry.formatCode.code);

/** True when the author is the patient (XCN in an INS domain). */
export const byPatient = (entry: RegistryObject): boolean =>
  classifiedBy(entry, entryScheme.author).some((author) =>
    insOids.includes(readXcn(slotValue(author, 'authorPerson'))?.authority ?? ''),
  );

/** Findings about the metadata of the set and of every entry. */
export const checkMetadata = (submission: Submission): Finding[] =>
  collect<keyof typeof metadataRules>(metadataRules, (report) => {
    const set = setOf(submission);
    if (!set.classifications.some((c) => c.classificationNode === submissionSetNode)) report('set.node', set.id);
    checkSlots(set, setSlots, ['entry'], report);
    checkCodes(set, setCodes, report);
    checkIdentifiers(set, setIdentifiers, report);
    checkAuthors(set, setScheme.author, report);
    checkReferences(set, report);
    for (const entry of submission.list.documents) checkEntry(entry, report);
    for (const folder of submission.list.folders) checkFolder(folder, report);
  });

function checkEntry(entry: RegistryObject, report: MetadataReport): void {
  const applies: AppliesTo[] = isSignature(entry)
    ? ['entry']
    : byPatient(entry)
      ? ['entry', 'document']
      : ['entry', 'document', 'professional'];
  if (entry.objectType !== documentEntryType) report('entry.objectType', entry.id);
  if (!mimeTypes.includes(entry.mimeType ?? '')) report('entry.mimeType', entry.id, { name: entry.mimeType ?? '' });
  if ((entry.name[0]?.value ?? '').trim() === '') report('entry.title', entry.id);
  checkSlots(entry, entrySlots, applies, report);
  checkCodes(entry, entryCodes, report);
  checkIdentifiers(entry, entryIdentifiers, report);
  checkAuthors(entry, entryScheme.author, report);
  checkReferences(entry, report);
  checkConfidentiality(entry, report);
}

function checkFolder(folder: RegistryObject, report: MetadataReport): void {
  if ((folder.name[0]?.value ?? '').trim() === '') report('folder.title', folder.id);
  checkSlots(folder, folderSlots, [], report);
  checkCodes(folder, folderCodes, report);
  checkIdentifiers(folder, folderIdentifiers, report);
  checkReferences(folder, report);
}

function checkSlots(object: RegistryObject, rows: SlotRow[], applies: AppliesTo[], report: MetadataReport): void {
  for (const { name, mandatory, many, valid } of rows) {
    const values = slotValues(object, name);
    if (values.length === 0 && mandatory !== undefined && applies.includes(mandatory))
      report('slot.missing', object.id, { name });
    else if (object.slots.filter((s) => s.name === name).length > 1 || (values.length > 1 && many !== true))
      report('slot.repeated', object.id, { name });
    else if (!values.every(valid)) report('slot.value', object.id, { name });
  }
}

function checkCodes(object: RegistryObject, rows: CodeRow[], report: MetadataReport): void {
  for (const { name, scheme, min, max, valueSet } of rows) {
    const found = codes(object, scheme);
    if (found.length < min) report('code.missing', object.id, { name });
    if (found.length > max) report('code.repeated', object.id, { name });
    for (const { code, system, display } of found) {
      if (system === '') report('code.system', object.id, { name });
      else if (valueSet !== undefined && !isMember(valueSet, code, system)) report('code.value', object.id, { name });
      else if (code === '') report('code.value', object.id, { name });
      if ((display ?? '') === '') report('code.display', object.id, { name });
    }
  }
}

function checkConfidentiality(entry: RegistryObject, report: MetadataReport): void {
  const found = codes(entry, entryScheme.confidentialityCode);
  if (found.length === 0) return; // said already
  if (new Set(found.map((c) => c.code)).size < found.length) report('confidentiality.repeated', entry.id);
  else if (found.filter((c) => c.system === oid.confidentiality).length !== 1) report('confidentiality.base', entry.id);
}

function checkIdentifiers(object: RegistryObject, rows: IdentifierRow[], report: MetadataReport): void {
  for (const { name, scheme, valid } of rows) {
    const found = object.identifiers.filter((i) => i.identificationScheme === scheme);
    const [first] = found;
    if (first === undefined) report('identifier.missing', object.id, { name });
    else if (found.length > 1) report('identifier.repeated', object.id, { name });
    else if (!valid(first.value)) report('identifier.value', object.id, { name });
  }
}

function checkAuthors(object: RegistryObject, scheme: string, report: MetadataReport): void {
  const authors = classifiedBy(object, scheme);
  if (authors.length === 0) report('author.missing', object.id);
  for (const author of authors) {
    const persons = slotValues(author, 'authorPerson');
    const person = readXcn(persons[0]);
    if (persons.length === 0) report('author.person.missing', object.id);
    else if (persons.length > 1 || person === undefined || !isKnownPerson(person))
      report('author.person.value', object.id);

    const institutions = slotValues(author, 'authorInstitution');
    const isPatient = insOids.includes(person?.authority ?? '');
    if (institutions.length === 0 && !isPatient) report('author.institution.missing', object.id);
    else if (!institutions.every((i) => readXon(i) !== undefined)) report('author.institution.value', object.id);

    const specialties = slotValues(author, 'authorSpecialty');
    if (specialties.length === 0) report('author.specialty.missing', object.id);
    else if (!specialties.every(isSpecialty)) report('author.specialty.value', object.id);
  }
}

function isSpecialty(text: string): boolean {
  const coded = readCodedText(text);
  return coded !== undefined && isMember('authorSpecialty', coded.code, coded.system);
}

/** What hangs on an object must name it. */
function checkReferences(object: RegistryObject, report: MetadataReport): void {
  for (const c of object.classifications)
    if (c.classifiedObject !== object.id) report('object.reference', object.id, { name: `classifiedObject ${c.id}` });
  for (const i of object.identifiers)
    if (i.registryObject !== object.id) report('object.reference', object.id, { name: `registryObject ${i.id}` });
}
