/** The life of a DMP through its administrative transactions, over real mutual TLS, and what refuses them. */
import { XMLSerializer } from '@xmldom/xmldom';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { describeShared } from '../support/shared.ts';
import { withRelatives } from './mutants/td1.ts';
import { drop, type Edit, inBody, swap } from './support/edit.ts';
import { aboutVihf, envelopeWith, readWire, startFor, wireAuthorities } from './support/golden.ts';
import { ask } from './support/hl7.ts';
import { control } from './support/http.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { projectFault, projectHl7, ruleOf } from './support/project.ts';
import { schema } from './support/schema.ts';

const files = {
  exists: 'td0-2/01-request.xml',
  search: 'td0-5/01-request.xml',
  data: 'td1-3a/01-request.xml',
  create: 'td1-1/01-request.xml',
  reactivate: 'td1-2/01-request.xml',
  modify: 'td1-3b/01-request.xml',
  close: 'td1-4/01-request.xml',
} as const;
type Question = keyof typeof files;

/** Golden requests whose VIHF is borrowed: who asks, about whom. */
const vihf = {
  fauconnetP1: 'td0-2/01-request.xml',
  fauconnetP2: 'td1-4/01-request.xml',
  maurelP3: 'td1-2/01-request.xml',
  fauconnetP4: 'td1-1/01-request.xml',
  structureP4: 'td0-2/05-request-indirect.xml',
  badKey: 'td0-2/06-request-bad-ins-key.xml',
} as const;

type Facts = Record<string, unknown> & { patients: Record<string, unknown>[] };

