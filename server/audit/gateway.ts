/** This gateway, as its own records name it: one installation, whatever structure it speaks for. */
import type { Gateway } from '../../mappings/audit/event.ts';
import type { Config } from '../config.ts';

export type GatewayConfig = Pick<Config, 'LPS_NAME' | 'LPS_OID' | 'STRUCTURE_NAME' | 'DMP_URL' | 'fhirBase'>;

const hostOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';

/** @param structureName of the structure that the record is of */
export const gatewayOf = (config: GatewayConfig, structureName = config.STRUCTURE_NAME): Gateway => ({
  name: config.LPS_NAME,
  oid: config.LPS_OID,
  structureName,
  address: hostOf(config.fhirBase),
  dmpAddress: hostOf(config.DMP_URL),
});
