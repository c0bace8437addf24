/** Deposits that are made later, for the walk through the OpenAPI document: accepted, and what a person does with them. */
import { expect } from 'vitest';
import { feedItem } from './feed-items.ts';
import { forms } from './openapi-steps.ts';
import type { Told, Walk } from './openapi-walk.ts';
import type { Stack } from './stack.ts';

const expectStatus = (told: Told, status: number): void => expect(told.status, told.text).toBe(status);

export async function tasks(walk: Walk, stack: Stack): Promise<void> {
  const nurse = { who: 'nurse' } as const;
  for (const form of forms) {
    for (const [operation, state] of [
      ['taskCancelOne', 'waiting'],
      ['taskRequeueOne', 'refused'],
      ['taskReleaseOne', 'proposed'],
      ['taskDeclineOne', 'proposed'],
    ] as const)
      expectStatus(await walk.send(operation, { ...nurse, ...form, path: { id: await feedItem(stack, state) } }), 200);
  }
  // For what only looks.
  const path = { id: await feedItem(stack, 'exhausted') };
  expectStatus(await walk.send('taskCancelOne', { ...nurse, path }), 409);
  const told = await walk.send('taskRead', { ...nurse, path, headers: { 'if-none-match': 'W/"1"' } });
  expectStatus(told, 304);
}