describeShared('life of a DMP', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());
  beforeEach(() => control(simulator, 'POST', 'seed', { name: 'story' }));

  const golden = (file: string) => readWire(dir, `messages/${file}`);

  /** A golden request under another golden VIHF: patient, author and day of consent are those of the VIHF. */
  function written(question: Question, who: keyof typeof vihf, change: Edit): string {
    const lender = golden(vihf[who]);
    const { nameId, structure, patient, instant } = aboutVihf(lender);
    const today = instant.toISOString().slice(0, 10).replaceAll('-', '');
    const body = inBody((xml) =>
      change(
        xml
          .replace(/(<patient classCode="PAT">\s*<id root="[^"]*" extension=")[^"]*/, `$1${patient}`)
          .replace(/(<id root="1.2.250.1.71.4.2.1" extension=")[^"]*/g, `$1${nameId}`)
          .replace(/(<id root="1.2.250.1.71.4.2.2" extension=")[^"]*/g, `$1${structure}`)
          .replace(/<effectiveTime value="[^"]*"/, `<effectiveTime value="${today}"`),
      ),
    )(golden(files[question]));
    return envelopeWith(body, /<saml2:Assertion .*<\/saml2:Assertion>/s.exec(lender)![0]);
  }

  async function answer(question: Question, who: keyof typeof vihf, change: Edit = (xml) => xml) {
    const request = written(question, who, change);
    await control(simulator, 'POST', 'clock', { instant: aboutVihf(request).instant.toISOString() });
    return ask(simulator, pki, request);
  }

  /** The facts of an answer that is valid against its schema. */
  async function facts(question: Question, who: keyof typeof vihf, change?: Edit): Promise<Facts> {
    const { envelope } = await answer(question, who, change);
    const found = projectHl7(envelope.content) as Facts;
    const xsd = envelope.content.namespaceURI === 'urn:hl7-org:v3' ? 'dmp-hl7v3.xsd' : 'dmp-hl7v3-response-wrapper.xsd';
    expect(schema(dir, xsd)(new XMLSerializer().serializeToString(envelope.content))).toEqual([]);
    return found;
  }

  /** What refused: the rule of a fault, else the code of the acknowledgement. */
  async function refusal(question: Question, who: keyof typeof vihf, change?: Edit): Promise<unknown> {
    const { envelope } = await answer(question, who, change);
    if (projectFault(envelope.content) !== undefined) return ruleOf(envelope.content);
    const { details, acknowledgement } = projectHl7(envelope.content);
    expect(acknowledgement).toBe('AE');
    return (details as { code: string }[])[0]!.code;
  }

  it('a DMP that is created exists, with its creator’s authorisation and what the creation said', async () => {
    expect((await facts('exists', 'fauconnetP4')).queryResponse).toBe('NF');
    expect(await facts('create', 'fauconnetP4')).toMatchObject({
      interaction: 'PRPA_IN201312UV02',
      acknowledgement: 'AA',
    });
    expect(await facts('exists', 'fauconnetP4')).toMatchObject({
      queryResponse: 'OK',
      authorization: 'VALIDE',
      treatingPhysician: false,
      patients: [{ status: 'active', observations: { RATTACHEMENT_ENS: false } }],
    });
    expect((await facts('data', 'fauconnetP4')).patients).toEqual([
      {
        identifiers: [{ system: '1.2.250.1.213.1.4.10', value: '150027499020861' }],
        status: 'active',
        name: { prefix: 'M', given: ['MARCEL'], usage: 'LEPRATE', birth: null },
        sex: 'M',
        birthDate: '19500218',
        telecom: [{ use: 'HP', value: 'tel:+33465710010' }],
        address: {
          streetAddressLine: "14 impasse du Moulin d'Essai",
          postalCode: '38990',
          city: 'SAINT-FICTIF-LES-VALS',
          country: 'France',
        },
        observations: { OPPOSITION_BRIS_DE_GLACE: false, OPPOSITION_ACCES_URGENCE: true, RATTACHEMENT_ENS: false },
      },
    ]);
    expect(await refusal('create', 'fauconnetP4')).toBe('DMPFound');
  });

  it('a person whom the DMP does not know yet is taken as the creation says', async () => {
    await control(simulator, 'POST', 'seed', { name: 'empty' });
    expect(await facts('create', 'fauconnetP4')).toMatchObject({ acknowledgement: 'AA' });
    expect(await facts('exists', 'fauconnetP4')).toMatchObject({ authorization: 'VALIDE', patients: [{ sex: 'M' }] });
  });

  it('no DMP is created with traits other than those known, and the answer names the trait only', async () => {
    const other = swap(/(<birthTime value=")[^"]*/, '$119500219');
    const { details, patients } = await facts('create', 'fauconnetP4', other);
    expect(details).toEqual([
      { code: 'DMPInvalidData', text: 'Traits différents de ceux que le DMP connaît : date de naissance' },
    ]);
    expect(JSON.stringify(patients)).not.toContain('1950');
    expect((await facts('exists', 'fauconnetP4')).queryResponse).toBe('NF');
  });

  it('a closed DMP is not created again', async () => {
    expect(await refusal('create', 'maurelP3')).toBe('DMPClosed');
  });

  it('a server creates a DMP only where the withdrawn transactions are still taken, and the structure is authorised', async () => {
    expect(await refusal('create', 'structureP4')).toBe('TRANSACTION_WITHDRAWN');
    await control(simulator, 'POST', 'settings', { withdrawnTransactions: true });
    expect(await facts('create', 'structureP4')).toMatchObject({ acknowledgement: 'AA' });
    expect(await facts('exists', 'structureP4')).toMatchObject({ authorization: 'VALIDE' });
    const { structure } = aboutVihf(golden(vihf.structureP4));
    const created = simulator.world().patients.find((p) => p.identifiers[0]!.value === '150027499020861')!;
    expect(created.authorizations.map((a) => a.holder)).toEqual([structure]);
  });

  it('a wrong INS key is an application error of every message', async () => {
    await control(simulator, 'POST', 'settings', { withdrawnTransactions: true });
    for (const question of ['exists', 'data', 'create', 'reactivate', 'modify', 'close'] as const)
      expect(await refusal(question, 'badKey'), question).toBe('DMPInvalidData');
  });

  it('a DMP that is closed says when and why, refuses the rest, and opens again', async () => {
    expect(await facts('close', 'fauconnetP2')).toMatchObject({
      acknowledgement: 'AA',
      patients: [{ status: 'terminated' }],
    });
    expect(await facts('exists', 'fauconnetP2')).toMatchObject({
      authorization: 'NON_EXISTE',
      closureDate: '20261021100000',
      closureReason: { code: 'FERMETURE_DEMANDE_PATIENT', text: 'Demande écrite reçue le 20 octobre 2026' },
      patients: [{ status: 'terminated' }],
    });
    for (const question of ['data', 'modify', 'close'] as const)
      expect(await refusal(question, 'fauconnetP2'), question).toBe('DMPClosed');
    const named = swap(
      /<name>.*?<\/name>/s,
      '<name><prefix>M</prefix><family qualifier="SP">CAVALLINI</family><given>ANGE-TOUSSAINT</given></name>',
    );
    expect(await facts('reactivate', 'fauconnetP2', named)).toMatchObject({ acknowledgement: 'AA' });
    const again = await facts('exists', 'fauconnetP2');
    expect(again).toMatchObject({ patients: [{ status: 'active' }] });
    expect(again).not.toHaveProperty('closureDate');
    expect(again).not.toHaveProperty('closureReason');
    expect(await facts('data', 'fauconnetP2')).toMatchObject({ queryResponse: 'OK' });
  });

  it('what a change says takes the place of what was known, what it does not say stays', async () => {
    expect(await facts('modify', 'fauconnetP2')).toMatchObject({ acknowledgement: 'AA' });
    const changed = (await facts('data', 'fauconnetP2')).patients[0]!;
    expect(changed).toMatchObject({
      telecom: [
        { use: 'HP', value: 'tel:+33465710020' },
        { use: 'MC', value: 'tel:+33639980020' },
        { use: null, value: 'mailto:ange.c@courriel.invalid' },
      ],
      address: { streetAddressLine: '27 traverse des Genêts', postalCode: '38991', city: 'VALMONT-SUR-ESSAI' },
      observations: { OPPOSITION_BRIS_DE_GLACE: true, OPPOSITION_ACCES_URGENCE: false, RATTACHEMENT_ENS: false },
    });
    const bare: Edit = (xml) =>
      withRelatives(
        xml
          .replace(/<telecom [^>]*>/g, '')
          .replace(/<addr>.*?<\/addr>/s, '')
          .replace(/<subjectOf .*<\/subjectOf>/s, '')
          .replace('>CAVALLINI<', '>CAVALLINI-ESSAI<'),
      );
    expect(await facts('modify', 'fauconnetP2', bare)).toMatchObject({ acknowledgement: 'AA' });
    expect((await facts('data', 'fauconnetP2')).patients).toEqual([
      {
        ...changed,
        name: { prefix: 'M', given: ['ANGE-TOUSSAINT'], usage: 'CAVALLINI-ESSAI', birth: null },
        relationships: [
          {
            relation: 'MTH',
            name: { prefix: 'Mme', given: 'GHJULIA', family: 'SANTELLI' },
            telecom: ['tel:+33639980071'],
            address: { postalCode: '20990', city: 'FICTIVA' },
          },
        ],
      },
    ]);
  });

  it('traits of the INS are never changed', async () => {
    for (const change of [
      swap(/(<birthTime value=")[^"]*/, '$119411104'),
      swap('<administrativeGenderCode code="M"/>', '<administrativeGenderCode code="F"/>'),
      swap('<given>ANGE-TOUSSAINT<', '<given>ANGE<'),
    ])
      expect(await refusal('modify', 'fauconnetP2', change)).toBe('DMPInvalidData');
    for (const question of ['close', 'reactivate'] as const)
      expect(
        await refusal(
          question,
          question === 'close' ? 'fauconnetP2' : 'maurelP3',
          swap(/(<family qualifier="SP">)[^<]*/, '$1AUTRE'),
        ),
      ).toBe('DMPInvalidData');
  });

  it('a DMP of a Mon espace santé is neither changed nor closed by a professional', async () => {
    expect(await refusal('modify', 'fauconnetP1')).toBe('MES_LINKED');
    expect(await refusal('close', 'fauconnetP1')).toBe('MES_LINKED');
    expect(projectFault((await answer('close', 'fauconnetP1')).envelope.content)).toMatchObject({
      subcode: 'DMPAccessDenied',
    });
    expect(await facts('exists', 'fauconnetP1')).toMatchObject({ patients: [{ status: 'active' }] });
  });

  it('without a DMP there is nothing to consult, to change, to close or to reactivate', async () => {
    expect((await facts('data', 'fauconnetP4')).queryResponse).toBe('NF');
    for (const question of ['modify', 'close', 'reactivate'] as const)
      expect(await refusal(question, 'fauconnetP4'), question).toBe('DMPNotFound');
  });

  it('a search by traits is for emergency regulation, without a patient in the VIHF, and needs more than a name', async () => {
    const search = golden(files.search);
    await control(simulator, 'POST', 'clock', { instant: aboutVihf(search).instant.toISOString() });
    const of = async (request: string) => (await ask(simulator, pki, request)).envelope.content;
    const withAssertion = async (file: string) => {
      const assertion = readWire(dir, file);
      await control(simulator, 'POST', 'clock', { instant: aboutVihf(assertion).instant.toISOString() });
      return ruleOf(await of(envelopeWith(search, assertion)));
    };
    for (const change of [drop('livingSubjectBirthTime'), drop('livingSubjectName')]) {
      const { details, queryResponse } = projectHl7(await of(inBody(change)(search)));
      expect(queryResponse).toBe('AE');
      expect(details).toMatchObject([{ code: 'DMPInvalidData' }]);
    }
    expect(await withAssertion('vihf/sha256/indirecte-centre_15.xml')).toBe('PATIENT_UNEXPECTED');
    expect(await withAssertion('vihf/variants/indirecte-no-patient.xml')).toBe('RIGHTS_MATRIX');
  });

  it('a closed DMP is not found by traits', async () => {
    const search = golden(files.search);
    await control(simulator, 'POST', 'clock', { instant: aboutVihf(search).instant.toISOString() });
    const found = async () =>
      (projectHl7((await ask(simulator, pki, search)).envelope.content) as Facts).patients.map(
        (p) => p['matchPercent'],
      );
    expect(await found()).toEqual([100, 100]);
    simulator.world().patients[0]!.dmp = 'terminated';
    expect(await found()).toEqual([100]);
  });
});
