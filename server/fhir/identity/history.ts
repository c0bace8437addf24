/** `Patient/{id}/$identity-history`: what happened to a fed identity, newest first. `profiles/patient-identity-history.json`. */
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { oidPerson } from '../../../mappings/codecs/identifiers.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import { insIdentifiers } from '../../../mappings/patient-traits.ts';
import type { IdentityEvent, Ins, StoredIdentity } from '../../store/types.ts';
import { idOf, type Handler } from '../interaction.ts';
import { operationPairs } from '../operation-parameters.ts';

export const identityHistory: Handler = async (call, { store }) => {
  operationPairs(call, []);
  const events = await store.identities.history(idOf(call), call.caller.structure.id);
  if (events.length === 0) throw new IssueError({ key: 'not-found', values: { type: 'Patient' } });
  const resource: Parameters = { resourceType: 'Parameters', parameter: events.map(eventOf) };
  return { status: 200, resource };
};

/** One side of a change, as the store keeps it. */
type Side = Partial<Pick<StoredIdentity, 'ins' | 'reliability' | 'active' | 'replacedBy'>> & { replaces?: string };

function eventOf({ kind, at, by, details }: IdentityEvent): ParametersParameter {
  const { before, after } = details as { before?: Side; after?: Side };
  return {
    name: 'event',
    part: [
      { name: 'kind', valueCode: kind },
      { name: 'at', valueInstant: at.toISOString() },
      { name: 'by', valueIdentifier: { system: `urn:oid:${oidPerson}`, value: by } },
      ...sideOf('before', before),
      ...sideOf('after', after),
    ],
  };
}

function sideOf(name: string, side: Side | undefined): ParametersParameter[] {
  if (!side) return [];
  const { ins, reliability, active, replacedBy, replaces } = side;
  const reference = (part: string, id: string | undefined): ParametersParameter[] =>
    id === undefined ? [] : [{ name: part, valueReference: { reference: `Patient/${id}` } }];
  const part = [
    ...(ins ? insParts(ins) : []),
    ...(reliability === undefined ? [] : [{ name: 'reliability', valueCode: reliability }]),
    ...(active === undefined ? [] : [{ name: 'active', valueBoolean: active }]),
    ...reference('replacedBy', replacedBy),
    ...reference('replaces', replaces),
  ];
  return part.length > 0 ? [{ name, part }] : [];
}

const insParts = ({ value, oid }: Ins): ParametersParameter[] =>
  insIdentifiers([{ system: oid, value }]).map((valueIdentifier) => ({ name: 'ins', valueIdentifier }));
