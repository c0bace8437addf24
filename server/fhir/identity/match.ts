/**
 * `Patient/$match` (PDQm ITI-119), where it is meaningful in front of the DMP: whether the person of an INS (or of a local
 * identifier that was fed) is the one that the caller describes. TD0.2 and a comparison of traits; an outcome entry names the
 * traits that differ. Without an identifier the DMP is only searched for emergency regulation (TD0.5).
 */
import type { Bundle, BundleEntry, Patient } from '@medplum/fhirtypes';
import {
  compareWithDmp,
  isStrict,
  traitsOfFacts,
  traitsOfPatient,
  type Comparison,
} from '../../../mappings/identity/traits.ts';
import { insInForce, localsOfPatient } from '../../../mappings/identity/identifiers.ts';
import { checkIns } from '../../../mappings/ins.ts';
import { IssueError, type Issue } from '../../../mappings/outcome.ts';
import { existenceToPatient } from '../../../mappings/patient.ts';
import { candidatePatient, candidates, candidateSearch, matchGradeUrl } from '../../../mappings/patient-candidates.ts';
import { td0_2 } from '../../dmp/transactions/td0-2.ts';
import { td0_5, type DemographicsQuery } from '../../dmp/transactions/td0-5.ts';
import { differs } from '../../identity/feeding.ts';
import { confirmLink, followLink } from '../../identity/links.ts';
import type { Ins } from '../../store/types.ts';
import { searchset } from '../bundle.ts';
import { callContext, type Call, type Handler } from '../interaction.ts';
import type { Services } from '../services.ts';
import { readMatch, type MatchInput } from './match-input.ts';

const place = 'Patient/$match';

/** A Patient that may be the one, and how well it fits. */
interface Match {
  patient: Patient;
  search: NonNullable<BundleEntry['search']>;
}
interface Found {
  matches: Match[];
  issues: Issue[];
}

export const matchPatients: Handler = async (call, services) => {
  const input = readMatch(call);
  const subject = await subjectOf(input, call, services);
  const found = subject ? await byIns(subject, call, services) : await byTraits(input, call, services);
  const matches = found.matches.filter((m) => !input.onlyCertain || gradeOf(m) === 'certain');
  return { status: 200, resource: bundleOf({ ...found, matches }, input.count, call, services) };
};

interface MatchSubject {
  ins: Ins;
  /** Whose traits are compared: the caller's, or those that were fed where the caller says none. */
  described: Patient;
  issues: Issue[];
}

/** Whom the identifiers of the Patient designate, all of them the same; undefined when it has none. @throws IssueError identity-*, ins-*, … */
async function subjectOf(
  { patient, path }: MatchInput,
  { caller }: Call,
  { store, config }: Services,
): Promise<MatchSubject | undefined> {
  const [first, ...more] = insInForce(patient);
  if (more[0])
    throw new IssueError({ key: 'patient-inconsistent', expression: `${path}.identifier[${more[0].index}]` });
  const expression = `${path}.identifier${first ? `[${first.index}]` : ''}`;
  const issues = first ? checkIns(first.ins, config.ENVIRONMENT).map((issue) => ({ ...issue, expression })) : [];
  if (issues.some((i) => (i.severity ?? 'error') === 'error')) throw new IssueError(issues);
  const locals = localsOfPatient(patient, config.LOCAL_ID_SYSTEMS);
  const link =
    !first && locals[0] ? await followLink(locals[0], caller.structure.id, { store }, expression) : undefined;
  const ins = first?.ins ?? link?.ins;
  if (!ins) return undefined;
  for (const local of locals) await confirmLink(local, ins, caller.structure.id, { store }, `${path}.identifier`);
  const isDescribed = !link || Object.keys(traitsOfPatient(patient)).length > 0;
  return { ins, described: isDescribed ? patient : (link.identity.content as Patient), issues };
}

