/**
 * What oidc-provider 9 needs of Node.js. It asks for 22 or later, and says so on standard error when it is loaded: to be imported before
 * it. What it uses of 22 (`URL.parse`, `crypto.hash`) late versions of 20 have too: our tests run on 20.20.
 */
import { hash } from 'node:crypto';

const warning = 'oidc-provider WARNING: Unsupported runtime.';

/** @throws Error when this Node.js cannot run the authorization server */
export function requireRuntime(): void {
  if (typeof hash !== 'function' || typeof URL.parse !== 'function')
    throw new Error(
      `Node.js ${process.versions.node} is too old for the authorization server: take 20.20, 22 or later.`,
    );
}

/* eslint-disable no-console -- oidc-provider writes there, and nowhere else */
const { warn } = console;
console.warn = (...said: unknown[]): void => {
  if (String(said[0]).startsWith(warning)) console.warn = warn;
  else warn(...said);
};
