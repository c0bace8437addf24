/** The query PRPA_IN201305UV02 on a person whose INS is not known: TD0.5, for emergency regulation. Source: dmp-wire §1.2. */
import { el, type Element } from '../xml/build.ts';
import type { InstanceId } from './facts.ts';
import { queryByParameter, writeMessage, type MessageHead } from './message.ts';

/** What is known of the person; at least one of them. */
export interface DemographicsQuery {
  family?: string;
  given?: string;
  /** yyyy, yyyyMM or yyyyMMdd */
  birthDate?: string;
  sex?: 'M' | 'F';
  city?: string;
  postalCode?: string;
}

/** A parameter and its meaning, in the order of the schema. */
const parameter = (name: string, meaning: string, value: Element): Element =>
  el(name, {}, [value, el('semanticsText', {}, [meaning])]);

/** A value that has parts: only those that are given, and no value without a part. */
function parts(given: Readonly<Record<string, string | undefined>>): Element | undefined {
  const children = Object.entries(given).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [el(name, {}, [text])],
  );
  return children.length === 0 ? undefined : el('value', {}, children);
}

/**
 * The body of the query, in the default namespace `urn:hl7-org:v3`.
 * @throws RangeError when nothing is known of the person, or the birth date is no yyyy[MM[dd]]
 */
export function writeDemographicsQuery(
  { sex, birthDate, family, given, city, postalCode }: DemographicsQuery,
  head: MessageHead,
  queryId: InstanceId,
): Element {
  if (birthDate !== undefined && !/^\d{4}(\d\d(\d\d)?)?$/.test(birthDate)) throw new RangeError('not yyyy[MM[dd]]');
  const name = parts({ family, given });
  const address = parts({ city, postalCode });
  const parameters = [
    sex &&
      parameter('livingSubjectAdministrativeGender', 'LivingSubject.administrativeGender', el('value', { code: sex })),
    birthDate === undefined
      ? undefined
      : parameter('livingSubjectBirthTime', 'LivingSubject.birthTime', el('value', { value: birthDate })),
    name && parameter('livingSubjectName', 'LivingSubject.name', name),
    address && parameter('patientAddress', 'Patient.addr', address),
  ];
  if (parameters.every((p) => p === undefined)) throw new RangeError('a search without a criterion');
  return writeMessage(
    'PRPA_IN201305UV02',
    head,
    { trigger: 'PRPA_TE201305UV02', children: [queryByParameter(queryId, parameters)] },
    false,
  );
}
