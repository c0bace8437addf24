import { describe, expect, it } from 'vitest';
import { stillAllowed } from '../../../server/auth/narrowing.ts';
import { grantable, needsPatient } from '../../../server/authorization/scopes.ts';

const client = {
  scopes: [
    'openid',
    'fhirUser',
    'ITI-67',
    'admin/registry.r',
    'user/DocumentReference.rs',
    'user/List.r',
    'patient/*.crs',
    'system/Patient.cruds',
  ],
};
const granted = (requested: string | undefined, contexts = ['patient', 'user'] as ('patient' | 'user' | 'system')[]) =>
  grantable(requested, client, contexts).join(' ');

describe('stillAllowed', () => {
  it.each([
    ['what it has', 'openid user/DocumentReference.rs ITI-67', 'openid user/DocumentReference.rs ITI-67'],
    [
      'of what was narrowed, what is left',
      'user/DocumentReference.cruds user/List.rs',
      'user/DocumentReference.rs user/List.r',
    ],
    ['of all types, those that are left', 'user/*.rs', 'user/DocumentReference.rs user/List.r'],
    ['nothing that was taken away, of whatever kind', 'user/Patient.r ITI-68 admin/registry.rw online_access', ''],
    ['nothing of one context for another', 'system/DocumentReference.rs', ''],
    ['nothing for nothing', '', ''],
  ])('%s: %s', (_, held, expected) => expect(stillAllowed(held, client)).toBe(expected));
});

describe('grantable', () => {
  it.each([
    ['what the client has, as it asks', 'openid user/DocumentReference.rs', 'openid user/DocumentReference.rs'],
    ['SMART v1 stays SMART v1', 'user/DocumentReference.read', 'user/DocumentReference.read'],
    ['less than it has', 'user/DocumentReference.s', 'user/DocumentReference.s'],
    ['of too much, what it has', 'user/DocumentReference.cruds', 'user/DocumentReference.rs'],
    ['of all types, those that it has', 'user/*.rs', 'user/DocumentReference.rs user/List.r'],
    ['of a type, what it has of all', 'patient/List.cruds', 'patient/List.rs'],
    ['of a patient, nothing to create', 'patient/List.c', ''],
    ['all types where it has all', 'patient/*.read', 'patient/*.read'],
    ['of all types, all that it has of all', 'patient/*.cruds', 'patient/*.rs'],
    ['administering, as it has it', 'admin/registry.r admin/registry.rw', 'admin/registry.r'],
    ['each once', 'openid openid user/List.r user/List.r', 'openid user/List.r'],
    ['names of IHE transactions that it has', 'ITI-67 ITI-68', 'ITI-67'],
    ['nothing that is out of order', 'user/DocumentReference.sr', ''],
    ['nothing finer than types', 'user/DocumentReference.rs?category=x', ''],
    ['nothing of a server where a person is asked', 'system/Patient.r', ''],
    ['nothing that it does not have', 'user/Patient.r offline_access launch/patient', ''],
    ['nothing for nothing', '', ''],
  ])('%s: %s', (_, requested, expected) => expect(granted(requested)).toBe(expected));

  it('of a server knows no patient', () => {
    expect(granted('system/Patient.rs patient/List.rs user/List.r', ['system', 'user'])).toBe(
      'system/Patient.rs user/List.r',
    );
    expect(granted('admin/registry.r user/List.r', ['system', 'user'])).toBe('user/List.r');
    expect(granted(undefined)).toBe('');
  });

  it('of the administration are for who logs in, through a client that has them', () => {
    const console = { scopes: ['admin/registry.r'] };
    const asked = 'admin/registry.r admin/registry.rw admin/*.rw admin/registry.*';
    expect(grantable(asked, console, ['patient', 'user'])).toEqual(['admin/registry.r']);
    expect(grantable(asked, console, ['system', 'user'])).toEqual([]);
    expect(grantable(asked, console, ['user'])).toEqual([]);
  });

  it('knows when a patient must be chosen', () => {
    expect(needsPatient(['openid', 'launch/patient'])).toBe(true);
    expect(needsPatient(['patient/List.r'])).toBe(true);
    expect(needsPatient(['openid', 'user/Patient.r'])).toBe(false);
  });
});
