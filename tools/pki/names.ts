/**
 * Distinguished names of IGC-Santé's shapes (ANS “gabarits”; decoded test certificates: auth §1.4).
 */
import 'reflect-metadata';
import { Name } from '@peculiar/x509';

/** One relative distinguished name: several attributes make it multi-valued. By dotted OID or short name. */
export type Rdn = Record<string, string>;

const oids: Record<string, string> = {
  C: '2.5.4.6',
  CN: '2.5.4.3',
  GN: '2.5.4.42',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  SN: '2.5.4.4',
  ST: '2.5.4.8',
  title: '2.5.4.12',
};

/** The name, in the order given; inside a multi-valued RDN, in the order that DER demands of a SET OF (X.690 §11.6). */
export function distinguishedName(rdns: readonly Rdn[]): Name {
  return new Name(
    rdns.map((rdn) => {
      const attributes = Object.entries(rdn).map(([name, value]) => {
        const type = oids[name] ?? name;
        // Countries are PrintableString (X.520), the rest may have accents.
        const encoded = name === 'C' ? { printableString: value } : { utf8String: value };
        return { type, encoded, der: Buffer.from(new Name([{ [type]: [encoded] }]).toArrayBuffer()) };
      });
      attributes.sort((a, b) => Buffer.compare(a.der, b.der));
      return Object.fromEntries(attributes.map(({ type, encoded }) => [type, [encoded]]));
    }),
  );
}

/** ORG AUTH_CLI and SIGN: `C=FR, ST=<department> (<number>), O=<name>, OU=<Struct_IdNat>, CN=<free>`. */
export const organisationName = (of: { department: string; name: string; id: string; cn: string }): Name =>
  distinguishedName([{ C: 'FR' }, { ST: of.department }, { O: of.name }, { OU: of.id }, { CN: of.cn }]);

/** CPS: `C=FR, title=<profession>, {GN + SN + CN=<PS_IdNat>}`, the last one multi-valued. */
export const personName = (of: { title: string; given: string; family: string; id: string }): Name =>
  distinguishedName([{ C: 'FR' }, { title: of.title }, { GN: of.given, SN: of.family, CN: of.id }]);

/** Authorities: two OU, as IGC-Santé has them. */
export const authorityName = (cn: string): Name =>
  distinguishedName([
    { C: 'FR' },
    { O: 'ASIP-SANTE (FICTIF)' },
    { OU: '0002 999100233' },
    { OU: 'IGC-SANTE FICTIVE' },
    { CN: cn },
  ]);
