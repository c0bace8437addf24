/** Structures and clients in force, from memory. */
import type { Client, Structure, Structures } from '../../../server/registry/types.ts';

export const careHome: Structure = {
  id: '1990100109',
  name: 'EHPAD FICTIF LE VERGER',
  sector: 'SA17',
  practiceSetting: 'ESSMS',
  contentType: '11',
  lps: { name: 'DUI', version: '1', id: 'X', homologation: 'secret', oid: '1.2.3' },
  administrators: ['899700204581'],
  professionals: ['899700613278'],
};
export const institute: Structure = {
  ...careHome,
  id: '1990200768',
  name: 'IME FICTIF LES CERISIERS',
  administrators: [],
  professionals: [],
};

export const duiServer: Client = {
  id: 'dui',
  name: 'DUI',
  structures: [careHome.id],
  authMethod: 'private_key_jwt',
  grants: ['client_credentials'],
  scopes: ['system/DocumentReference.cruds'],
  redirectUris: [],
  postLogoutRedirectUris: [],
  origins: [],
  boundTokens: false,
  dpopRequired: false,
};

export function structuresOf(...all: [Structure, ...Structure[]]): Structures {
  return {
    primary: all[0],
    all: () => all,
    of: (id) => all.find((structure) => structure.id === id),
    materialOf() {
      throw new RangeError('no certificates');
    },
    onChange: () => () => undefined,
  };
}
