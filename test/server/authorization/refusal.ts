/** What an OAuth error says. */
import type { errors } from 'oidc-provider';
import { expect } from 'vitest';

/** @returns error and description, which holds nothing that RFC 6749 §5.2 forbids; `accepted` when it is none */
export const refusal = (attempt: () => unknown): (string | undefined)[] => {
  try {
    attempt();
    return ['accepted'];
  } catch (e) {
    const { error, error_description } = e as errors.OIDCProviderError;
    expect(error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    return [error, error_description];
  }
};
