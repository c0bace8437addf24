/**
 * Mutants of TD1.1, TD1.2, TD1.3b and TD1.4: one thing of a golden request removed or altered, and the rule that must
 * refuse it. `on` says which requests have that thing.
 */
import { drop, type Edit, swap, twice } from '../support/edit.ts';
import { hl7, type Mutant, structure, transportMutants } from './transport.ts';

export const goldenRequests = {
  'TD1.1': 'messages/td1-1/01-request.xml',
  'TD1.2': 'messages/td1-2/01-request.xml',
  'TD1.3b': 'messages/td1-3b/01-request.xml',
  'TD1.4': 'messages/td1-4/01-request.xml',
} as const;
export type Name = keyof typeof goldenRequests;
export type AdministrativeMutant = Mutant & { on: readonly Name[] };

const all = Object.keys(goldenRequests) as Name[];
const full: Name[] = ['TD1.1', 'TD1.3b'];
const on = (names: readonly Name[], mutants: Mutant[]): AdministrativeMutant[] =>
  mutants.map((mutant) => ({ ...mutant, on: names }));

/** An edit after another: what a golden request lacks is put in first. */
const then =
  (first: Edit, second: Edit): Edit =>
  (xml) =>
    second(first(xml));

const name = (family: string) => `<name><prefix>Mme</prefix><given>GHJULIA</given>${family}</name>`;
const representative = `<personalRelationship classCode="PRS"><code code="MTH" codeSystem="2.16.840.1.113883.1.11.19579"/><addr><postalCode>20990</postalCode><city>FICTIVA</city></addr><telecom use="MC" value="tel:+33639980071"/><relationshipHolder1 classCode="PSN" determinerCode="INSTANCE">${name('<family>SANTELLI</family>')}</relationshipHolder1></personalRelationship>`;
const birthPlace = '<birthPlace classCode="BIRTHPL"><addr><city>FICTIVA</city></addr></birthPlace>';

/** The optional parts that no golden request has: accepted as they stand, see hl7-administrative.test.ts. */
export const withRelatives: Edit = swap('</patientPerson>', `${representative}${birthPlace}</patientPerson>`);
const relative = (change: Edit) => then(withRelatives, change);

