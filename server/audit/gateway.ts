/** This gateway, as its own records name it: from the settings. */
import type { Gateway } from '../../mappings/audit/event.ts';
import type { Config } from '../config.ts';

export type GatewayConfig = Pick<Config, 'LPS_NAME' | 'LPS_OID' | 'STRUCTURE_NAME' | 'DMP_URL' | 'fhirBase'>;

const hostOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';

export const gatewayOf = (config: GatewayConfig): Gateway => ({
  name: config.LPS_NAME,
  oid: config.LPS_OID,
  structureName: config.STRUCTURE_NAME,
  address: hostOf(config.fhirBase),
  dmpAddress: hostOf(config.DMP_URL),
});
