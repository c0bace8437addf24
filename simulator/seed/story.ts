/**
 * The fictional world of the wire fixtures, as it stands on 2026-10-20 at 06:30 UTC: eight invented persons, one of
 * them without a DMP. The INS are of the test authority (1.2.250.1.213.1.4.10); places and numbers do not exist.
 */
import type { PatientRecord, Seed } from '../world.ts';

export const insTest = '1.2.250.1.213.1.4.10';
export const insC = '1.2.250.1.213.1.4.2';

/** Professionals and structures of the story, by their national identifiers. */
export const professionals = {
  maurel: '899700101233',
  leBihan: '899700204581',
  fauconnet: '899700307715',
  oyarzabal: '899700412903',
  tranDelmas: '899700566047',
  bouchareb: '899700677158',
} as const;
export const structures = {
  verger: '1990100109',
  fauconnet: '499700307715001',
  valmont: '399910023300041',
  cerisiers: '1990200776',
  samu: '1990300444',
} as const;

const none = { breakGlass: false, emergency: false };
const ins = (value: string) => ({ oid: insTest, value });

const patients: PatientRecord[] = [
  {
    // P1, the main patient: resident of the care home, her general practitioner is her médecin traitant
    identifiers: [{ oid: insC, value: '0944009023609680323697' }, ins('236046999012376')],
    name: { prefix: 'Mme', given: ['ODETTE'], usage: 'ROUSSELIN', birth: 'BASTIDE' },
    sex: 'F',
    birthDate: '19360412',
    telecom: [{ value: 'mailto:odette.r@courriel.invalid' }, { use: 'MC', value: 'tel:+33639980001' }],
    address: { lines: ['2 allée du Verger'], postalCode: '38990', city: 'SAINT-FICTIF-LES-VALS' },
    dmp: 'active',
    mes: true,
    internetAccount: true,
    treatingPhysician: professionals.fauconnet,
    authorizations: [
      // golden td1-6/01
      { holder: professionals.fauconnet, status: 'VALIDE', start: '20250203101500', lastAction: '20261020063003' },
      { holder: structures.verger, status: 'VALIDE', start: '20260901120000', lastAction: '20261016082003' },
      { holder: professionals.bouchareb, status: 'INTERDIT', start: '20260412170000' },
    ],
    oppositions: none,
    representatives: [],
  },
  {
    // P2: born in Corsica; of the care home, only its doctor is authorised (golden td3-1a/02); emergency access is not refused
    identifiers: [ins('141112A99004563')],
    name: { prefix: 'M', given: ['ANGE-TOUSSAINT'], usage: 'CAVALLINI' },
    sex: 'M',
    birthDate: '19411103',
    telecom: [{ use: 'HP', value: 'tel:+33465710020' }],
    dmp: 'active',
    mes: false,
    authorizations: [{ holder: professionals.maurel, status: 'VALIDE', start: '20260615083000', message: true }],
    oppositions: none,
    representatives: [],
  },
  {
    // P3: DMP closed
    identifiers: [ins('229072699003171'), { oid: insC, value: '1290231065205024949913' }],
    name: { prefix: 'Mme', given: ['SOLANGE'], usage: 'VERNOUX-LAMY', birth: 'LAMY' },
    sex: 'F',
    birthDate: '19290730',
    dmp: 'terminated',
    closure: {
      date: '20260311143500',
      code: 'FERMETURE_DEMANDE_PATIENT',
      text: 'Souhait exprimé par la résidente lors de son départ',
    },
    mes: false,
    authorizations: [],
    oppositions: none,
    representatives: [],
  },
  {
    // P4: no DMP
    identifiers: [ins('150027499020861')],
    name: { prefix: 'M', given: ['MARCEL'], usage: 'LEPRATE' },
    sex: 'M',
    birthDate: '19500218',
    dmp: 'none',
    mes: false,
    authorizations: [],
    oppositions: none,
    representatives: [],
  },
  {
    // P5: has blocked the nurse
    identifiers: [ins('147096399001732')],
    name: { prefix: 'M', given: ['JEAN-NOËL'], usage: "D'AUBERIVE" },
    sex: 'M',
    birthDate: '19470905',
    dmp: 'active',
    mes: true,
    authorizations: [{ holder: professionals.leBihan, status: 'INTERDIT', start: '20260918140000' }],
    oppositions: none,
    representatives: [],
  },
  {
    // P6: the doctor's authorisation has expired
    identifiers: [ins('238124299006619')],
    name: { prefix: 'Mme', given: ['THÉRÈSE'], usage: 'GUÉRINEAU', birth: 'PELISSON' },
    sex: 'F',
    birthDate: '19381224',
    dmp: 'active',
    mes: false,
    authorizations: [{ holder: professionals.maurel, status: 'EXPIRE', start: '20240708091000' }],
    oppositions: none,
    representatives: [],
  },
  {
    // P7: minor, two legal representatives, refuses bris de glace
    identifiers: [ins('213052B99001288')],
    name: { prefix: 'Mme', given: ['LILOU'], usage: 'SANTELLI' },
    sex: 'F',
    birthDate: '20130517',
    birthPlace: { city: 'FICTIVA', country: 'France' },
    deceased: false,
    telecom: [{ value: 'mailto:famille.santelli@courriel.invalid' }, { use: 'HP', value: 'tel:+33465710077' }],
    address: { lines: ["3 place de l'Olivier d'Essai"], postalCode: '20990', city: 'FICTIVA' },
    dmp: 'active',
    mes: true,
    authorizations: [{ holder: professionals.maurel, status: 'VALIDE', start: '20260302100000' }],
    oppositions: { breakGlass: true, emergency: false },
    representatives: [
      {
        relationship: 'MTH',
        name: { prefix: 'Mme', given: ['GHJULIA'], usage: 'SANTELLI' },
        telecom: [{ use: 'MC', value: 'tel:+33639980071' }, { value: 'mailto:ghjulia.s@courriel.invalid' }],
        address: {
          lines: ["3 place de l'Olivier d'Essai"],
          locator: 'Bâtiment B',
          postalCode: '20990',
          city: 'FICTIVA',
        },
      },
      {
        relationship: 'GRFTH',
        name: { prefix: 'M', given: ['ORSO'], usage: 'PIERACCINI' },
        telecom: [{ use: 'MC', value: 'tel:+33639980072' }, { value: 'mailto:orso.p@courriel.invalid' }],
        address: { lines: ['8 chemin des Cistes'], postalCode: '20991', city: 'ESSAIO' },
      },
    ],
  },
  {
    // P8: nearly the namesake of P1; refuses access in emergency regulation
    identifiers: [ins('236043899007786')],
    name: { prefix: 'Mme', given: ['ODILE'], usage: 'ROUSSELIN', birth: 'QUERCY' },
    sex: 'F',
    birthDate: '19360421',
    address: { lines: ['5 rue des Essais'], postalCode: '38991', city: 'VALMONT-SUR-ESSAI' },
    dmp: 'active',
    mes: false,
    authorizations: [],
    oppositions: { breakGlass: false, emergency: true },
    representatives: [],
  },
];

export const story: Seed = { name: 'story', patients };
