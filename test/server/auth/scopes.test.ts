import { describe, expect, it } from 'vitest';
import { reachOf, type Need } from '../../../server/auth/scopes.ts';

const need = (text: string, ihe: string[] = []): Need => {
  const [type, permission] = text.split('.') as [string, Need['permission']];
  return { type, permission, ihe };
};

describe('reachOf', () => {
  it.each([
    ['user/DocumentReference.rs', 'DocumentReference.s'],
    ['system/DocumentReference.cruds', 'DocumentReference.c'],
    ['user/*.r', 'Binary.r'],
    ['user/DocumentReference.read', 'DocumentReference.s'],
    ['user/DocumentReference.write', 'DocumentReference.c'],
    ['user/*.*', 'List.c'],
  ])('%s covers %s', (scope, wanted) => expect(reachOf(['openid', scope], need(wanted))).toBe('all'));

  it.each([
    ['user/DocumentReference.r', 'DocumentReference.s'],
    ['user/DocumentReference.read', 'DocumentReference.c'],
    ['user/DocumentReference.write', 'DocumentReference.r'],
    ['user/Patient.cruds', 'DocumentReference.r'],
    ['user/DocumentReference.sr', 'DocumentReference.s'],
    ['user/DocumentReference.rs?category=10', 'DocumentReference.s'],
    ['user/DocumentReference', 'DocumentReference.s'],
    ['xuser/DocumentReference.rs', 'DocumentReference.s'],
    ['user/DocumentReference.', 'DocumentReference.s'],
    ['user/DocumentReference.constructor', 'DocumentReference.s'],
    ['ITI-65', 'DocumentReference.s'],
    ['', 'DocumentReference.s'],
  ])('%s does not cover %s', (scope, wanted) => expect(reachOf([scope], need(wanted, ['ITI-67']))).toBeUndefined());

  it('of patient/ scopes ends at the patient of the launch, unless another scope reaches further', () => {
    expect(reachOf(['patient/DocumentReference.rs'], need('DocumentReference.s'))).toBe('patient');
    expect(reachOf(['patient/*.read', 'user/List.r'], need('DocumentReference.s'))).toBe('patient');
    expect(reachOf(['patient/*.rs', 'user/DocumentReference.s'], need('DocumentReference.s'))).toBe('all');
    expect(reachOf(['patient/DocumentReference.r'], need('DocumentReference.s'))).toBeUndefined();
  });

  it('takes the IUA name of a transaction that the interaction serves', () => {
    expect(reachOf(['ITI-67'], need('DocumentReference.s', ['ITI-67']))).toBe('all');
  });
});
