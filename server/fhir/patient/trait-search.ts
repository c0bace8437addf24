/**
 * PDQm ITI-78: a patient of whom the INS is not known, by traits (TD0.5). For emergency regulation alone. Several candidates may
 * come, each with how well it fits; the self link does not repeat the traits: they name a person.
 */
import { candidatePatient, candidates, candidateSearch, type Candidate } from '../../../mappings/patient-candidates.ts';
import { demographicsOf, isTrait } from '../../../mappings/patient-trait-search.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { td0_5 } from '../../dmp/transactions/td0-5.ts';
import type { Pair } from '../../search/pairs.ts';
import { parseSearch, type Search } from '../../search/parse.ts';
import { isCount } from '../bundle.ts';
import { definitionOf } from '../definition.ts';
import { callContext, type Handler } from '../interaction.ts';
import { continuedPage, firstPage, isContinuation, pageSize } from '../paging.ts';
import { patientsReply, withoutInsIssues, type PatientContext, type Shown } from './searchset.ts';

const type = 'Patient';

const shown: Shown<Candidate> = {
  place: type,
  insOf: ({ ins }) => ins,
  resourceOf: (candidate, id) => candidatePatient(candidate, { id }),
  searchOf: candidateSearch,
};

/** Whether a search of Patient is one by traits, or asks for a further page of one. */
export const isTraitSearch = (pairs: readonly Pair[]): boolean =>
  isContinuation(pairs) || pairs.some(([name]) => isTrait(name.split(':')[0] ?? ''));

export const searchByTraits: Handler = async (call, services) => {
  const { config, store, dmp } = services;
  if (call.caller.purpose !== 'centre_15') throw new IssueError({ key: 'traits-regulation-only' });
  if (isContinuation(call.pairs))
    return patientsReply<Candidate>(
      await continuedPage(call.pairs, call.caller, store, config, type),
      shown,
      [],
      call,
      services,
    );
  const { handling } = call.prefer;
  const search = parseSearch(call.pairs, definitionOf(type).searchParameters, { handling });
  const answer = await dmp.call(td0_5, demographicsOf(search.criteria), callContext(call));
  const found = candidates(answer);
  const warnings = [...search.warnings, ...withoutInsIssues(answer.patients.length - found.length)];
  const context: PatientContext = { selection: { summary: search.summary, elements: search.elements } };
  const self = selfOf(search);
  const page = isCount(context.selection, search.count)
    ? { total: found.length, items: [], context, links: [['self', self] as const] }
    : await firstPage(found, context, pageSize(search.count, config), self, call.caller, store, type);
  return patientsReply(page, shown, warnings, call, services);
};

/** What the answer was to look like; not whom it was about. */
const selfOf = ({ count, summary, elements }: Search): Pair[] => [
  ...(count === undefined ? [] : [['_count', String(count)] as const]),
  ...(summary === undefined ? [] : [['_summary', summary] as const]),
  ...(elements === undefined ? [] : [['_elements', elements.join(',')] as const]),
];
