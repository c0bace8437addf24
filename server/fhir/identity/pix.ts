/**
 * `Patient/$ihe-pix` (PIXm ITI-83): the other identifiers of a person. Two identities are of one person when they bear the same
 * INS. One that is said not to be qualified (provisional, doubtful, fictitious…) is linked to nobody, and its INS is not given: only
 * a qualified identity allows that (auth §1.5). Served from what was fed; the DMP is not asked, and the INS-C is no domain.
 */
import type { Identifier, Parameters } from '@medplum/fhirtypes';
import { v2IdentifierTypes } from '../../../mappings/canonicals.ts';
import { statusQualifies } from '../../../mappings/identity/reliability.ts';
import { insAuthorities, insFromToken } from '../../../mappings/ins.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { insIdentifiers } from '../../../mappings/patient-traits.ts';
import { survivorOf } from '../../identity/links.ts';
import type { Ins, StoredIdentity } from '../../store/types.ts';
import type { Call, Handler } from '../interaction.ts';
import { oneOf, operationPairs } from '../operation-parameters.ts';
import type { Services } from '../services.ts';

const names: readonly string[] = ['sourceIdentifier', 'targetSystem', '_format'];

interface Token {
  system: string;
  value: string;
}

export const crossReference: Handler = async (call, services) => {
  const pairs = operationPairs(call, names);
  const domains = domainsOf(services);
  const source = sourceOf(oneOf(pairs, 'sourceIdentifier'), domains);
  const targets = pairs.flatMap(([name, value]) => (name === 'targetSystem' ? [value] : []));
  if (targets.some((t) => !domains.includes(t)))
    throw new IssueError({
      key: 'pix-target-domain',
      expression: 'targetSystem',
      values: { expected: domains.join(', ') },
    });
  const found = await personOf(source, call, services);
  if (!found) throw new IssueError({ key: 'pix-source-unknown', expression: 'sourceIdentifier' });
  return { status: 200, resource: answer(found, source, targets.length > 0 ? targets : domains) };
};

/** The establishment's own domains, and the authorities of the INS of this environment. */
const domainsOf = ({ config }: Services): string[] => [
  ...config.LOCAL_ID_SYSTEMS,
  ...insAuthorities(config.ENVIRONMENT).map((oid) => `urn:oid:${oid}`),
];

/** @throws IssueError operation-parameter-required, pix-source-domain, pix-source-unknown */
function sourceOf(given: string | undefined, domains: readonly string[]): Token {
  if (given === undefined)
    throw new IssueError({ key: 'operation-parameter-required', values: { name: 'sourceIdentifier' } });
  const [, system = '', value = ''] = /^([^|]*)\|(.*)$/s.exec(given) ?? [];
  const expression = 'sourceIdentifier';
  if (!domains.includes(system))
    throw new IssueError({ key: 'pix-source-domain', expression, values: { expected: domains.join(', ') } });
  if (value.trim() === '') throw new IssueError({ key: 'pix-source-unknown', expression });
  return { system, value: insFromToken(system, value)?.value ?? value.trim() };
}

/** The active identities of one person, and the INS that they share. */
interface Person {
  identities: StoredIdentity[];
  /** Patient.id of the identity that was asked about; absent: it was an INS. */
  self?: string;
}

async function personOf({ system, value }: Token, call: Call, services: Services): Promise<Person | undefined> {
  const { identities } = services.store;
  const structure = call.caller.structure.id;
  const bearing = async (ins: Ins): Promise<StoredIdentity[]> =>
    (await identities.byIns(structure, ins)).filter((i) => i.active && isSure(i));
  const ins = insFromToken(system, value);
  if (ins) {
    const all = await bearing(ins);
    return all.length > 0 ? { identities: all } : undefined;
  }
  const asked = await identities.byLocal(structure, system, value);
  // After a merge the one that is gone stands for the one that replaces it (ITI-104 §2:3.104.4.2.3).
  if (!asked) return undefined;
  const current = await survivorOf(asked, structure, services);
  if (!current.active) return undefined;
  return { identities: current.ins && isSure(current) ? await bearing(current.ins) : [current], self: asked.id };
}

/** Nothing is said against the identity. */
const isSure = ({ reliability }: StoredIdentity): boolean => reliability === undefined || statusQualifies(reliability);

/** The identifier that was asked about is never among the answers (§2:3.83.4.2.2.1). */
function answer({ identities, self }: Person, source: Token, targets: readonly string[]): Parameters {
  const wanted = ({ system = '', value = '' }: Identifier): boolean =>
    targets.includes(system) && (system !== source.system || value !== source.value);
  const [bearer] = identities;
  const ins =
    bearer?.ins && isSure(bearer)
      ? insIdentifiers([{ system: bearer.ins.oid, value: bearer.ins.value }]).filter(wanted)
      : [];
  const others = identities.filter((i) => i.id !== self && wanted(localIdentifier(i)));
  const ids = [...others.map((i) => i.id), ...(ins.length > 0 && bearer?.patientId ? [bearer.patientId] : [])];
  const parameter = [
    ...[...others.map(localIdentifier), ...ins].map((valueIdentifier) => ({
      name: 'targetIdentifier',
      valueIdentifier,
    })),
    ...ids.map((id) => ({ name: 'targetId', valueReference: { reference: `Patient/${id}` } })),
  ];
  return { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) };
}

const localIdentifier = ({ system, value }: StoredIdentity): Identifier => ({
  use: 'usual',
  type: { coding: [{ system: v2IdentifierTypes, code: 'PI' }] },
  system,
  value,
});
