import { rulesExamples } from './feeding-rules.ts';

/** What the admin API is usually sent, for the OpenAPI document: an invented establishment. */
export const adminExamples = {
  AdminNewStructure: {
    id: '1990100117',
    name: 'EHPAD FICTIF LES SAULES',
    sector: 'SA17',
    practiceSetting: 'ESSMS',
    contentType: '11',
    lps: {
      name: 'SAULES-DUI',
      version: '3.2',
      id: 'SAULES-0001',
      homologation: 'HOMOLOGATION-FICTIVE',
      oid: '2.16.840.1.113883.19.7604',
    },
    administrators: ['3990100117/DIR-01'],
  },
  AdminStructureChange: { lps: { version: '3.3' } },
  AdminNewCertificate: {
    kind: 'AUTH_CLI',
    chain: '(PEM: the certificate, then its chain)',
    key: '(PEM of its private key)',
  },
  AdminNewClient: {
    id: 'carnet',
    name: 'Carnet du Verger',
    structures: ['1990100109'],
    authMethod: 'none',
    grants: ['authorization_code'],
    scopes: ['openid', 'user/DocumentReference.rs'],
    redirectUris: ['https://carnet.example/retour'],
  },
  AdminClientChange: { name: 'Carnet de liaison du Verger' },
  AdminSecret: { secret: 'c2VjcmV0LWZpY3RpZi1kZS1sYS1kZW1vbnN0cmF0aW9uLTAwMDE' },
  ...rulesExamples,
} as const;
