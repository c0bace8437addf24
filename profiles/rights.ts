/** Code systems of rights and of the record, derived from their tables. */
import type { CodeSystem } from '@medplum/fhirtypes';
import { dmpTransactions } from '../mappings/audit/dmp-transactions.ts';
import { kinds, recordKinds } from '../mappings/audit/kinds.ts';
import { auditSystems } from '../mappings/audit/systems.ts';
import { limits, limitSystem } from '../mappings/rights/matrix.ts';
import { rightSystem, titles } from '../mappings/rights/titles.ts';
import { codeSystem, conceptOf } from './code-system.ts';

const date = '2026-11-28';

export const rightsDefinitions = (): CodeSystem[] => [
  codeSystem(
    {
      url: auditSystems.ours,
      name: 'AuditSubtype',
      title: 'Événements au registre',
      description: 'kinds of event on record (AuditEvent.subtype) that no other code system names.',
      date,
    },
    // An authorisation has BALP’s code alone, a token IUA’s.
    recordKinds
      .filter((kind) => kinds[kind].subtypes.some((c) => c.system === auditSystems.ours))
      .map((kind) => conceptOf({ code: kind, fr: kinds[kind].fr, en: kinds[kind].en })),
  ),
  codeSystem(
    {
      url: auditSystems.entity,
      name: 'AuditEntity',
      title: 'Objets d’un événement',
      description: 'what an event is about (AuditEvent.entity.type), where no other code system names it.',
      date,
    },
    [conceptOf({ code: 'traceparent', fr: 'Trace W3C (traceparent)', en: 'W3C Trace Context (traceparent)' })],
  ),
  codeSystem(
    {
      url: auditSystems.transaction,
      name: 'DmpTransaction',
      title: 'Transactions du DMP',
      description: 'the DMP’s transactions by their numbers, as far as this gateway calls them.',
      date,
    },
    Object.entries(dmpTransactions).map(([code, { fr, en }]) => conceptOf({ code, fr, en })),
  ),
  codeSystem(
    {
      url: rightSystem,
      name: 'DmpRight',
      title: 'Droits fonctionnels du DMP',
      description: 'the rows of the DMP’s matrices of rights (PDT-INF-526, PDT-INF-606), by transaction and finer.',
      date,
    },
    Object.entries(titles).map(([code, [fr, en]]) => conceptOf({ code, fr, en })),
  ),
  codeSystem(
    {
      url: limitSystem,
      name: 'RightLimit',
      title: 'Étendue d’un droit',
      description: 'what a cell of the DMP’s matrices of rights (PDT-INF-526, PDT-INF-606) says.',
      date,
    },
    Object.entries(limits).map(([code, [fr, en]]) => conceptOf({ code, fr, en })),
  ),
];
