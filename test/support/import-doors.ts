/** The doors of the take-over, for the tests that walk everything that is declared and count every call. */
import type { Parameters } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { text } from './documents.ts';
import type { Counted } from './patient-doors.ts';
import { newOid, simplified } from './resources.ts';
import type { Answer, Stack } from './stack.ts';

const parameters = (values: Record<string, string>): Parameters => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).map(([name, valueString]) => ({ name, valueString })),
});
const plan = parameters({
  ...{ name: 'Reprise', documents: '9', begin: '2026-12-01' },
  ...{ contactName: 'Léa FICTIVE', contactEmail: 'lea@verger.example' },
});
const begin = (stack: Stack) => stack.post<Parameters>('/$import', plan, 'nurse', { prefer: 'respond-async' });
const valueOf = ({ body }: Answer<Parameters>, name: string): unknown => {
  const found = body.parameter?.find((p) => p.name === name);
  return Object.entries(found ?? {}).find(([key]) => key.startsWith('value'))?.[1];
};
const idOf = (answer: Answer<Parameters>): string => String(valueOf(answer, 'takeover'));
/** Begun, and paused: the DMP hears of nothing. */
async function paused(stack: Stack): Promise<string> {
  const takeover = idOf(await begin(stack));
  await change(stack, takeover, 'pause');
  return takeover;
}
const send = (stack: Stack, takeover: string) => {
  const resource = simplified({ uniqueId: newOid(), content: text(newOid()), contentType: 'text/plain' });
  const line = `${JSON.stringify({ ...resource, id: 'line-1' })}\n`;
  const url = `/$import-documents?takeover=${takeover}`;
  return stack.send<Parameters>(url, line, 'application/fhir+ndjson', 'nurse');
};
const status = (stack: Stack, takeover: string) =>
  stack.get<Parameters>(`/$import-status?takeover=${takeover}`, 'nurse');
const report = (stack: Stack, takeover: string) =>
  stack.get<Parameters>(`/$import-report?takeover=${takeover}`, 'nurse');
const change = (stack: Stack, takeover: string, action: string) =>
  stack.post<Parameters>('/$import-change', parameters({ takeover, action }), 'nurse');

/** Declared thing → what shows that it works (`test/e2e/declared.test.ts`). */
export function declaredImportDoors(stackOf: () => Stack): Record<string, () => Promise<void>> {
  return {
    'system $import': async () => {
      const begun = await begin(stackOf());
      expect([begun.status, valueOf(begun, 'state')]).toEqual([202, 'running']);
      expect(begun.headers.get('content-location')).toContain(`takeover=${idOf(begun)}`);
    },
    'system $import-documents': async () => {
      const takeover = await paused(stackOf());
      expect(valueOf(await send(stackOf(), takeover), 'result')).toBe('accepted');
      expect(valueOf(await status(stackOf(), takeover), 'received')).toBe(1);
    },
    'system $import-status': async () => {
      const takeover = await paused(stackOf());
      const told = await status(stackOf(), takeover);
      expect([told.status, valueOf(told, 'state')]).toEqual([202, 'paused']);
      const all = await stackOf().get<Parameters>('/$import-status', 'nurse');
      expect(JSON.stringify(all.body)).toContain(takeover);
    },
    'system $import-report': async () => {
      const takeover = await paused(stackOf());
      await send(stackOf(), takeover);
      expect(valueOf(await report(stackOf(), takeover), 'line')).toBe('line-1');
    },
    'system $import-change': async () => {
      const takeover = await paused(stackOf());
      expect(valueOf(await change(stackOf(), takeover, 'cancel'), 'state')).toBe('cancelled');
      expect((await status(stackOf(), takeover)).status).toBe(200);
    },
  };
}

/** `test/e2e/calls.test.ts`: nothing of it asks the DMP, which hears of the documents when they are sent. */
export function countedImportDoors(stackOf: () => Stack): Counted[] {
  let takeover = '';
  const begun = async () => {
    const answer = await begin(stackOf());
    takeover = idOf(answer);
    return answer;
  };
  return [
    ['a take-over begun', '$import', begun, 202, []],
    ['and paused', '$import-change', () => change(stackOf(), takeover, 'pause'), 200, []],
    ['a document of it', '$import-documents', () => send(stackOf(), takeover), 200, []],
    ['how far it is', '$import-status', () => status(stackOf(), takeover), 202, []],
    ['what became of its lines', '$import-report', () => report(stackOf(), takeover), 200, []],
    ['cancelled', '$import-change', () => change(stackOf(), takeover, 'cancel'), 200, []],
  ];
}
