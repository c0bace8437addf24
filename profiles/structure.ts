/** Profiles and extensions of ours that come from a table: each of one shape, written once. Differentials alone. */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

/** What a definition says of itself. */
export interface About {
  /** Its last segment is the id. */
  url: string;
  name: string;
  /** French. */
  title: string;
  /** What it is for. */
  description: string;
}

/** Of the last change of its shape. */
type Dated = About & { date: string };

/** An element of a profile: id below its type, cardinality, and more. */
export type Row = readonly [element: string, card: string, more?: Partial<ElementDefinition>];

const idOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** @param shape what it is a definition of */
function definition(
  { url, name, title, description, date, experimental = false }: Dated & { experimental?: boolean },
  { kind, ...shape }: Pick<StructureDefinition, 'kind' | 'context'> & { type: string },
  element: ElementDefinition[],
): StructureDefinition {
  return {
    resourceType: 'StructureDefinition',
    id: idOf(url),
    url,
    version: '0.1.0',
    status: 'draft',
    date,
    name,
    title,
    experimental,
    description,
    fhirVersion: '4.0.1',
    kind,
    abstract: false,
    ...shape,
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${shape.type}`,
    derivation: 'constraint',
    differential: { element },
  };
}

/** @param about.description whole: whether it is ours or assumed of another's stands in it */
export function profileDefinition(
  about: Dated & { experimental: boolean },
  type: string,
  rows: readonly Row[],
): StructureDefinition {
  const element = rows.map(([path, card, more]): ElementDefinition => {
    const [min = '0', max = '*'] = card.split('..');
    return { id: `${type}.${path}`, path: `${type}.${path}`, min: Number(min), max, ...more };
  });
  return definition(about, { kind: 'resource', type }, [{ id: type, path: type }, ...element]);
}

/**
 * An extension with one value.
 * @param about.description without the `Ours: ` that it starts with
 * @param on paths of the elements that it stands on
 */
export function extensionDefinition(
  about: Dated,
  on: readonly string[],
  type: ElementDefinition['type'],
): StructureDefinition {
  const { url, title, description } = about;
  return definition(
    { ...about, description: `Ours: ${description}` },
    { kind: 'complex-type', context: on.map((expression) => ({ type: 'element', expression })), type: 'Extension' },
    [
      { id: 'Extension', path: 'Extension', short: title, definition: description, min: 0, max: '1' },
      { id: 'Extension.extension', path: 'Extension.extension', max: '0' },
      { id: 'Extension.url', path: 'Extension.url', fixedUri: url },
      { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, ...(type ? { type } : {}) },
    ],
  );
}
