/**
 * FHIR XML (R4 xml.html): a resource in its JSON form, written in the order of its StructureDefinition.
 */
import type { Resource } from '@medplum/fhirtypes';
import { textOf } from './decimal.ts';
import { escapeAttribute } from './escape.ts';
import { cleanNarrative } from './narrative.ts';
import { fhirNamespace, isResourceType, planOf, type Plan, type Property } from './schema.ts';

type Json = Record<string, unknown>;

/**
 * @param resource a valid resource in JSON form
 * @param pretty indented by two blanks (narratives stay as they are)
 * @returns the document with its XML declaration; characters that XML cannot hold are written as U+FFFD
 * @throws RangeError on a type, property or value that FHIR R4 does not have: nothing is left out in silence
 */
export function writeFhirXml(resource: Resource, pretty = false): string {
  const writer = new Writer(pretty);
  writer.resource(resource as unknown as Json, true);
  return `<?xml version="1.0" encoding="UTF-8"?>${pretty ? '' : '\n'}${writer.out}`;
}

class Writer {
  out = '';
  private depth = 0;

  constructor(private readonly pretty: boolean) {}

  resource(value: Json, isRoot = false): void {
    const type = value.resourceType;
    const plan = typeof type === 'string' && isResourceType(type) ? planOf(type) : undefined;
    if (!plan) throw new RangeError(`no resource type of FHIR R4 that is known here: ${String(type)}`);
    this.element(plan.type, isRoot ? ` xmlns="${fhirNamespace}"` : '', () => this.children(value, plan));
  }

  /** An element; `content` says whether it wrote anything. */
  private element(name: string, attributes: string, content: () => boolean): void {
    this.line();
    this.out += `<${name}${attributes}`;
    const before = this.out;
    this.out += '>';
    this.depth++;
    const wrote = content();
    this.depth--;
    if (!wrote) {
      this.out = `${before}/>`;
      return;
    }
    this.line();
    this.out += `</${name}>`;
  }

  private line(): void {
    if (this.pretty) this.out += `\n${'  '.repeat(this.depth)}`;
  }

  private children(value: Json, plan: Plan): boolean {
    let wrote = false;
    for (const property of propertiesOf(value, plan)) {
      if (property.kind === 'attribute') continue;
      const { name } = property;
      const own = value[name];
      const shadow = value[`_${name}`];
      if (!property.isArray) {
        if (Array.isArray(own) || Array.isArray(shadow)) throw new RangeError(`${plan.type}.${name} is no list`);
        this.one(property, own, shadow, value);
      } else {
        const values = listOf(own, plan, name);
        const shadows = listOf(shadow, plan, name);
        const length = Math.max(values.length, shadows.length);
        for (let i = 0; i < length; i++) this.one(property, values[i], shadows[i], value);
      }
      wrote = true;
    }
    return wrote;
  }

  private one(property: Property, value: unknown, shadow: unknown, owner: Json): void {
    const { name, kind } = property;
    if (kind === 'primitive') return this.primitive(property, value, shadow as Json | null | undefined, owner);
    if (kind === 'xhtml') {
      this.line();
      this.out += cleanNarrative(String(value));
      return;
    }
    if (!isObject(value)) throw new RangeError(`${name} is no object`);
    if (kind === 'resource') {
      this.element(name, '', () => {
        this.resource(value);
        return true;
      });
      return;
    }
    const plan = planOf(property.type);
    if (!plan) throw new RangeError(`no type of FHIR R4: ${property.type}`);
    this.element(name, attributesOf(value, plan), () => this.children(value, plan));
  }

  private primitive(property: Property, value: unknown, shadow: Json | null | undefined, owner: Json): void {
    const plan = elementPlan();
    let attributes = shadow ? attributesOf(shadow, plan) : '';
    if (value !== undefined && value !== null) attributes += ` value="${valueOf(property, value, owner)}"`;
    else if (!shadow) throw new RangeError(`${property.name} has no value`);
    if (!shadow) {
      this.line();
      this.out += `<${property.name}${attributes}/>`;
    } else this.element(property.name, attributes, () => this.children(shadow, plan));
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const elementPlan = (): Plan => planOf('Element') as Plan;

function listOf(value: unknown, plan: Plan, name: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new RangeError(`${plan.type}.${name} is a list`);
  return value as unknown[];
}

/** What an object holds, each once, in the order of its type: most objects hold few of the many that they may. */
function propertiesOf(value: Json, plan: Plan): Property[] {
  const found: Property[] = [];
  for (const key of Object.keys(value)) {
    if (value[key] === undefined || key === 'resourceType') continue;
    const isShadow = key.startsWith('_');
    const name = isShadow ? key.slice(1) : key;
    const property = plan.properties.get(name);
    if (!property || (isShadow && property.kind !== 'primitive'))
      throw new RangeError(`${plan.type} has no ${key.slice(0, 64)}`);
    if (isShadow && value[name] !== undefined) continue;
    let at = found.length;
    while (at > 0 && (found[at - 1] as Property).order > property.order) at--;
    found.splice(at, 0, property);
  }
  return found;
}

function attributesOf(value: Json, plan: Plan): string {
  const names = plan.type === 'Extension' ? ['id', 'url'] : ['id'];
  return names.map((name) => (value[name] === undefined ? '' : attribute(name, value[name]))).join('');
}

function attribute(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new RangeError(`${name} is no string`);
  return ` ${name}="${escapeAttribute(value)}"`;
}

function valueOf({ name, type }: Property, value: unknown, owner: Json): string {
  if (typeof value === 'string') return escapeAttribute(value);
  if (typeof value === 'number') return type === 'decimal' ? textOf(owner, name, value) : String(value);
  if (typeof value === 'boolean') return String(value);
  throw new RangeError(`${name} is no primitive`);
}
