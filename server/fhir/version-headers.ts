/** Which version of a resource an answer shows (FHIR R4 http.html#versioning). */
import type { Meta } from '@medplum/fhirtypes';

/** ETag (weak) and Last-Modified, as far as `meta` says them. */
export const versionHeaders = ({ versionId, lastUpdated }: Meta = {}): Record<string, string> => ({
  ...(versionId ? { ETag: `W/"${versionId}"` } : {}),
  ...(lastUpdated ? { 'Last-Modified': new Date(lastUpdated).toUTCString() } : {}),
});
