/** Which neighbours are our own reverse proxies: only they may say whom they speak for. */
import { BlockList, isIP } from 'node:net';

/** Whether an address (of a socket) is a trusted proxy's. */
export type IsTrusted = (address: string | undefined) => boolean;

/** @param list addresses and networks (`10.0.0.0/8`), as TRUSTED_PROXIES holds them */
export function trustedProxies(list: readonly string[]): IsTrusted {
  const known = new BlockList();
  for (const entry of list) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) known.addAddress(address, family);
    else known.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const family = isIP(address ?? '');
    return address !== undefined && family !== 0 && known.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}
