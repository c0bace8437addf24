/**
 * Code systems derived from our tables: the codes that the other side answers, kept in `OperationOutcome.issue.details`, and
 * the names of XDS attributes from which the ConceptMaps start.
 */
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';
import { mhdCodes, ours } from '../mappings/canonicals.ts';
import { dmpKey, errorRow } from '../mappings/errors.ts';
import { mappingTable } from '../mappings/mapping-table.ts';
import { codeFamilies } from '../mappings/upstream-codes.ts';
import { codeSystem, conceptOf } from './code-system.ts';

const date = '2026-11-21';

const concepts = (kind: string, codes: readonly string[]): CodeSystemConcept[] =>
  codes.map((code) => {
    const { en, fr } = errorRow(dmpKey(kind, code));
    return conceptOf({ code, fr, en });
  });

/** One a kind of answer of the DMP (no public list is complete: `fragment`), and the codes that MHD names without a system. */
export function upstreamCodeSystems(): CodeSystem[] {
  const kinds = [...new Set(codeFamilies.map((f) => f.kind))].filter((k) => k !== 'transport' && k !== 'rights');
  const mhd = codeFamilies.find((f) => f.source.startsWith('MHD'));
  return [
    ...kinds.map((kind) =>
      codeSystem(
        {
          url: `${ours}/CodeSystem/dmp-${kind}`,
          name: `Dmp${kind.charAt(0).toUpperCase()}${kind.slice(1)}Code`,
          title: `Codes du DMP (${kind})`,
          description: `codes that the DMP answers with (${kind}), as far as they are known; any other is kept as it is.`,
          date,
          content: 'fragment',
        },
        concepts(
          kind,
          codeFamilies.filter((f) => f.kind === kind).flatMap((f) => f.codes),
        ),
      ),
    ),
    codeSystem(
      {
        url: mhdCodes,
        name: 'MhdCode',
        title: 'Codes de MHD',
        description: 'warnings and errors that MHD ITI-65 names without a code system.',
        date,
      },
      concepts('registry', mhd?.codes ?? []),
    ),
  ];
}

/** Names of the attributes of the XDS objects. */
export function attributeCodeSystems(): CodeSystem[] {
  const tables = mappingTable();
  return Object.values(tables).map((lines) => {
    const named = lines.filter((l) => l.xds !== '');
    const object = named[0]?.xds.split('.')[0] ?? '';
    return codeSystem(
      {
        url: `${ours}/CodeSystem/xds-attribute-${object}`,
        name: `Xds${object}Attribute`,
        title: `Attributs XDS : ${object}`,
        description: `attributes of an XDS ${object} (ITI TF-3 §4.2.3), with their place in ebRIM as display.`,
        date,
      },
      named.map((l) => ({ code: l.xds.slice(object.length + 1), display: l.ebrim })),
    );
  });
}
