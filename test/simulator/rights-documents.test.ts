/**
 * The rights matrices on one document (FI-526 v1.8 and FI-606 v1.3, rows TD3.3, as dmp-wire §1.4 gives them): what is
 * written here was typed from the tables, cell by cell.
 */
import { describe, expect, it } from 'vitest';

import type { Exchange, Transaction } from '../../simulator/exchange.ts';
import { SoapFault } from '../../simulator/exchange.ts';
import { checkRights } from '../../simulator/rights.ts';
import { professionals, structures } from '../../simulator/seed/story.ts';
import { readSettings } from '../../simulator/settings.ts';
import { roleSystems } from '../../simulator/vihf/roles.ts';
import type { Mode, Purpose, Vihf } from '../../simulator/vihf/types.ts';
import { createClock, createWorld, seeds } from '../../simulator/world.ts';
import type { Classification } from '../../simulator/xds/metadata.ts';
import type { StoredDocument } from '../../simulator/xds/registry.ts';
import type { Operation } from '../../simulator/xds/update/operation.ts';
import { deniedRight } from '../../simulator/xds/update/rights.ts';
import { isVisible } from '../../simulator/xds/visibility.ts';
import { entryScheme, oid, status } from '../../simulator/xds/vocabulary.ts';

const world = createWorld(seeds['story']!, readSettings({}), createClock(new Date('2026-10-20T09:00:00Z')));
const medical = (speciality: string) => [
  { code: '10', codeSystem: roleSystems.professions },
  { code: speciality, codeSystem: roleSystems.specialities },
];

/** Who asks. Dr MAUREL wrote A2 at S1, Dr FAUCONNET wrote D and is the patient's médecin traitant, the patient wrote P. */
const people = {
  nurse: {
    nameId: professionals.leBihan,
    structure: structures.verger,
    roles: [{ code: '60', codeSystem: roleSystems.professions }],
  },
  physician: { nameId: professionals.maurel, structure: structures.verger, roles: medical('SM18') },
  occupational: { nameId: professionals.maurel, structure: structures.verger, roles: medical('SM25') },
  treating: { nameId: professionals.fauconnet, structure: '499700307715001', roles: medical('SM26') },
  secretary: {
    nameId: 'x/y',
    structure: structures.verger,
    roles: [{ code: 'SECRETARIAT_MEDICAL', codeSystem: roleSystems.nonProfessionals }],
  },
};
const documents = {
  B1: 'urn:uuid:62ead14b-c93a-11f1-8926-02420a1e0f31', // by the nurse, deposited by Dr MAUREL
  A2: 'urn:uuid:bf918179-c890-11f1-86c4-02420a1e0f31',
  D: 'urn:uuid:7edfddef-6000-11f1-8dea-02420a1e0f31',
  P: 'urn:uuid:29c3d3c1-9e5c-11f1-904c-02420a1e0f31',
};

function requester(mode: Mode, who: keyof typeof people, purpose: Purpose): Exchange {
  const vihf: Partial<Vihf> = {
    mode,
    purpose,
    ...people[who],
    patient: { value: '236046999012376', oid: '1.2.250.1.213.1.4.10' },
  };
  return { vihf, world } as unknown as Exchange;
}

const visibility = (code: string): Classification => ({
  id: 'x',
  classifiedObject: 'x',
  classificationScheme: entryScheme.confidentialityCode,
  nodeRepresentation: code,
  slots: [{ name: 'codingScheme', values: [oid.visibility] }],
  name: [],
  description: [],
});
/** The document with these visibility codes. */
const withCodes = (document: StoredDocument, ...codes: string[]): StoredDocument => {
  const level = document.entry.classifications.filter((c) => c.slots[0]?.values[0] !== oid.visibility);
  return { ...document, entry: { ...document.entry, classifications: [...level, ...codes.map(visibility)] } };
};

type Doing = 'mask' | 'unmask' | 'show' | 'archive' | 'delete';
const doings: Doing[] = ['mask', 'unmask', 'show', 'archive', 'delete'];
const transactions: Record<Doing, Transaction> = {
  mask: 'TD3.3a',
  unmask: 'TD3.3a',
  show: 'TD3.3b',
  archive: 'TD3.3d',
  delete: 'TD3.3c',
};

function operation(doing: Doing, document: StoredDocument): Operation {
  const association = {
    id: 'a',
    associationType: 't',
    sourceObject: 's',
    targetObject: document.entry.id,
    slots: [],
    name: [],
  };
  const version = (before: string[], after: string[]): Operation => ({
    kind: 'version',
    association,
    entry: withCodes(document, ...after).entry,
    target: withCodes(document, ...before),
  });
  const change = (to: string): Operation => ({
    kind: 'status',
    association: { ...association, slots: [{ name: 'NewStatus', values: [to] }] },
    target: document,
  });
  switch (doing) {
    case 'mask':
      return version([], ['MASQUE_PS']);
    case 'unmask':
      return version(['MASQUE_PS'], []);
    case 'show':
      return version(['INVISIBLE_PATIENT'], []);
    case 'archive':
      return change(status.archived);
    case 'delete':
      return change(status.deleted);
  }
}