async function byIns({ ins, described, issues }: MatchSubject, call: Call, services: Services): Promise<Found> {
  const answer = await services.dmp.call(td0_2, { patient: ins }, callContext(call, ins));
  const [facts] = answer.patients;
  if (!facts) return { matches: [], issues };
  const { id } = await services.store.patients.byIns(ins);
  const patient = existenceToPatient(answer, { id, traits: services.config.PATIENT_TRAITS });
  const comparison = compareWithDmp(described, facts);
  // A year agrees with every day of it.
  const [ours = '', theirs = ''] = [traitsOfPatient(described).birthDate, traitsOfFacts(facts).birthDate];
  const isVague = ours.length < theirs.length;
  const said: Issue[] =
    comparison.differing.length > 0
      ? comparison.differing.map(differs)
      : [
          {
            key: 'match-compared',
            severity: 'information',
            values: { traits: comparison.compared.join(', ') || '—' },
          },
        ];
  return { matches: patient ? [{ patient, search: searchOf(comparison, isVague) }] : [], issues: [...issues, ...said] };
}

/** Traits without which nobody is certain (auth §1.5: the traits of the INS that the DMP says). */
const essential = ['family', 'given', 'birthDate', 'gender'] as const;

/**
 * The INS fits. `certain`: and so do all the essential traits, the birth date as far as the DMP knows it; `probable`: what was said does not contradict it; `possible`: one
 * trait contradicts it; `certainly-not`: several do. The score is the share of what agrees, the INS being one of the traits. Both
 * ours: no public source grades an INS.
 */
function searchOf({ compared, differing }: Comparison, isVague: boolean): Match['search'] {
  const against = differing.filter(isStrict).length;
  const all = compared.filter(isStrict).length;
  const isComplete = !isVague && essential.every((name) => compared.includes(name));
  const grade = against > 1 ? 'certainly-not' : against === 1 ? 'possible' : isComplete ? 'certain' : 'probable';
  const score = Math.round((100 * (1 + all - against)) / (1 + Math.max(all, essential.length))) / 100;
  return { extension: [{ url: matchGradeUrl, valueCode: grade }], mode: 'match', score };
}

const gradeOf = ({ search }: Match): string | undefined =>
  search.extension?.find((e) => e.url === matchGradeUrl)?.valueCode;

/** @throws IssueError match-identifier unless for emergency regulation, match-traits */
async function byTraits({ patient, path }: MatchInput, call: Call, services: Services): Promise<Found> {
  if (call.caller.purpose !== 'centre_15')
    throw new IssueError({ key: 'match-identifier', expression: `${path}.identifier` });
  const query = queryOf(patient);
  if (!query) throw new IssueError({ key: 'match-traits', expression: path });
  const answer = await services.dmp.call(td0_5, query, callContext(call));
  const matches: Match[] = [];
  for (const candidate of candidates(answer)) {
    const { id } = await services.store.patients.byIns(candidate.ins);
    matches.push({ patient: candidatePatient(candidate, { id }), search: candidateSearch(candidate) });
  }
  return { matches, issues: [] };
}

function queryOf(patient: Patient): DemographicsQuery | undefined {
  const { birth, usual, given, birthDate, gender } = traitsOfPatient(patient);
  const [address] = patient.address ?? [];
  const family = birth ?? usual;
  const first = given?.[0];
  if (family === undefined && first === undefined && birthDate === undefined) return undefined;
  return {
    ...(family === undefined ? {} : { family }),
    ...(first === undefined ? {} : { given: first }),
    ...(birthDate === undefined ? {} : { birthDate: birthDate.replaceAll('-', '') }),
    ...(gender === undefined ? {} : { sex: gender === 'male' ? 'M' : 'F' }),
    ...(address?.city === undefined ? {} : { city: address.city }),
    ...(address?.postalCode === undefined ? {} : { postalCode: address.postalCode }),
  };
}

/** @param count entries at most; `total` counts what matched (R4 Bundle.total) */
function bundleOf(found: Found, count: number | undefined, call: Call, { config, now }: Services): Bundle {
  const matches = found.matches.slice(0, count);
  const bundle = searchset({
    base: config.fhirBase,
    type: place,
    total: found.matches.length,
    resources: matches.map((m) => m.patient),
    selection: {},
    links: [['self', []]],
    warnings: found.issues,
    language: call.language,
    requestId: call.requestId,
    now: now(),
  });
  matches.forEach(({ search }, i) => {
    const entry = bundle.entry?.[i];
    if (entry) entry.search = search;
  });
  return bundle;
}
