/**
 * `Consent?patient=…`: what the structure recorded, and who may enter the patient's record in the DMP. The DMP is asked only for
 * what the search wants: nothing for a topic of the structure, TD0.2 for the caller's own authorisation, TD1.6 for everybody's.
 */
import type { Consent } from '@medplum/fhirtypes';
import { authorizationCategories, consentTopicSystem } from '../../../mappings/consent/topics.ts';
import type { Criterion } from '../../../mappings/criteria.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { satisfies } from '../../../mappings/search-match.ts';
import { code, concepts, date, references, type SearchValue } from '../../../mappings/search-values.ts';
import { parseSearch, type Search } from '../../search/parse.ts';
import { DmpError } from '../../dmp/types.ts';
import type { Ins } from '../../store/types.ts';
import { isCount, searchset, type Selection } from '../bundle.ts';
import { definitionOf } from '../definition.ts';
import type { Call, Handler, Reply } from '../interaction.ts';
import { continuedPage, firstPage, isContinuation, pageSize, type Slice } from '../paging.ts';
import { dmpIssues } from '../outcome.ts';
import { isPatientCriterion, patientOf } from '../patient-of.ts';
import { linkToSelf } from '../self-link.ts';
import type { Services } from '../services.ts';
import { allAuthorizations, ownAuthorization, readAuthorization } from './authorizations.ts';
import { shownAs } from './local.ts';

const type = 'Consent';

const searchValues: Readonly<Record<string, (c: Consent) => SearchValue[]>> = {
  _id: (c) => code(c.id),
  status: (c) => code(c.status, 'http://hl7.org/fhir/consent-state-codes'),
  category: (c) => concepts(c.category),
  actor: (c) => references((c.provision?.actor ?? []).map((a) => a.reference)),
  date: (c) => date(c.dateTime),
};

/** What the pages of a search need besides the consents. */
interface Context {
  selection: Selection;
}
type Page = Slice<Consent, Context>;

export const searchConsents: Handler = async (call, services) => {
  const { config, store } = services;
  if (isContinuation(call.pairs)) {
    const page: Page = await continuedPage(call.pairs, call.caller, store, config, type);
    return reply(page, [], call, services);
  }
  const search = parseSearch(call.pairs, definitionOf(type).searchParameters, { handling: call.prefer.handling });
  const designated = await patientOf(search.criteria, services, call.caller.structure.id);
  const ids = search.criteria.filter((c) => c.name === '_id' && c.modifier === undefined);
  if (!designated && ids.length === 0)
    throw new IssueError({ key: 'search-parameter-required', values: { name: 'patient', rule: 'PCF ITI-108' } });
  const { consents, warnings } = designated
    ? await ofPatient(designated.ins, search, call, services)
    : await byIds(ids, call, services);
  const matching = consents.filter((consent) =>
    search.criteria.every((c) => isPatientCriterion(c) || satisfies(searchValues[c.name]?.(consent) ?? [], c)),
  );
  const context: Context = { selection: { summary: search.summary, elements: search.elements } };
  const patientId = designated && (await store.patients.byIns(designated.ins)).id;
  const self = linkToSelf(search, patientId);
  const page: Page = isCount(context.selection, search.count)
    ? { total: matching.length, items: [], context, links: [self] }
    : await firstPage(matching, context, pageSize(search.count, config), self[1], call.caller, store, type);
  return reply(page, [...(designated?.warnings ?? []), ...search.warnings, ...warnings], call, services);
};

function reply({ total, items, context, links }: Page, warnings: Issue[], call: Call, services: Services): Reply {
  return {
    status: 200,
    resource: searchset({
      base: services.config.fhirBase,
      type,
      total,
      resources: items,
      selection: context.selection,
      links,
      warnings,
      language: call.language,
      requestId: call.requestId,
      now: services.now(),
    }),
  };
}

interface Gathered {
  consents: Consent[];
  warnings: Issue[];
}

