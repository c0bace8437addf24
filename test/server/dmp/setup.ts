/** Client, callers and patients of the story (shared/wire/README.md), for the tests of the DMP client. */
import { loadConfig } from '../../../server/config.ts';
import { createDmpClient, type DmpClientOptions } from '../../../server/dmp/client.ts';
import type { CallContext, DmpClient, Requester } from '../../../server/dmp/types.ts';
import { primaryOf } from '../../../server/registry/primary.ts';
import type { StructureMaterial } from '../../../server/registry/types.ts';
import { structuresOf, type ChangeableStructures } from '../../support/structures.ts';
import type { TestPki } from './pki.ts';

export const lpsOid = '2.16.840.1.113883.19.7601.3';

const structure = { id: '1990100109', name: 'EHPAD FICTIF LE VERGER', sector: 'SA17' };
const profession = '1.2.250.1.71.1.2.7';

export const nurse: Requester = {
  personId: '899700204581',
  family: 'LE BIHAN',
  given: 'YANN',
  roles: [{ code: '60', system: profession, display: 'Infirmier' }],
  structure,
  strength: 'local',
  authenticatedAt: new Date('2026-10-20T05:00:00Z'),
  purpose: 'normal',
};

export const doctor: Requester = {
  personId: '899700101233',
  family: 'MAUREL',
  given: 'HÉLÈNE',
  roles: [
    { code: '10', system: profession, display: 'Médecin' },
    { code: 'SM18', system: '1.2.250.1.71.4.2.5', display: 'Gériatrie (SM)' },
  ],
  structure,
  strength: 'psc',
  authenticatedAt: new Date('2026-10-20T05:00:00Z'),
  purpose: 'normal',
};

export const p1 = { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' };

export const byDoctor: CallContext = { requester: doctor, patient: p1 };
export const byNurse: CallContext = { requester: nurse, patient: p1 };

/** @param of whose, by default the care home's */
export const materialOf = (pki: TestPki, of: Pick<TestPki, 'client' | 'sign'> = pki): StructureMaterial => ({
  tls: { cert: of.client.certificate + pki.authority, key: of.client.key },
  seal: { key: of.sign.key, chain: of.sign.certificate + pki.authority + pki.root },
});

/** A client, and the registry whose structures it speaks for. */
export interface TestClient extends DmpClient {
  structures: ChangeableStructures;
}

export function clientOf(
  pki: TestPki,
  url: string,
  settings: Record<string, string> = {},
  { material = materialOf(pki), ...options }: DmpClientOptions & { material?: StructureMaterial } = {},
): TestClient {
  const config = loadConfig({
    DMP_URL: url,
    LPS_OID: lpsOid,
    LPS_NAME: 'LumiDUI Passerelle',
    LPS_VERSION: '4.2.0',
    ...settings,
  });
  const structures = structuresOf(primaryOf(config), material);
  return { ...createDmpClient(config, structures, { ca: pki.root, ...options }), structures };
}
