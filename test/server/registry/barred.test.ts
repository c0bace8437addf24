/** Which clients an administrator has barred from a structure. */
import { describe, expect, it } from 'vitest';
import { isBarred } from '../../../server/registry/in-force.ts';
import type { StoredClient } from '../../../server/store/types.ts';

const client = (id: string, state: StoredClient['state'], structures: string[]) =>
  ({ id, state, content: { structures } }) as StoredClient;
const clients = [client('app', 'active', ['1990100109']), client('gone', 'withdrawn', ['1990100109'])];
const barred = (id: string, structure: string) => isBarred({ version: 1, structures: [], clients }, id, structure);

describe('a client is barred from a structure', () => {
  it.each([
    ['not where it is registered for it', 'app', '1990100109', false],
    ['where it is registered for others', 'app', '1990100208', true],
    ['where it was withdrawn', 'gone', '1990100109', true],
    ['not where it is another issuer’s', 'elsewhere', '1990100109', false],
  ])('%s', (_, id, structure, expected) => expect(barred(id, structure)).toBe(expected));
});
