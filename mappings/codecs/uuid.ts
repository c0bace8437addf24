/** UUIDs where XDS wants OIDs. */
const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (value: string): boolean => form.test(value);

/** UUID → OID of the arc 2.25 (ITU-T X.667). */
export const oidOfUuid = (value: string): string => `2.25.${BigInt(`0x${value.replace(/-/g, '')}`)}`;
