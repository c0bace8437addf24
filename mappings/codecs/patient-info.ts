/**
 * sourcePatientInfo: `PID-n|value` strings ↔ a Patient (ITI TF-3 §4.2.3.2.23; dmp-wire §3.2). PID-3 identifiers, PID-5
 * names, PID-7 birth date, PID-8 sex, PID-11 addresses. Other fields are not read here: the row keeps them.
 */
import type { Patient } from '@medplum/fhirtypes';
import { dtmDate } from './dtm.ts';
import { cxIdentifier } from './identifiers.ts';
import { xad, xpn } from './people.ts';

const genders: readonly (readonly [string, NonNullable<Patient['gender']>])[] = [
  ['F', 'female'],
  ['M', 'male'],
  ['O', 'other'],
  ['U', 'unknown'],
];

type Traits = Pick<Patient, 'identifier' | 'name' | 'birthDate' | 'gender' | 'address'>;

const present = <T>(values: (T | undefined)[]): T[] => values.filter((v) => v !== undefined);
const some = <K extends string, T>(key: K, values: T[]): { [k in K]?: T[] } =>
  (values.length === 0 ? {} : { [key]: values }) as { [k in K]?: T[] };

/** In the order PID-3, 5, 7, 8, 11 when written. */
export const patientInfo: { decode(wire: readonly string[]): Traits; encode(value: Traits): string[] } = {
  decode(wire) {
    const field = (number: number): string[] => {
      const prefix = `PID-${number}|`;
      return wire.filter((w) => w.startsWith(prefix)).map((w) => w.slice(prefix.length));
    };
    const birthDate = present(field(7).map((v) => dtmDate.decode(v)))[0];
    const gender = genders.find(([code]) => code === field(8)[0])?.[1];
    return {
      ...some('identifier', present(field(3).map((v) => cxIdentifier.decode(v)))),
      ...some('name', present(field(5).map((v) => xpn.decode(v)))),
      ...(birthDate === undefined ? {} : { birthDate }),
      ...(gender === undefined ? {} : { gender }),
      ...some('address', present(field(11).map((v) => xad.decode(v)))),
    };
  },
  encode(value) {
    const field = (number: number, values: (string | undefined)[]): string[] =>
      present(values).map((v) => `PID-${number}|${v}`);
    return [
      ...field(
        3,
        (value.identifier ?? []).map((v) => cxIdentifier.encode(v)),
      ),
      ...field(
        5,
        (value.name ?? []).map((v) => xpn.encode(v)),
      ),
      ...field(7, [value.birthDate === undefined ? undefined : dtmDate.encode(value.birthDate)]),
      ...field(8, [genders.find(([, gender]) => gender === value.gender)?.[0]]),
      ...field(
        11,
        (value.address ?? []).map((v) => xad.encode(v)),
      ),
    ];
  },
};
