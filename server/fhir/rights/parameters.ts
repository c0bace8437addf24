/** The answer of `$my-rights`, as `profiles/my-rights.json` types it. Every sentence in French and English. */
import type { CodeableConcept, Coding, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { errorRow, sentence } from '../../../mappings/errors.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { habilitationsOf, type Habilitations } from '../../../mappings/rights/habilitation.ts';
import { limits, limitSystem, type Limit } from '../../../mappings/rights/matrix.ts';
import { vihfRoles } from '../../../mappings/rights/professions.ts';
import { rightSystem, titles } from '../../../mappings/rights/titles.ts';
import { oidToSystem, schemes } from '../../../mappings/terminology/systems.ts';
import type { Caller } from '../../auth/caller.ts';
import { errorSystem, type Language } from '../outcome.ts';
import { isOpen, type Door } from './doors.ts';
import type { Explained } from './explain.ts';
import type { PatientFacts } from './patient-facts.ts';

const translation = 'http://hl7.org/fhir/StructureDefinition/translation';

/** A coded thing in the language of the answer, the other one beside it. */
function concept(coding: Coding, [fr, en]: readonly [string, string], language: Language): CodeableConcept {
  const other = language === 'fr' ? 'en' : 'fr';
  const words = { fr, en };
  return {
    coding: [coding],
    text: words[language],
    _text: {
      extension: [
        {
          url: translation,
          extension: [
            { url: 'lang', valueCode: other },
            { url: 'content', valueString: words[other] },
          ],
        },
      ],
    },
  } as CodeableConcept;
}

const limit = (name: string, code: Limit, language: Language): ParametersParameter => ({
  name,
  valueCodeableConcept: concept({ system: limitSystem, code }, limits[code], language),
});

function issue(name: string, { key, values }: Issue, language: Language): ParametersParameter {
  const row = errorRow(key);
  const words = [sentence(row, 'fr', values), sentence(row, 'en', values)] as const;
  return {
    name,
    valueCodeableConcept: concept({ system: errorSystem, code: key.replace(/^dmp:/, 'dmp-') }, words, language),
  };
}

const door = (of: Door): ParametersParameter => ({
  name: 'door',
  part: [
    { name: 'method', valueCode: of.method },
    { name: 'path', valueString: of.path },
    { name: 'open', valueBoolean: isOpen(of) },
    ...of.missing.map((scope) => ({ name: 'missingScope', valueString: scope })),
  ],
});

function right(explained: Explained, language: Language): ParametersParameter {
  const { entry, allowed, mode, doors, why, notes, asTreating } = explained;
  return {
    name: 'right',
    part: [
      { name: 'transaction', valueString: entry.transaction.name },
      {
        name: 'what',
        valueCodeableConcept: concept({ system: rightSystem, code: entry.right }, titles[entry.right], language),
      },
      limit('allowed', allowed, language),
      ...(mode ? [{ name: 'mode', valueCode: mode }] : []),
      ...why.map((i) => issue('why', i, language)),
      ...notes.map((i) => issue('note', i, language)),
      ...(asTreating ? [limit('asTreatingPhysician', asTreating, language)] : []),
      ...doors.map(door),
    ],
  };
}

function patient({ dmp, authorization, isTreating }: PatientFacts): ParametersParameter[] {
  if (dmp === undefined) return [];
  const status = { system: 'urn:oid:1.2.250.1.213.4.1.2.6.2', code: authorization };
  return [
    { name: 'dmp', valueCode: dmp },
    ...(authorization === undefined ? [] : [{ name: 'authorization', valueCoding: status }]),
    { name: 'treatingPhysician', valueBoolean: isTreating },
  ];
}

/** What the deployer's matrix says of the caller's profession; the médecin traitant and authors are not held by it. */
function habilitations(matrix: Habilitations, { roles, profession }: Caller): ParametersParameter {
  const said = vihfRoles(roles, profession);
  // The DMP sees the roles of the VIHF.
  const { kinds, otherwise } = habilitationsOf(matrix, typeof said === 'string' ? roles : said.roles);
  const coded = (name: string, system: string, code: string | undefined): ParametersParameter[] =>
    code === undefined ? [] : [{ name, valueCoding: { system: oidToSystem(system), code } }];
  return {
    name: 'habilitation',
    part: [
      { name: 'version', valueString: matrix.version },
      { name: 'source', valueString: matrix.source },
      { name: 'otherwise', valueBoolean: otherwise },
      ...kinds.map(({ classCode, typeCode, readable }) => ({
        name: 'document',
        part: [
          ...coded('class', schemes.class, classCode),
          ...(typeCode === undefined ? [] : [{ name: 'type', valueCode: typeCode }]),
          { name: 'readable', valueBoolean: readable },
        ],
      })),
    ],
  };
}

/** @param matrix absent: no file was given, and everything that the other rules allow is readable */
export function rightsParameters(
  explained: readonly Explained[],
  facts: PatientFacts | undefined,
  matrix: Habilitations | undefined,
  caller: Caller,
  language: Language,
): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'purpose', valueCode: caller.purpose },
      ...(facts ? patient(facts) : []),
      ...explained.map((e) => right(e, language)),
      ...(matrix ? [habilitations(matrix, caller)] : []),
    ],
  };
}
