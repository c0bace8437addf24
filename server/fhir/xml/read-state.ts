/**
 * The events of the XML parser, turned into the JSON form of a resource.
 */
import type { SaxesTagNS } from 'saxes';
import type { Issue } from '../../../mappings/outcome.ts';
import { mostReferences, referencesIn, xmlParser } from '../../../mappings/xml/parser.ts';
import { keepText } from './decimal.ts';
import { convert } from './lexical.ts';
import { maxAttributes, NarrativeBuilder, NarrativeError, xhtmlNamespace } from './narrative.ts';
import { put, putPrimitive, type Json } from './place.ts';
import { fhirNamespace, isResourceType, planOf, type Plan, type Property } from './schema.ts';

/** Nesting of elements; as for JSON, far beyond any resource. */
const maxDepth = 100;
/** Elements of a document: as many as JSON may have marks, of which an element makes at least two. */
const maxElements = 250_000;
/** Problems said at once. */
const maxIssues = 50;

const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance';

/** Ends the reading; what is wrong stands in `issues`. */
export class Stop extends Error {
  override name = 'Stop';
}

/** One open element. */
interface Frame {
  /** `slot`: an element that holds a resource */
  kind: 'object' | 'primitive' | 'slot';
  /** Type of what is inside. */
  plan: Plan;
  /** Where children go: the object itself, or the `_name` object of a primitive. */
  value: Json;
  /** What the element is in its parent; undefined for a resource, which its slot names. */
  property?: Property;
  index: number;
  /** The value of a primitive, converted. */
  primitive?: unknown;
  /** A slot holds its resource; or something was wrong and said already. */
  filled?: boolean;
}

export class ReaderState {
  readonly issues: Issue[] = [];
  private readonly parser;
  private readonly frames: Frame[] = [];
  private root: Json | undefined;
  private narrative: { builder: NarrativeBuilder; owner: Json } | undefined;
  /** Depth within an element that was refused. */
  private skipping = 0;
  private elements = 0;
  private attributes = 0;

  /** @param precise counts lines and goes on after a problem; otherwise the first one ends the reading */
  constructor(private readonly precise: boolean) {
    const p = (this.parser = xmlParser(precise));
    p.on('error', (e) => this.fatal(e.message.replace(/^\d+:\d+:\s*/, '').slice(0, 80)));
    p.on('doctype', () => this.fatal('DOCTYPE'));
    p.on('xmldecl', ({ encoding, version }) => {
      if (version !== undefined && version !== '1.0') this.fatal(`XML ${version.slice(0, 10)}`);
      if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') this.fatal('encoding: UTF-8');
    });
    p.on('attribute', () => {
      if (++this.attributes > maxAttributes) this.fatal('attributes');
    });
    p.on('opentag', (tag: SaxesTagNS) => {
      this.attributes = 0;
      this.open(tag);
    });
    p.on('closetag', () => this.close());
    const text = (t: string): void => this.text(t);
    p.on('text', text);
    p.on('cdata', text);
  }

  /** @throws Stop */
  read(text: string): Json {
    if (referencesIn(text) > mostReferences) this.fatal(`> ${mostReferences} references`);
    this.parser.write(text).close();
    if (this.issues.length > 0 || !this.root) throw new Stop();
    return this.root;
  }

  // --- problems

  private fault(issue: Issue): void {
    const { line, column } = this.parser;
    this.issues.push(this.precise ? { ...issue, position: { line, column } } : issue);
    if (!this.precise || this.issues.length >= maxIssues) throw new Stop();
  }

  private fatal(detail: string): never {
    this.fault({ key: 'xml-malformed', values: { detail } });
    throw new Stop();
  }

  private narrativeFault(error: unknown, path: string): void {
    if (!(error instanceof NarrativeError)) throw error;
    this.narrative = undefined;
    this.fault({ key: 'narrative', expression: path, values: { detail: error.detail } });
  }

  /** FHIRPath of the open element, or of what would be `name` in it. */
  private path(name?: string): string {
    let path = '';
    for (const { property, plan, index } of this.frames) {
      if (property) path += `.${property.name}${property.isArray ? `[${index}]` : ''}`;
      else if (path === '') path = plan.type;
    }
    return name === undefined ? path : `${path}.${name.slice(0, 64)}`;
  }

  // --- events

  private open(tag: SaxesTagNS): void {
    if (++this.elements > maxElements) this.fatal(`> ${maxElements} elements`);
    if (this.skipping > 0) {
      this.skipping++;
      return;
    }
    if (this.narrative) {
      try {
        this.narrative.builder.start(tag);
      } catch (e) {
        // The rest of the narrative is not looked at: its open elements are skipped like one that is refused.
        const depth = this.narrative.builder.depth + 1;
        this.narrativeFault(e, this.path('div'));
        this.skipping = depth;
      }
      return;
    }
    if (this.frames.length >= maxDepth) this.fatal(`depth > ${maxDepth}`);
    const parent = this.frames[this.frames.length - 1];
    if (!parent || parent.kind === 'slot') return this.openResource(tag, parent);
    const property = parent.plan.properties.get(tag.local);
    if (!property || property.kind === 'attribute')
      return this.refuse({
        key: 'property-unknown',
        expression: this.path(tag.local),
        values: { name: tag.local.slice(0, 64), type: parent.plan.type },
      });
    if (tag.uri !== (property.kind === 'xhtml' ? xhtmlNamespace : fhirNamespace))
      return this.refuse(this.wrongNamespace(tag, this.path(tag.local)));
    this.openElement(tag, property, parent);
  }

