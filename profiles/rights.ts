/** Code systems of rights and of the record, derived from their tables. */
import type { CodeSystem } from '@medplum/fhirtypes';
import { ours } from '../mappings/canonicals.ts';
import { kinds, recordKinds } from '../mappings/audit/kinds.ts';
import { auditSystems } from '../mappings/audit/systems.ts';
import { limits, limitSystem } from '../mappings/rights/matrix.ts';
import { rightSystem, titles } from '../mappings/rights/titles.ts';

type Row = readonly [code: string, fr: string, en: string];

function codeSystem(url: string, name: string, title: string, description: string, rows: readonly Row[]): CodeSystem {
  const concept = rows.map(([code, fr, en]) => ({
    code,
    display: en,
    designation: [{ language: 'fr', value: fr }],
  }));
  return {
    resourceType: 'CodeSystem',
    id: url.slice(`${ours}/CodeSystem/`.length),
    url,
    version: '0.1.0',
    name,
    title,
    status: 'draft',
    experimental: false,
    date: '2026-11-28',
    description,
    caseSensitive: true,
    content: 'complete',
    count: concept.length,
    concept,
  };
}

export const rightsDefinitions = (): CodeSystem[] => [
  codeSystem(
    auditSystems.ours,
    'AuditSubtype',
    'Événements notables',
    'Ours: kinds of event on record (AuditEvent.subtype) that no other code system names.',
    // An authorisation has BALP’s code alone.
    recordKinds
      .filter((kind) => kinds[kind].subtypes.some((c) => c.system === auditSystems.ours))
      .map((kind) => [kind, kinds[kind].fr, kinds[kind].en]),
  ),
  codeSystem(
    rightSystem,
    'DmpRight',
    'Droits fonctionnels du DMP',
    'Ours: the rows of the DMP’s matrices of rights (PDT-INF-526, PDT-INF-606), by transaction and finer.',
    Object.entries(titles).map(([code, [fr, en]]) => [code, fr, en]),
  ),
  codeSystem(
    limitSystem,
    'RightLimit',
    'Étendue d’un droit',
    'Ours: what a cell of the DMP’s matrices of rights (PDT-INF-526, PDT-INF-606) says.',
    Object.entries(limits).map(([code, [fr, en]]) => [code, fr, en]),
  ),
];
