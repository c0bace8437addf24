/** By what of an address those who ask are told apart. */
import { isIP } from 'node:net';

/** An IPv4 address, or the /64 of an IPv6 address: one customer has as many addresses in it as there are. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const bare = address.replace(/%.*$/, '');
  if (mapped !== undefined || isIP(bare) !== 6) return (mapped ?? bare).slice(0, 64);
  const written = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [head = '', tail] = written.split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail ?? '')].slice(0, 4).join(':');
}