const patientId = /(<patient classCode="PAT">\s*<id root=")[^"]*(?:")/;
const inAuthor =
  (change: Edit): Edit =>
  (xml) => {
    const at = xml.indexOf('<author');
    return xml.slice(0, at) + change(xml.slice(at));
  };
const observation = (code: string) =>
  `<subjectOf typeCode="SBJ"><administrativeObservation classCode="OBS" moodCode="EVN"><code code="${code}" codeSystem="1.2.250.1.213.4.1.2.3"/><effectiveTime value="20261021"/><value xsi:type="BL" value="true"/></administrativeObservation></subjectOf>`;

const everywhere: Mutant[] = [
  ...['reasonCode', 'subject', 'registrationRequest', 'subject1', 'patient', 'patientPerson', 'name', 'author', 'assignedEntity', 'assignedPerson', 'representedOrganization'].map((each) =>
    structure(`${each} absent`, drop(each)),
  ),
  ...['reasonCode', 'subject', 'subject1', 'patient', 'patientPerson', 'author'].map((each) => structure(`${each} twice`, twice(each))),
  structure('unknown element', swap('</patientPerson>', '<deceasedInd value="true"/></patientPerson>')),
  structure('nickname', swap('<given>', '<nickname>X</nickname><given>')),
  hl7('attentionLine not nil', (xml) => xml.replace(/<attentionLine[^>]*>/, '').replace('<controlActProcess', '<attentionLine/><controlActProcess'), 'HL7_ATTENTION_LINE'),
  hl7('unknown reason', swap(/(<reasonCode code=")[^"]*/, '$1TEST_EXST'), 'HL7_REASON'),
  hl7('reason of another system', swap('codeSystem="1.2.250.1.213.1.1.4.11"', 'codeSystem="1.2.250.1.213.1.1.4.12"'), 'HL7_REASON'),
  hl7('subject without typeCode', swap(' typeCode="SUBJ"', ''), 'HL7_SUBJECT'),
  hl7('context conducted', swap('contextConductionInd="false"', 'contextConductionInd="true"'), 'HL7_SUBJECT'),
  hl7('event instead of a request', swap('moodCode="RQO"', 'moodCode="EVN"'), 'HL7_REQUEST'),
  hl7('request that is not active', swap(/(<registrationRequest [^>]*>\s*<statusCode code=")active/, '$1completed'), 'HL7_REQUEST_STATUS'),
  hl7('subject1 without typeCode', swap(/<subject1 typeCode="SBJ"/, '<subject1'), 'HL7_SUBJECT1'),
  hl7('patient without classCode', swap('<patient classCode="PAT">', '<patient>'), 'HL7_PATIENT_CLASS'),
  hl7('patient of an unknown authority', swap(patientId, '$11.2.250.1.213.1.4.99"'), 'HL7_PATIENT_ROOT'),
  hl7('patient number too short', swap(/(<patient classCode="PAT">\s*<id root="[^"]*" extension="\w{10})\w*/, '$1'), 'HL7_PATIENT_EXTENSION'),
  hl7('patientPerson without classCode', swap('<patientPerson classCode="PSN"', '<patientPerson'), 'HL7_PERSON'),
  hl7('name without given', drop('given'), 'HL7_NAME'),
  hl7('name with an empty given', swap(/<given>[^<]*</, '<given> <'), 'HL7_NAME'),
  hl7('name without family', (xml) => xml.replace(/<family [^>]*>[^<]*<\/family>/g, ''), 'HL7_NAME'),
  hl7('family without qualifier', swap('<family qualifier="SP">', '<family>'), 'HL7_NAME'),
  hl7('two usage names', swap(/(<family qualifier="SP">[^<]*<\/family>)/, '$1$1'), 'HL7_NAME'),
  hl7('two civilities', twice('prefix'), 'HL7_NAME'),
  hl7('author without typeCode', swap(' typeCode="AUT"', ''), 'HL7_AUTHOR'),
  hl7('author of another identification', swap('<id root="1.2.250.1.71.4.2.1"', '<id root="1.2.250.1.71.4.2.3"'), 'HL7_AUTHOR'),
  hl7('role of another system', swap('codeSystem="1.2.250.1.213.1.1.4.5"', 'codeSystem="1.2.250.1.213.1.1.4.9"'), 'HL7_AUTHOR'),
  hl7('author without given name', inAuthor(drop('given')), 'HL7_AUTHOR'),
  hl7('structure of another identification', inAuthor(swap('<id root="1.2.250.1.71.4.2.2"', '<id root="1.2.250.1.71.4.2.9"')), 'HL7_ORGANIZATION'),
  hl7('structure without name', inAuthor(swap(/(<representedOrganization.*?)<name>[^<]*<\/name>/s, '$1<name/>')), 'HL7_ORGANIZATION'),
  hl7('contact without classCode', inAuthor(swap('<contactParty classCode="CON"/>', '<contactParty/>')), 'HL7_ORGANIZATION'),
  hl7('patient other than the VIHF’s', swap(/(<patient classCode="PAT">\s*<id root="[^"]*" extension=")[^"]*/, '$1238124299006600'), 'PATIENT_VIHF'),
  hl7('author other than the VIHF’s', inAuthor(swap(/(<id root="1.2.250.1.71.4.2.1" extension=")[^"]*/, '$1899700566047')), 'AUTHOR_VIHF'),
  hl7('structure other than the VIHF’s', inAuthor(swap(/(<id root="1.2.250.1.71.4.2.2" extension=")[^"]*/, '$1399910023300041')), 'AUTHOR_STRUCTURE'),
]; // prettier-ignore

const details: Mutant[] = [
  hl7('telephone without scheme', swap('value="tel:+33', 'value="+33'), 'HL7_TELECOM'),
  hl7('unknown use of a telephone', swap('<telecom use="HP"', '<telecom use="XX"'), 'HL7_TELECOM'),
  hl7('sex unknown', swap(/(<administrativeGenderCode code=")[^"]*/, '$1U'), 'HL7_GENDER'),
  hl7('birth year only', swap(/(<birthTime value="\d{4})\d*/, '$1'), 'HL7_BIRTH_TIME'),
  hl7('birth date that the calendar lacks', swap(/(<birthTime value="\d{4})\d*/, '$10231'), 'HL7_BIRTH_TIME'),
  hl7('address without city', drop('city'), 'HL7_ADDRESS'),
  hl7('two postal codes', twice('postalCode'), 'HL7_ADDRESS'),
  hl7('empty street', swap(/<streetAddressLine>[^<]*</, '<streetAddressLine><'), 'HL7_ADDRESS'),
  structure('two addresses', twice('addr')),
  hl7('relative’s address without city', relative(swap('<postalCode>20990</postalCode><city>FICTIVA</city>', '<postalCode>20990</postalCode>')), 'HL7_ADDRESS'),
  hl7('unknown relationship', relative(swap('code="MTH"', 'code="FRND"')), 'HL7_RELATIONSHIP'),
  hl7('relationship without classCode', relative(swap(' classCode="PRS"', '')), 'HL7_RELATIONSHIP'),
  hl7('relative without family name', relative(swap('<family>SANTELLI</family>', '')), 'HL7_RELATIONSHIP_HOLDER'),
  hl7('birth place without classCode', relative(swap(' classCode="BIRTHPL"', '')), 'HL7_BIRTH_PLACE'),
]; // prettier-ignore

const observations: Mutant[] = [
  structure('value absent', drop('value')),
  hl7('subjectOf without typeCode', swap('<subjectOf typeCode="SBJ">', '<subjectOf>'), 'HL7_SUBJECT_OF'),
  hl7('observation of another system', swap('codeSystem="1.2.250.1.213.4.1.2.3"', 'codeSystem="1.2.250.1.213.4.1.2.4"'), 'HL7_OBSERVATION'),
  hl7('observation without moodCode', swap('<administrativeObservation classCode="OBS" moodCode="EVN"', '<administrativeObservation classCode="OBS"'), 'HL7_OBSERVATION'),
  hl7('value that is not Boolean', swap('xsi:type="BL"', 'xsi:type="ST"'), 'HL7_OBSERVATION'),
  hl7('value that is neither true nor false', swap(/(xsi:type="BL" value=")[^"]*/, '$1oui'), 'HL7_OBSERVATION'),
  hl7('unknown observation', swap('</subjectOf>', `</subjectOf>${observation('RATTACHEMENT_ENS')}`), 'HL7_OBSERVATIONS'),
]; // prettier-ignore

const consents: Mutant[] = [
  hl7('consent refused', swap('xsi:type="BL" value="true"', 'xsi:type="BL" value="false"'), 'HL7_CONSENT'),
  hl7('consent without date', drop('effectiveTime'), 'HL7_CONSENT'),
  hl7('consent dated by a year', swap('<effectiveTime value="20261021"/>', '<effectiveTime value="2026"/>'), 'HL7_CONSENT'),
  hl7('consent absent', drop('administrativeObservation'), 'HL7_STRUCTURE'),
  hl7('consent of tomorrow', swap('<effectiveTime value="20261021"/>', '<effectiveTime value="20261023"/>'), 'CONSENT_DATE'),
]; // prettier-ignore

export const administrativeMutants: AdministrativeMutant[] = [
  ...on(['TD1.1'], transportMutants('PRPA_IN201311UV02', 'PRPA_IN201314UV02')),
  ...on(['TD1.2', 'TD1.3b', 'TD1.4'], transportMutants('PRPA_IN201314UV02', 'PRPA_IN201311UV02')),
  ...on(all, everywhere),
  ...on(full, details),
  ...on(['TD1.1', 'TD1.2', 'TD1.3b'], observations),
  ...on(['TD1.1', 'TD1.2'], consents),
  ...on(['TD1.1'], [
    ...['providerOrganization', 'administrativeGenderCode', 'birthTime'].map((each) => structure(`${each} absent`, drop(each))),
    hl7('consent to the opening not said', drop('subjectOf'), 'HL7_OBSERVATIONS'),
    structure('closing reason', swap('</controlActProcess>', '<reasonOf typeCode="RSON"/></controlActProcess>')),
    hl7('reason of the other message', swap('code="CREA_RD"', 'code="REAC"'), 'HL7_REASON'),
    hl7('civility absent', drop('prefix'), 'HL7_PREFIX'),
    hl7('patient that is to be closed', swap(/(<id root="1.2.250.1.213.1.4.10"[^>]*>\s*<statusCode code=")active/, '$1terminated'), 'HL7_PATIENT_STATUS'),
    hl7('opposition not said', swap(/<subjectOf typeCode="SBJ">\s*<administrativeObservation classCode="OBS" moodCode="EVN">\s*<code code="OPPOSITION_ACCES_URGENCE".*?<\/subjectOf>/s, ''), 'HL7_OBSERVATIONS'),
    hl7('consent to the other thing', swap('CONSENTEMENT_OUVERTURE_DMP', 'CONSENTEMENT_REACTIVATION_DMP'), 'HL7_OBSERVATIONS'),
    hl7('provider without name', swap(/(<providerOrganization.*?)<name>[^<]*<\/name>/s, '$1<name> </name>'), 'HL7_ORGANIZATION'),
    hl7('provider other than the VIHF’s', swap(/(<providerOrganization.*?extension=")[^"]*/s, '$1399910023300041'), 'PROVIDER_VIHF'),
  ]),
  ...on(['TD1.2'], [
    structure('telecom in a reactivation', swap('</patientPerson>', '<telecom value="tel:+33639980001"/></patientPerson>')),
    hl7('opposition in a reactivation', swap('</subjectOf>', `</subjectOf>${observation('OPPOSITION_BRIS_DE_GLACE')}`), 'HL7_OBSERVATIONS'),
    hl7('reason of the other message', swap('code="REAC"', 'code="CREA_RD"'), 'HL7_REASON'),
  ]),
  ...on(['TD1.3b'], [
    hl7('the same opposition twice', twice('subjectOf'), 'HL7_OBSERVATIONS'),
    structure('provider in a change', swap('</patientPerson>', '</patientPerson><providerOrganization classCode="ORG" determinerCode="INSTANCE"/>')),
  ]),
  ...on(['TD1.4'], [
    structure('reasonOf absent', drop('reasonOf')),
    structure('observation in a closure', swap('</patientPerson>', `</patientPerson>${observation('OPPOSITION_BRIS_DE_GLACE')}`)),
    hl7('patient that is to stay open', swap('<statusCode code="terminated"/>', '<statusCode code="active"/>'), 'HL7_PATIENT_STATUS'),
    hl7('reasonOf without typeCode', swap(' typeCode="RSON"', ''), 'HL7_REASON_OF'),
    hl7('motive that is none of closure', swap('FERMETURE_DEMANDE_PATIENT', 'DEMANDE_PATIENT'), 'HL7_REASON_OF'),
    hl7('motive of another system', swap('codeSystem="1.2.250.1.213.4.1.2.4"', 'codeSystem="1.2.250.1.213.4.1.2.3"'), 'HL7_REASON_OF'),
    hl7('empty explanation', swap(/<text>[^<]*</, '<text><'), 'HL7_REASON_OF'),
  ]),
]; // prettier-ignore
