/** The part of the admin API about feeding rules (docs/feeding-rules.md): those of the caller's own structure. */
import { z } from 'zod';
import type { RulesAdministration } from '../feed/rules/administration.ts';
import { feedingRules } from '../feed/rules/model.ts';
import { trial, trialInput, type Trial } from '../feed/rules/trial.ts';
import { author } from './author.ts';
import type { Row } from './openapi.ts';
import type { Route } from './routes.ts';

/** What the routes work on. */
export interface RulesDoors {
  administration: RulesAdministration;
  /** See `tryOut`. */
  tryOut(given: unknown): Promise<Trial>;
}

export const rulesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/feeding-rules',
    need: 'read',
    async run({ rules, rights }) {
      const body = await rules.administration.show(rights.structure);
      return { body, version: body.latest };
    },
  },
  {
    method: 'PUT',
    path: '/feeding-rules',
    need: 'write',
    async run({ rules, rights: { author, structure }, body, expected }) {
      const by = { author, ...(expected === undefined ? {} : { expected }) };
      const recorded = await rules.administration.record(structure, body, by);
      return { body: recorded, version: recorded.version };
    },
  },
  {
    method: 'GET',
    path: '/feeding-rules/history',
    need: 'read',
    run: async ({ rules, rights }) => ({
      body: { versions: await rules.administration.history(rights.structure) },
    }),
  },
  {
    method: 'POST',
    path: '/feeding-rules/test',
    need: 'read',
    run: async ({ rules, body }) => ({ body: await rules.tryOut(body) }),
  },
];

export const rulesRows: Readonly<Record<string, Row>> = {
  'GET /feeding-rules': {
    id: 'adminFeedingRules',
    summary: 'Feeding rules of the structure: in force, and recorded for later',
    gives: 'AdminFeedingRules',
  },
  'PUT /feeding-rules': {
    id: 'adminFeedingRulesRecord',
    summary: 'Record a version of the feeding rules; If-Match names the last version, "0" when there is none',
    takes: 'AdminFeedingRulesRecord',
    gives: 'AdminFeedingRulesVersion',
  },
  'GET /feeding-rules/history': {
    id: 'adminFeedingRulesHistory',
    summary: 'Every version of the feeding rules: decision, who recorded it, when',
    gives: 'AdminFeedingRulesHistory',
  },
  'POST /feeding-rules/test': {
    id: 'adminFeedingRulesTest',
    summary: 'What would happen with a document, by the rules in force or by others; nothing is kept',
    takes: 'AdminFeedingRulesTrial',
    gives: 'AdminFeedingRulesVerdict',
  },
};

export const rulesExamples = {
  AdminFeedingRulesRecord: {
    decision: { date: '2026-11-12', reference: 'CME 2026-14, point 3' },
    effectiveFrom: '2099-01-01T00:00:00+01:00',
    rules: [
      {
        name: 'psychiatry',
        when: { author: { profession: ['G15_10/SM42'] } },
        then: 'manual',
        reason: 'The psychiatrist decides with the patient',
      },
      {
        name: 'announced-first',
        when: { type: ['11502-2'], status: ['final', 'amended'] },
        then: 'automatic',
        visibility: ['INVISIBLE_PATIENT'],
      },
      { name: 'drafts', when: { status: ['preliminary'] }, then: 'never', reason: 'Only validated documents are sent' },
    ],
    otherwise: { then: 'manual', reason: 'Not foreseen by the decision' },
  },
  AdminFeedingRulesTrial: {
    document: {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] },
      content: [{ attachment: { contentType: 'application/pdf' } }],
    },
    lane: 'live',
  },
} as const;

const version = feedingRules.extend({
  version: z.int().min(1),
  recordedAt: z.iso.datetime(),
  recordedBy: author,
  effectiveFrom: z.iso.datetime(),
});

export const rulesGiven = { AdminFeedingRulesRecord: feedingRules, AdminFeedingRulesTrial: trialInput };
export const rulesShown = {
  AdminFeedingRules: z.strictObject({
    latest: z.int().min(0),
    inForce: version.optional(),
    next: version.optional(),
  }),
  AdminFeedingRulesVersion: version,
  AdminFeedingRulesHistory: z.strictObject({ versions: z.array(version) }),
  AdminFeedingRulesVerdict: trial,
};
