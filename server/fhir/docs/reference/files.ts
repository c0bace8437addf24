/**
 * `/docs/api`: the OpenAPI document to read and to try, by Swagger UI. Everything comes from here: its files from the package
 * `swagger-ui-dist`, our own page and start-up file. No script stands in the page, and the page may speak with this server and the
 * authorization server alone.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Asset, fileAsset, typeOfName } from '../../../assets/asset.ts';
import type { Config } from '../../../config.ts';
import { authorizationEndpoints } from '../../authorization-endpoints.ts';
import { escapeAttribute } from '../../xml/escape.ts';

export const referencePath = '/docs/api';

const swagger = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const fromSwagger = (name: string): Asset<Config> => fileAsset(path.join(swagger, name));

interface ReferenceFile extends Asset<Config> {
  /** Name of the operation in the OpenAPI document. */
  id: string;
  summary: string;
}

/** By path. */
export const referenceFiles: Readonly<Record<string, ReferenceFile>> = {
  [referencePath]: {
    id: 'docsApi',
    summary: 'This document to read and to try',
    contentType: typeOfName('api.html'),
    content: (config) => Buffer.from(page(config), 'utf8'),
  },
  [`${referencePath}/init.js`]: {
    id: 'docsApiInit',
    summary: 'Its start-up file',
    ...fileAsset(new URL('./init.js', import.meta.url)),
  },
  [`${referencePath}/swagger-ui-bundle.js`]: {
    id: 'docsApiProgram',
    summary: 'Its program',
    ...fromSwagger('swagger-ui-bundle.js'),
  },
  [`${referencePath}/swagger-ui.css`]: {
    id: 'docsApiStyle',
    summary: 'Its style',
    ...fromSwagger('swagger-ui.css'),
  },
  [`${referencePath}/oauth2-redirect.html`]: {
    id: 'docsApiRedirect',
    summary: 'Where the authorization server sends back to after a sign-in',
    ...fromSwagger('oauth2-redirect.html'),
  },
  [`${referencePath}/oauth2-redirect.js`]: {
    id: 'docsApiRedirectProgram',
    summary: 'Its program',
    ...fromSwagger('oauth2-redirect.js'),
  },
};

/**
 * Headers of each of them: no script but files of ours, no request but to us and to the authorization server.
 *
 * A sign-in has a window of its own, whose last page speaks with the page that opened it: both must let the other's window be known
 * (HTML standard, “cross-origin opener policies”), the last page also when it comes from a site that has no policy.
 */
export function referenceHeaders(path: string, config: Config): Readonly<Record<string, string>> {
  const { issuer } = authorizationEndpoints(config);
  return {
    'Content-Security-Policy':
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ` +
      `connect-src 'self' ${new URL(issuer).origin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Cross-Origin-Opener-Policy': path === referencePath ? 'same-origin-allow-popups' : 'unsafe-none',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

/** Addresses are relative: a proxy may put a path before everything. */
const page = ({ DOCS_CLIENT_ID = '', fhirBase }: Config): string => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>FHIR R4 / DMP: API</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="api/swagger-ui.css"></head><body>
<div id="reference" data-client="${escapeAttribute(DOCS_CLIENT_ID)}" data-audience="${escapeAttribute(fhirBase)}"></div>
<script src="api/swagger-ui-bundle.js"></script><script src="api/init.js"></script>
</body></html>
`;
