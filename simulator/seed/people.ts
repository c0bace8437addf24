/** The story's professionals, structures and codes as they stand in XDS attributes. */
import type { AuthorSeed, CodeSeed } from './entry.ts';

const professional = (id: string, family: string, given: string): string =>
  `${id}^${family}^${given}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`;
const structure = (id: string, name: string): string => `${name}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^${id}`;

export const xcn = {
  maurel: professional('899700101233', 'MAUREL', 'HÉLÈNE'),
  leBihan: professional('899700204581', 'LE BIHAN', 'YANN'),
  fauconnet: professional('899700307715', 'FAUCONNET', 'BENOÎT'),
  tranDelmas: professional('899700566047', 'TRAN-DELMAS', 'MINH'),
  device: '3990100109/LDUI-01^LUMIDUI PASSERELLE^4.2.0^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI',
  odette: '236046999012376^BASTIDE^ODETTE^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH',
} as const;

export const xon = {
  verger: structure('1990100109', 'EHPAD FICTIF LE VERGER'),
  fauconnet: structure('499700307715001', 'CABINET DU DR FAUCONNET'),
  valmont: structure('399910023300041', 'CENTRE HOSPITALIER FICTIF DE VALMONT'),
} as const;

export const authors = {
  maurel: {
    person: xcn.maurel,
    institution: xon.verger,
    specialty: 'G15_10/SM18^Médecin - Gériatrie (SM)^1.2.250.1.213.1.1.4.5',
  },
  leBihan: { person: xcn.leBihan, institution: xon.verger, specialty: 'G15_60^Infirmier^1.2.250.1.213.1.1.4.5' },
  fauconnet: {
    person: xcn.fauconnet,
    institution: xon.fauconnet,
    specialty: 'G15_10/SM26^Médecin - Qualifié en Médecine Générale (SM)^1.2.250.1.213.1.1.4.5',
  },
  tranDelmas: {
    person: xcn.tranDelmas,
    institution: xon.valmont,
    specialty: 'G15_10/SM27^Médecin - Médecine interne (SM)^1.2.250.1.213.1.1.4.5',
  },
  device: {
    person: xcn.device,
    institution: xon.verger,
    specialty: 'LOGICIEL_DUI^Logiciel de Dossier Usager Informatisé^1.2.250.1.213.1.1.4.6',
  },
  odette: {
    person: xcn.odette,
    specialty: 'EXP_PATIENT^Expression personnelle du patient^1.2.250.1.213.1.1.4.6',
  },
} satisfies Record<string, AuthorSeed>;

const [loinc, ihe, ans, sector, practice] = [
  '2.16.840.1.113883.6.1',
  '1.3.6.1.4.1.19376.1.2.3',
  '1.2.250.1.213.1.1.4.2.282',
  '1.2.250.1.71.4.2.4',
  '1.2.250.1.213.1.1.4.9',
] as const;
const [classes, types, visibility, level, activity, producer] = [
  '1.2.250.1.213.1.1.4.1',
  '1.2.250.1.213.1.1.4.12',
  '1.2.250.1.213.1.1.4.13',
  '2.16.840.1.113883.5.25',
  '1.2.250.1.213.2.2',
  '1.2.250.1.213.1.1.4.6',
] as const;

export const code = {
  report: ['10', classes, 'Compte rendu'],
  prescription: ['42', classes, 'Prescription'],
  plan: ['44', classes, 'Plan de soins, protocole de soins'],
  patientDocument: ['90', classes, 'Autres documents déposés par le patient'],
  leavingSocial: ['83981-1', loinc, "Lettre de liaison à la sortie d'une structure sociale ou médico-sociale"],
  leavingHospital: ['11490-0', loinc, "Lettre de liaison à la sortie d'un établissement de soins"],
  project: ['80788-3', loinc, "Projet personnalisé d'accompagnement"],
  consultation: ['11488-4', loinc, 'CR ou fiche de consultation ou de visite'],
  drugs: ['57833-6', loinc, 'Prescription de produits de santé'],
  directives: ['EXPPAT_3', types, 'Directives anticipées'],
  pdf: ['urn:ihe:iti:xds-sd:pdf:2008', ihe, 'Document à corps non structuré en Pdf/A-1'],
  plainText: ['urn:ihe:iti:xds-sd:text:2008', ihe, 'Document à corps non structuré en texte'],
  jpeg: ['urn:ihe:iti-fr:xds-sd:jpeg:2010', ihe, 'Document à corps non structuré en format jpeg'],
  rtf: ['urn:ihe:iti-fr:xds-sd:rtf:2010', ihe, 'Document à corps non structuré en format rtf'],
  drugsFormat: ['urn:ihe:pharm:pre:2010', ihe, 'Prescription de médicaments'],
  unprofiled: ['urn:asipSante:modelesHorsProfils:2011', ans, 'Document non référencé IHE ou CI-SIS'],
  hospitalLetter: ['urn:asip:ci-sis:ldl-ses:2017', ans, "Lettre de Liaison à la sortie de l'établissement de santé"],
  careHome: ['SA17', sector, 'Etablissement pour personnes âgées'],
  office: ['SA07', sector, 'Cabinet individuel'],
  publicHospital: ['SA01', sector, 'Etablissement public de santé'],
  patientSector: ['EXP_PATIENT', producer, 'Expression personnelle du patient'],
  social: ['ESSMS', practice, 'Etablissement ou Service Social ou Médico-Social'],
  ambulatory: ['AMBULATOIRE', practice, 'Ambulatoire'],
  hospital: ['ETABLISSEMENT', practice, 'Etablissement de santé'],
  normal: ['N', level, 'Normal'],
  restricted: ['R', level, 'Restreint'],
  masked: ['MASQUE_PS', visibility, 'Masqué aux professionnels de santé'],
  hiddenFromPatient: ['INVISIBLE_PATIENT', visibility, 'Non visible par le patient'],
  hiddenFromRepresentatives: [
    'INVISIBLE_REPRESENTANTS_LEGAUX',
    visibility,
    'Non visible par les représentants légaux du patient',
  ],
  boarding: ['11', activity, 'Hébergement complet ou internat (non compris internat de semaine)'],
  fullHospital: ['03', activity, 'Hospitalisation complète'],
  consultations: ['07', activity, 'Consultations, soins externes'],
  byPatient: ['EXP_PATIENT', producer, 'Expression personnelle du patient'],
  signatureClass: ['urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1', 'URN', 'Digital Signature'],
  signatureType: ['E1762', 'ASTM', 'Full Document'],
  signatureFormat: ['http://www.w3.org/2000/09/xmldsig#', 'URN', 'Default Signature Style'],
  signatureEvent: ['1.2.840.10065.1.12.1.14', '1.2.840.10065.1.12', 'Source'],
  act: ['ZZXX999', '1.2.250.1.213.2.5', 'Acte fictif de coordination'],
  needForHelp: ['Z74.1', '2.16.840.1.113883.6.3', "Besoin d'aide pour les soins personnels"],
  heartFailure: ['I50.0', '2.16.840.1.113883.6.3', 'Insuffisance cardiaque congestive'],
} satisfies Record<string, CodeSeed>;
