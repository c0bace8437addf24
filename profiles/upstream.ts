/**
 * Code systems derived from our tables: the codes that the other side answers, kept in `OperationOutcome.issue.details`, and
 * the names of XDS attributes from which the ConceptMaps start.
 */
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';
import { mhdCodes, ours } from '../mappings/canonicals.ts';
import { dmpKey, errorRow } from '../mappings/errors.ts';
import { mappingTable } from '../mappings/mapping-table.ts';
import { codeFamilies } from '../mappings/upstream-codes.ts';

function codeSystem(
  url: string,
  name: string,
  title: string,
  description: string,
  content: CodeSystem['content'],
  concept: CodeSystemConcept[],
): CodeSystem {
  return {
    resourceType: 'CodeSystem',
    id: url.slice(url.lastIndexOf('/') + 1),
    url,
    version: '0.1.0',
    name,
    title,
    status: 'draft',
    experimental: false,
    date: '2026-11-21',
    description: `Ours: ${description}`,
    caseSensitive: true,
    content,
    count: concept.length,
    concept,
  };
}

const concepts = (kind: string, codes: readonly string[]): CodeSystemConcept[] =>
  codes.map((code) => {
    const { en, fr } = errorRow(dmpKey(kind, code));
    return { code, display: en, designation: [{ language: 'fr', value: fr }] };
  });

/** One a kind of answer of the DMP (no public list is complete: `fragment`), and the codes that MHD names without a system. */
export function upstreamCodeSystems(): CodeSystem[] {
  const kinds = [...new Set(codeFamilies.map((f) => f.kind))].filter((k) => k !== 'transport' && k !== 'rights');
  const mhd = codeFamilies.find((f) => f.source.startsWith('MHD'));
  return [
    ...kinds.map((kind) =>
      codeSystem(
        `${ours}/CodeSystem/dmp-${kind}`,
        `Dmp${kind.charAt(0).toUpperCase()}${kind.slice(1)}Code`,
        `Codes du DMP (${kind})`,
        `codes that the DMP answers with (${kind}), as far as they are known; any other is kept as it is.`,
        'fragment',
        concepts(
          kind,
          codeFamilies.filter((f) => f.kind === kind).flatMap((f) => f.codes),
        ),
      ),
    ),
    codeSystem(
      mhdCodes,
      'MhdCode',
      'Codes de MHD',
      'warnings and errors that MHD ITI-65 names without a code system.',
      'complete',
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
      `${ours}/CodeSystem/xds-attribute-${object}`,
      `Xds${object}Attribute`,
      `Attributs XDS : ${object}`,
      `attributes of an XDS ${object} (ITI TF-3 §4.2.3), with their place in ebRIM as display.`,
      'complete',
      named.map((l) => ({ code: l.xds.slice(object.length + 1), display: l.ebrim })),
    );
  });
}
