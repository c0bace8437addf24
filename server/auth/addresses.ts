/**
 * Where this server may connect to when somebody else names the place: it stands inside the establishment, and without limits
 * anyone could have it call what only it can reach (SSRF).
 *
 * The address behind a name is looked at when the connection is made, and is the one that is connected to: a name that is bound
 * again to an inner address (DNS rebinding) leads nowhere. Private addresses by setting; link-local ones, where clouds keep their
 * secrets, and multicast never.
 */
import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Config } from '../config.ts';

export interface AddressRules {
  ENVIRONMENT: Config['ENVIRONMENT'];
  /** Whether a private address (RFC 1918 and the like) may be connected to. */
  privateAddresses: boolean;
}

/** This machine, which must be asked for by name, and never in production. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

const listOf = (...ranges: [network: string, prefix: number][]): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
};

const loopback = listOf(['127.0.0.0', 8], ['::1', 128]);
/** RFC 1918, RFC 6598, RFC 4193. */
const inner = listOf(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['fc00::', 7]);
/** No receiver lives there: IANA special-purpose registries, multicast, and IPv6 forms that hide an IPv4 address. */
const never = listOf(
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['ff00::', 8],
);

/** IPv4 written as IPv6. A list of its own: Node holds every IPv4 address against it. */
const mapped = listOf(['::ffff:0:0', 96]);

/**
 * Whether an address may be connected to.
 * @param hostname by which it was asked for: this machine must be asked for by name
 */
export function isAllowedAddress(address: string, hostname: string, rules: AddressRules): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, family)) return loopbackNames.includes(hostname) && rules.ENVIRONMENT !== 'production';
  if (never.check(address, family) || (family === 'ipv6' && mapped.check(address, family))) return false;
  return rules.privateAddresses || !inner.check(address, family);
}

/** Whether a URL names an address that may be connected to; a name is looked at when it is resolved (`guardedLookup`). */
export function isAllowedHost({ hostname }: URL, rules: AddressRules): boolean {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return isIP(literal) === 0 || isAllowedAddress(literal, hostname, rules);
}

/** Resolves a name to addresses that may be connected to; ENOTFOUND when there is none. */
export function guardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const good = error ? [] : found.filter((a) => isAllowedAddress(a.address, hostname, rules));
      const [first] = good;
      if (!first) {
        const refused = Object.assign(new Error('no address that may be connected to'), { code: 'ENOTFOUND' });
        callback(error ?? refused, '', 0);
      } else if (options.all) callback(null, good);
      else callback(null, first.address, first.family);
    });
  };
}
