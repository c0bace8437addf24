/** A client that leaves takes with it whatever its request had under way. */
import { EventEmitter, once } from 'node:events';
import type { Response } from 'express';
import { describe, expect, it } from 'vitest';
import { abortSignal } from '../../../server/fhir/request.ts';

const answer = (writableFinished: boolean): EventEmitter => Object.assign(new EventEmitter(), { writableFinished });

describe('the signal of a request', () => {
  it('fires when the client leaves before the end, and only then', () => {
    for (const finished of [false, true]) {
      const res = answer(finished);
      const signal = abortSignal(res as unknown as Response);
      res.emit('close');
      expect(signal.aborted).toBe(!finished);
    }
  });

  it('takes as many calls as an answer has parts, without a warning', async () => {
    const signal = abortSignal(answer(false) as unknown as Response);
    const warned = once(process, 'warning', { signal: AbortSignal.timeout(50) }).catch(() => 'none');
    for (let i = 0; i < 20; i++) signal.addEventListener('abort', () => i);
    expect(await warned).toBe('none');
  });
});