async function ofPatient(ins: Ins, search: Search, call: Call, services: Services): Promise<Gathered> {
  const { store } = services;
  const { id } = await store.patients.byIns(ins);
  const recorded = (await store.consents.ofPatient(id, call.caller.structure.id)).map((c) => shownAs(c, call));
  const wanted = wantedOf(search, call);
  if (wanted === 'nothing') return { consents: recorded, warnings: [] };
  // Who cannot ask the DMP for the whole list, and did not ask for it by name, gets what is recorded, and is told.
  if (wanted === 'all-if-allowed' && call.caller.strength !== 'psc')
    return { consents: recorded, warnings: [{ key: 'consent-authorizations-left-out', severity: 'warning' }] };
  try {
    const found = await (wanted === 'own' ? ownAuthorization : allAuthorizations)(ins, call, services);
    return { consents: [...recorded, ...[found ?? []].flat()], warnings: [] };
  } catch (error) {
    const warnings = unlisted(error, wanted);
    if (!warnings) throw error;
    return { consents: recorded, warnings };
  }
}

/**
 * What the DMP does not tell hides nothing of what is recorded here: there is no DMP, it does not answer, it refuses. Who asked for
 * its list by name is refused. Undefined: an error all the same.
 */
function unlisted(error: unknown, wanted: Wanted): Issue[] | undefined {
  if (error instanceof IssueError && error.issues.every((i) => i.key === 'dmp-absent'))
    return error.issues.map((i) => ({ ...i, severity: 'warning' }));
  if (!(error instanceof DmpError) || wanted !== 'all-if-allowed') return undefined;
  return dmpIssues(error).map(({ upstream, values }) => ({
    key: 'consent-authorizations-unlisted',
    severity: 'warning',
    values,
    ...(upstream ? { upstream } : {}),
  }));
}

type Wanted = 'nothing' | 'own' | 'all' | 'all-if-allowed';

const ofTheDmp: readonly string[] = Object.values(authorizationCategories).map((c) => c.code);

/** What the DMP has to be asked. */
function wantedOf({ criteria }: Search, { caller }: Call): Wanted {
  const tokens = (name: string): { system?: string; code?: string }[] =>
    criteria
      .filter((c) => c.name === name && (c.modifier === undefined || c.modifier === 'identifier'))
      .flatMap((c) => c.values.flatMap((v) => (v.type === 'token' ? [v] : [])));
  const categories = tokens('category');
  const isOfTheDmp = (c: { system?: string; code?: string }): boolean =>
    (c.system === undefined || c.system === consentTopicSystem) && (c.code === undefined || ofTheDmp.includes(c.code));
  if (categories.length > 0 && !categories.some(isOfTheDmp)) return 'nothing';
  const actors = tokens('actor');
  if (actors.length > 0 && actors.every((a) => a.code === caller.personId)) return 'own';
  return categories.length > 0 ? 'all' : 'all-if-allowed';
}

/** Those of some ids: the structure's own, and authorisations as they stand now. */
async function byIds(ids: readonly Criterion[], call: Call, services: Services): Promise<Gathered> {
  const { store } = services;
  const wanted = new Set(ids.flatMap((c) => c.values.flatMap((v) => (v.type === 'token' ? (v.code ?? '') : []))));
  if (wanted.size > mostIds)
    throw new IssueError({ key: 'search-parameter-invalid', values: { name: '_id', detail: `≤ ${mostIds}` } });
  const consents: Consent[] = [];
  for (const id of wanted) {
    const stored = await store.consents.byId(id, call.caller.structure.id);
    const known = stored ? undefined : await store.authorizations.byId(id);
    const consent = stored ? shownAs(stored, call) : known && (await readAuthorization(known, call, services));
    if (consent) consents.push(consent);
  }
  return { consents, warnings: [] };
}

/** Each may cost a question to the DMP. */
const mostIds = 10;
