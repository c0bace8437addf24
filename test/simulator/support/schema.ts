/** Validation of answers against the schemas of the corpora, with libxml2. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

const compiled = new Map<string, XsdValidator>();

/** A function that lists what a schema under `wire/xsd` has against an element given as text. */
export function schema(dir: string, name: string): (xml: string) => string[] {
  let validator = compiled.get(name);
  if (validator === undefined) {
    xmlRegisterFsInputProviders();
    const file = join(dir, 'wire/xsd', name);
    validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(file), { url: file }));
    compiled.set(name, validator);
  }
  const found = validator;
  return (xml) => {
    const doc = XmlDocument.fromString(xml);
    try {
      found.validate(doc);
      return [];
    } catch (error) {
      return [String(error)];
    } finally {
      doc.dispose();
    }
  };
}
