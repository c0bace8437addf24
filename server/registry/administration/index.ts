/** The operations of administrators, behind the command line (`tools/admin.ts`) and the admin API (`server/admin/`) alike. */
import type { Config } from '../../config.ts';
import type { RegistryStore } from '../../store/types.ts';
import { watchCertificates, type WatchedCertificate } from '../expiry.ts';
import type { Registry } from '../index.ts';
import { clientAdministration, type ClientAdministration } from './clients.ts';
import { structureAdministration, type StructureAdministration } from './structures.ts';
import { changeView, type ChangeView } from './views.ts';

export type { Administrator, MadeClient } from './clients.ts';
export type { Author } from './author.ts';
export type * from './views.ts';

export interface Administration {
  structures: StructureAdministration;
  clients: ClientAdministration;
  /** When certificates end, those first that end first. */
  watch(): Promise<WatchedCertificate[]>;
  /** What was done to an entry, the last first. */
  history(entry: 'structure' | 'client', id: string): Promise<ChangeView[]>;
}

/** As many changes as anybody reads. */
const mostChanges = 200;

export const administration = (config: Config, store: RegistryStore, registry: Registry): Administration => ({
  structures: structureAdministration(config, store, registry),
  clients: clientAdministration(store, registry),
  watch: () => watchCertificates(config, registry),
  history: async (entry, id) => (await store.changes(entry, id, mostChanges)).map(changeView),
});
