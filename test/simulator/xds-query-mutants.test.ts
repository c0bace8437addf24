/** Every mutant of the golden ITI-18 and ITI-43 requests is refused with its own error. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from '../../simulator/server.ts';
import { storedQueries } from '../../simulator/xds/query/queries.ts';
import { describeShared } from '../support/shared.ts';
import { goldenQueries, iti18Mutants } from './mutants/iti18.ts';
import { iti43Mutants } from './mutants/iti43.ts';
import { startFor, wireAuthorities } from './support/golden.ts';
import { createTestPki, type TestPki } from './support/pki.ts';
import { edit, type Message, readMessage, type Reply, send, standAt } from './support/xds.ts';

describeShared('query mutants', (dir) => {
  let pki: TestPki;
  let simulator: Simulator;
  beforeAll(async () => {
    pki = await createTestPki();
    simulator = await startFor(pki, wireAuthorities(dir));
  });
  afterAll(() => simulator.close());

  /** Sends a mutant to the story as it stood, changed if the mutant says so. */
  async function sendMutant(
    message: Message,
    mutant: Pick<(typeof iti18Mutants)[number], 'edit' | 'world'>,
  ): Promise<Reply> {
    await standAt(simulator, message);
    const world = simulator.world();
    const settings = { ...world.settings };
    try {
      mutant.world?.(world);
      return await send(simulator, pki, edit(message, mutant.edit));
    } finally {
      Object.assign(world.settings, settings);
    }
  }

  describe('ITI-18', () => {
    for (const mutant of iti18Mutants)
      it(mutant.name, async () => {
        const { facts, rule } = await sendMutant(readMessage(dir, goldenQueries[mutant.of]), mutant);
        if (mutant.fault !== undefined) {
          expect(facts).toMatchObject({ code: 'Sender', subcode: mutant.code, reasons: { fr: mutant.context } });
          expect(rule).toBe(mutant.fault);
          return;
        }
        expect(facts).toEqual({
          status: 'Failure',
          errors: [{ code: mutant.code, context: mutant.context, location: '', severity: 'Error' }],
          totalResultCount: 0,
        });
      });
  });

  describe('ITI-43', () => {
    for (const mutant of iti43Mutants)
      it(mutant.name, async () => {
        const { facts, rule } = await sendMutant(readMessage(dir, 'td3-2/01-request-two-documents.http'), mutant);
        if (mutant.fault !== undefined) {
          const [error] = mutant.errors;
          expect(facts).toMatchObject({ code: 'Sender', subcode: error!.code, reasons: { fr: error!.context } });
          expect(rule).toBe(mutant.fault);
          return;
        }
        const { documents, ...rest } = facts as { documents: { documentUniqueId: string }[] };
        expect(rest).toEqual({
          status: mutant.status,
          errors: mutant.errors.map((e) => ({ ...e, location: '', severity: 'Error' })),
        });
        expect(documents.map((d) => d.documentUniqueId)).toEqual(mutant.delivered);
      });
  });
});

describe('query mutants', () => {
  it('every mandatory parameter of every golden query has one', () => {
    const covered = iti18Mutants.filter((m) => m.code === 'XDSStoredQueryMissingParam').map((m) => m.context);
    // FindDocumentsByReferenceId shares its parameters but one; its golden request does not exist
    const wanted = storedQueries.flatMap((q) => q.parameters.filter((p) => p.required === true).map((p) => p.name));
    expect(wanted.filter((name) => !covered.includes(name))).toEqual(['$XDSDocumentEntryReferenceIdList']);
  });
});
