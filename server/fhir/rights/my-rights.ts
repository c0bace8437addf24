/**
 * `$my-rights`: what the caller may do with the DMP, for a patient or in general, by which door and in which mode, and why not
 * (dmp-wire §1.4). Nothing is changed or declared. Defined in `profiles/my-rights.json`, explained in docs/rights.md.
 */
import { IssueError } from '../../../mappings/outcome.ts';
import { parseSearch } from '../../search/parse.ts';
import type { Ins } from '../../store/types.ts';
import { requireScopes } from '../access.ts';
import { definitionOf, interactionOf } from '../definition.ts';
import type { Call, Handler } from '../interaction.ts';
import { operationPairs } from '../operation-parameters.ts';
import { patientOf } from '../patient-of.ts';
import type { Services } from '../services.ts';
import { explainRight } from './explain.ts';
import { rightsParameters } from './parameters.ts';
import { factsOf } from './patient-facts.ts';
import { entries } from './table.ts';

const names: readonly string[] = ['patient', 'patient.identifier'];

/**
 * The patient that is asked about: the one given, or the one whose record an emergency token opens.
 * @throws IssueError: two patients, an unknown one, an INS that is not right
 */
async function askedAbout(call: Call, services: Services): Promise<Ins | undefined> {
  const table = definitionOf('DocumentReference').searchParameters.filter((p) => names.includes(p.name));
  const { criteria } = parseSearch(operationPairs(call, names), table, { handling: 'strict' });
  if (criteria.length === 0) return call.caller.emergency?.patient;
  const designated = await patientOf(criteria, services, call.caller.structure.id);
  if (!designated) throw new IssueError({ key: 'patient-unidentified' });
  const { ins } = designated;
  const opened = call.caller.emergency?.patient;
  if (opened && (opened.value !== ins.value || opened.oid !== ins.oid))
    throw new IssueError({ key: 'break-glass-patient' });
  return ins;
}

export const myRights: Handler = async (call, services) => {
  const { caller, language } = call;
  const ins = await askedAbout(call, services);
  // Whether somebody has a DMP is what a search of Patient tells.
  if (ins) {
    const search = interactionOf('Patient', 'search-type');
    requireScopes(caller, [{ type: 'Patient', permission: 's', ihe: search?.ihe ?? [] }]);
  }
  const facts = ins && (await factsOf(ins, call, services));
  const explained = entries.map((entry) => explainRight(entry, caller, services.config, facts));
  return { status: 200, resource: rightsParameters(explained, facts, services.habilitations, caller, language) };
};
