/** A registry of structures in memory, which a test changes while the façade runs. */
import { loadConfig } from '../../server/config.ts';
import { primaryOf } from '../../server/registry/primary.ts';
import type { Structure, StructureMaterial, Structures } from '../../server/registry/types.ts';

export interface ChangeableStructures extends Structures {
  /** Registers a structure, or changes its entry or certificates. */
  put(structure: Structure, material?: StructureMaterial): void;
  withdraw(id: string): void;
}

/** @param primary by default the one of the default settings */
export function structuresOf(
  primary: Structure = primaryOf(loadConfig({})),
  material?: StructureMaterial,
): ChangeableStructures {
  const held = new Map<string, { structure: Structure; material?: StructureMaterial }>();
  const listeners = new Set<(id: string) => void>();
  const tell = (id: string): void => listeners.forEach((listener) => listener(id));
  const put: ChangeableStructures['put'] = (structure, given = held.get(structure.id)?.material) => {
    held.set(structure.id, { structure, ...(given ? { material: given } : {}) });
    tell(structure.id);
  };
  put(primary, material);
  return {
    primary,
    of: (id) => held.get(id)?.structure,
    all: () => [...held.values()].map((h) => h.structure),
    materialOf(id) {
      const found = held.get(id)?.material;
      if (!found) throw new RangeError('This structure is not in force.');
      return found;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put,
    withdraw(id) {
      held.delete(id);
      tell(id);
    },
  };
}

/** A structure of a type of its own, with software of its own: nothing of it is the primary's. */
export const savs: Structure = {
  id: '399910047700025',
  name: 'SAVS FICTIF LES TILLEULS',
  sector: 'SA16',
  practiceSetting: 'AMBULATOIRE',
  contentType: '16',
  lps: {
    name: 'TILLEULS-DUI',
    version: '2.1',
    id: 'TILLEULS-0001',
    homologation: 'HOMOL-FICTIVE-0002',
    oid: '2.16.840.1.113883.19.7603',
  },
  administrators: [],
  professionals: [],
};
