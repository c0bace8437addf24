/**
 * Coded values: ebRIM classification (XdsCode) ↔ Coding, and the `code^display^scheme` strings of authorRole and
 * authorSpecialty ↔ CodeableConcept. Systems: `terminology/systems.ts` (NOS URL ↔ OID).
 */
import type { CodeableConcept, Coding } from '@medplum/fhirtypes';
import { ours } from '../canonicals.ts';
import { oidToSystem, systemToOid } from '../terminology/systems.ts';
import type { XdsCode } from '../xds.ts';
import { components, compose, hl7Text, type Codec } from './hl7v2.ts';

/** codingSchemes that are words, and unknown: a URL of ours, so that they come back. */
const words = `${ours}/xds-coding-scheme/`;

/** codingScheme ↔ Coding.system. A scheme whose URL would not lead back to it goes as `urn:oid:` or as our URL. */
export const scheme: Codec<string, string> = {
  decode(wire) {
    if (wire === '') return undefined;
    const system = oidToSystem(wire);
    if (systemToOid(system) === wire) return system;
    return systemToOid(`urn:oid:${wire}`) === wire ? `urn:oid:${wire}` : words + encodeURIComponent(wire);
  },
  encode(value) {
    if (!value.startsWith(words)) return systemToOid(value);
    try {
      return decodeURIComponent(value.slice(words.length));
    } catch {
      return undefined; // Not what we wrote.
    }
  },
};

/** XdsCode ↔ Coding. No system ↔ empty scheme. */
export const coding: Codec<XdsCode, Coding> = {
  decode: ({ code, scheme: wire, display }) => {
    if (code === '') return undefined;
    const system = scheme.decode(wire);
    return { ...(system === undefined ? {} : { system }), code, ...(display === undefined ? {} : { display }) };
  },
  encode({ system, code, display }) {
    const wire = system === undefined ? '' : scheme.encode(system);
    if (code === undefined || wire === undefined) return undefined;
    return { code, scheme: wire, ...(display === undefined ? {} : { display }) };
  },
};

/** XdsCode ↔ CodeableConcept with one coding. Of several codings the first that has an XDS form is taken. */
export const concept: Codec<XdsCode, CodeableConcept> = {
  decode(wire) {
    const value = coding.decode(wire);
    return value === undefined ? undefined : { coding: [value] };
  },
  encode(value) {
    for (const each of value.coding ?? []) {
      const wire = coding.encode(each);
      if (wire !== undefined) return wire.display === undefined && value.text ? { ...wire, display: value.text } : wire;
    }
    return undefined;
  },
};

/** `code^display^scheme`, or free text, ↔ CodeableConcept (authorSpecialty, authorRole; dmp-wire §3.2). */
export const conceptString: Codec<string, CodeableConcept> = {
  decode(wire) {
    if (!wire.includes('^')) return wire === '' ? undefined : { text: hl7Text.decode(wire) };
    const part = components(wire);
    const display = hl7Text.decode(part(2));
    const value = coding.decode({
      code: hl7Text.decode(part(1)),
      scheme: hl7Text.decode(part(3)),
      ...(display === '' ? {} : { display }),
    });
    return value === undefined ? undefined : { coding: [value] };
  },
  encode(value) {
    const wire = concept.encode(value);
    if (wire === undefined) return value.coding === undefined && value.text ? hl7Text.encode(value.text) : undefined;
    return compose({
      1: hl7Text.encode(wire.code),
      2: hl7Text.encode(wire.display ?? ''),
      3: hl7Text.encode(wire.scheme),
    });
  },
};