/** One letter a doing: `y` permitted, `-` not by the profile, `d` not for this document. */
function verdicts(exchange: Exchange, document: keyof typeof documents): string {
  return doings
    .map((doing) => {
      try {
        checkRights(exchange, transactions[doing]);
      } catch (error) {
        if (error instanceof SoapFault) return '-';
        throw error;
      }
      const stored = world.registry.byEntryUuid(documents[document])!;
      return deniedRight(operation(doing, stored), exchange) === undefined ? 'y' : 'd';
    })
    .join('');
}

describe('a masked document', () => {
  const b1 = withCodes(world.registry.byEntryUuid(documents.B1)!, 'MASQUE_PS');
  const seen = (mode: Mode, who: keyof typeof people, nameId: string = people[who].nameId): boolean => {
    const exchange = requester(mode, who, 'normal');
    return isVisible(b1, { ...exchange, vihf: { ...exchange.vihf, nameId } });
  };
  it('an occupational physician sees their own, to unmask it, and none of the colleagues', () => {
    expect(seen('DIRECTE', 'occupational')).toBe(true);
    expect(seen('DIRECTE', 'occupational', '899700000009')).toBe(false);
  });
  it('a structure and its employees know that of the structure, by reference', () => {
    expect([seen('INDIRECTE', 'nurse'), seen('DIRECTE', 'secretary')]).toEqual([true, true]);
  });
});

describe('mask, unmask, show, archive, delete', () => {
  it.each<[Mode, keyof typeof people, Purpose, Record<keyof typeof documents, string>]>([
    // own documents only, but for masking and showing
    ['DIRECTE', 'nurse', 'normal', { B1: 'yyyyy', A2: 'ydydd', D: 'ydydd', P: 'ydydd' }],
    ['DIRECTE', 'nurse', 'centre_15', { B1: '----y', A2: '----d', D: '----d', P: '----d' }],
    ['DIRECTE', 'nurse', 'bris_de_glace', { B1: '----y', A2: '----d', D: '----d', P: '----d' }],
    ['DIRECTE', 'physician', 'normal', { B1: 'yyyyy', A2: 'yyyyy', D: 'ydydd', P: 'ydydd' }],
    // a physician in an emergency archives anybody's document but the patient's
    ['DIRECTE', 'physician', 'centre_15', { B1: '---yy', A2: '---yy', D: '---yd', P: '---dd' }],
    ['DIRECTE', 'physician', 'bris_de_glace', { B1: '---yy', A2: '---yy', D: '---yd', P: '---dd' }],
    ['DIRECTE', 'occupational', 'normal', { B1: 'yyyyy', A2: 'yyyyy', D: 'ydydd', P: 'ydydd' }],
    // the médecin traitant: everything but what others wrote, which is not deleted
    ['DIRECTE', 'treating', 'normal', { B1: 'yyyyd', A2: 'yyyyd', D: 'yyyyy', P: 'yyyyy' }],
    ['DIRECTE', 'treating', 'bris_de_glace', { B1: '---yd', A2: '---yd', D: '---yy', P: '---yy' }],
    // a card that is no professional's, a structure: the documents of the structure
    ['DIRECTE', 'secretary', 'normal', { B1: '----y', A2: '----y', D: '----d', P: '----d' }],
    ['INDIRECTE', 'physician', 'normal', { B1: '----y', A2: '----y', D: '----d', P: '----d' }],
    ['INDIRECTE', 'nurse', 'centre_15', { B1: '----y', A2: '----y', D: '----d', P: '----d' }],
    ['INDIRECTE', 'nurse', 'bris_de_glace', { B1: '-----', A2: '-----', D: '-----', P: '-----' }],
    // AIR
    ['INDIRECTE_RENFORCEE', 'nurse', 'normal', { B1: 'yyyyy', A2: 'ydydd', D: 'ydydd', P: 'ydydd' }],
    ['INDIRECTE_RENFORCEE', 'physician', 'normal', { B1: 'yyyyy', A2: 'yyyyy', D: 'ydyyd', P: 'ydydd' }],
    ['INDIRECTE_RENFORCEE', 'physician', 'centre_15', { B1: '---yy', A2: '---yy', D: '---yd', P: '---dd' }],
    ['INDIRECTE_RENFORCEE', 'treating', 'normal', { B1: 'yyyyd', A2: 'yyyyd', D: 'yyyyy', P: 'yyyyy' }],
    ['INDIRECTE_RENFORCEE', 'secretary', 'normal', { B1: '----y', A2: '----y', D: '----d', P: '----d' }],
  ])('%s, %s, %s', (mode, who, purpose, expected) => {
    const exchange = requester(mode, who, purpose);
    const names = Object.keys(documents) as (keyof typeof documents)[];
    expect(Object.fromEntries(names.map((d) => [d, verdicts(exchange, d)]))).toEqual(expected);
  });
});