  private openElement(tag: SaxesTagNS, property: Property, parent: Frame): void {
    const { name, isArray, kind } = property;
    const { value: owner } = parent;
    if (!isArray && (Object.hasOwn(owner, name) || Object.hasOwn(owner, `_${name}`)))
      return this.refuse({
        key: 'cardinality',
        expression: this.path(name),
        values: { element: this.path(name), count: '> 1', max: 1, rule: 'FHIR R4' },
      });
    if (kind === 'xhtml') {
      this.narrative = { builder: new NarrativeBuilder(), owner };
      owner[name] = '';
      return this.open(tag);
    }
    const list = owner[name];
    const index = Array.isArray(list) ? list.length : 0;
    const plan = planOf(kind === 'primitive' ? 'Element' : kind === 'resource' ? 'Resource' : property.type);
    if (!plan) throw new RangeError(`no plan of ${property.type}`);
    const frame: Frame = {
      kind: kind === 'primitive' ? 'primitive' : kind === 'resource' ? 'slot' : 'object',
      plan,
      value: {},
      property,
      index,
    };
    this.frames.push(frame);
    if (kind === 'object') put(owner, property, frame.value);
    this.readAttributes(tag, frame, owner);
  }

  private openResource(tag: SaxesTagNS, slot: Frame | undefined): void {
    if (tag.uri !== fhirNamespace) return this.refuse(this.wrongNamespace(tag, slot ? this.path() : undefined));
    const plan = isResourceType(tag.local) ? planOf(tag.local) : undefined;
    if (!plan)
      return this.refuse({
        key: 'resource-unknown',
        ...(slot ? { expression: this.path() } : {}),
        values: { type: tag.local.slice(0, 64) },
      });
    if (slot?.filled) return this.unexpected(`<${tag.local}>`);
    const value: Json = { resourceType: tag.local };
    const parent = this.frames[this.frames.length - 2];
    if (!slot) this.root = value;
    else if (slot.property && parent) put(parent.value, slot.property, value);
    if (slot) slot.filled = true;
    const frame: Frame = { kind: 'object', plan, value, index: 0 };
    this.frames.push(frame);
    this.readAttributes(tag, frame, value);
  }

  private readAttributes(tag: SaxesTagNS, frame: Frame, owner: Json): void {
    for (const { name, prefix, local, uri, value } of Object.values(tag.attributes)) {
      if (prefix === 'xmlns' || name === 'xmlns') continue;
      if (uri === schemaInstance && local === 'schemaLocation') continue;
      if (uri !== '') this.unexpectedAttribute(name);
      else if (value === '') this.fault(empty(this.path(local)));
      else if (local === 'value' && frame.kind === 'primitive') this.readValue(frame, value, owner);
      else if (frame.kind !== 'slot' && frame.plan.properties.get(local)?.kind === 'attribute')
        frame.value[local] = value;
      else this.unexpectedAttribute(name);
    }
  }

  private readValue(frame: Frame, text: string, owner: Json): void {
    const { type, name } = frame.property as Property;
    frame.primitive = convert(type, text);
    if (type === 'decimal') keepText(owner, name, text.trim());
    if (frame.primitive !== undefined) return;
    frame.filled = true;
    this.fault({ key: 'value-format', expression: this.path(), values: { element: this.path(), type } });
  }

  private close(): void {
    if (this.skipping > 0) {
      this.skipping--;
      return;
    }
    if (this.narrative) {
      const { builder, owner } = this.narrative;
      try {
        builder.end();
        if (builder.result === undefined) return;
        owner.div = builder.result;
        this.narrative = undefined;
      } catch (e) {
        this.narrativeFault(e, this.path('div'));
      }
      return;
    }
    const frame = this.frames[this.frames.length - 1];
    if (!frame) return;
    if (frame.kind === 'slot' ? !frame.filled : isEmpty(frame)) this.fault(empty(this.path()));
    this.frames.pop();
    const parent = this.frames[this.frames.length - 1];
    if (frame.kind === 'primitive' && frame.property && parent)
      putPrimitive(parent.value, frame.property, frame.primitive, frame.value);
  }

  private text(characters: string): void {
    if (this.skipping > 0) return;
    if (this.narrative) this.narrative.builder.text(characters);
    else if (this.frames.length > 0 && /[^ \t\r\n]/.test(characters))
      this.fault({ key: 'xml-unexpected', expression: this.path(), values: { what: 'text' } });
  }

  // --- refusals

  private refuse(issue: Issue): void {
    this.fault(issue);
    const slot = this.frames[this.frames.length - 1];
    if (slot) slot.filled = true;
    this.skipping = 1;
  }

  private unexpected(what: string): void {
    this.refuse({ key: 'xml-unexpected', expression: this.path(), values: { what: what.slice(0, 64) } });
  }

  private unexpectedAttribute(name: string): void {
    this.fault({ key: 'xml-unexpected', expression: this.path(), values: { what: `@${name.slice(0, 64)}` } });
  }

  private wrongNamespace(tag: SaxesTagNS, expression: string | undefined): Issue {
    const what = `<${tag.local.slice(0, 64)}>, xmlns`;
    return { key: 'xml-unexpected', ...(expression === undefined ? {} : { expression }), values: { what } };
  }
}

const empty = (element: string): Issue => ({ key: 'value-empty', expression: element, values: { element } });

/** Nothing inside: no value, no attribute, no child, and nothing that was refused and said. */
function isEmpty({ kind, value, primitive, filled, property }: Frame): boolean {
  if (filled) return false;
  // A resource without elements is for the validator.
  if (kind === 'object') return property !== undefined && Object.keys(value).length === 0;
  return primitive === undefined && Object.keys(value).length === 0;
}
