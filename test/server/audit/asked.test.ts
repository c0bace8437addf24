import { expect, it } from 'vitest';
import { cleaned } from '../../../server/fhir/audit/asked.ts';

const insLike = 'd396f7b3-24f2-4b9c-a710-4026375839d1';

it.each([
  ['a reference by an opaque id, which reads like an INS', 'patient', `Patient/${insLike}`, `Patient/${insLike}`],
  ['an opaque id', '_id', insLike, insLike],
  ['an INS', 'patient.identifier', 'urn:oid:1.2.250.1.213.1.4.10|236046999012376', '…'],
  ['an INS where none belongs', '_id', '236046999012376', '…'],
  ['a reference that is not opaque', 'patient', 'Patient/236046999012376', '…'],
  ['36 characters that are no UUID', 'patient', '236046999012376-23604699901237600000-', '…'],
  ['anything else', 'status', 'current', 'current'],
])('keeps of a query %s as it should', (_, name, value, kept) => {
  expect(cleaned([name, value], 'DocumentReference')).toEqual([name, kept]);
});
