/**
 * The structured body of a CDA, as HTML, while it streams in: titles, texts and images of its sections. What a section
 * says in entries alone, for machines, is not shown.
 */
import type { SaxesTagNS } from 'saxes';
import { hl7 } from '../../../mappings/cda/head.ts';
import { mostReferences, referencesIn, xmlParser } from '../../../mappings/xml/parser.ts';
import { XmlError } from '../../../mappings/xml/tree.ts';
import type { Language } from '../outcome.ts';
import { escapeAttribute, escapeText } from '../xml/escape.ts';
import { isShown, mediaNote, MediaStore } from './media.ts';
import { anchor, narrativeElement } from './narrative.ts';

export interface BodyLimits {
  depth: number;
  /** elements of the document */
  elements: number;
  /** attributes of one element */
  attributes: number;
  /** places where a medium is shown */
  media: number;
  /** characters of the page */
  output: number;
}

export const bodyLimits: BodyLimits = {
  depth: 128,
  elements: 250_000,
  attributes: 100,
  media: 10_000,
  output: 48 * 1024 * 1024,
};

/** Where an element stands. `structure`: between sections and entries, where text is for machines. */
type Place = 'outside' | 'document' | 'structure' | 'section' | 'title' | 'text' | 'media' | 'value';

interface Frame {
  place: Place;
  name: string;
  close: string;
}

/** Feeds characters, gives the HTML of all sections at the end. One use. */
export class CdaBody {
  private readonly parser = xmlParser();
  private readonly frames: Frame[] = [];
  private readonly parts: string[] = [];
  private readonly media = new MediaStore();
  /** Places in `parts` where a medium is shown once all are known. */
  private readonly wanted: { at: number; id: string }[] = [];
  private sections = 0;
  private elements = 0;
  private attributes = 0;
  private length = 0;
  private references = 0;

  constructor(
    private readonly language: Language,
    private readonly limits: BodyLimits = bodyLimits,
  ) {
    const p = this.parser;
    p.on('error', (e) => {
      throw e instanceof XmlError ? e : new XmlError('syntax');
    });
    p.on('doctype', () => {
      throw new XmlError('doctype');
    });
    p.on('attribute', () => {
      if (++this.attributes > limits.attributes) throw new XmlError('size');
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

  /** @throws XmlError */
  write(chunk: string): void {
    if ((this.references += referencesIn(chunk)) > mostReferences) throw new XmlError('size');
    this.parser.write(chunk);
  }

  /** The HTML, in pieces. @throws XmlError */
  end(): readonly string[] {
    this.parser.close();
    const shown = new Set<string>();
    for (const { at, id } of this.wanted) {
      const media = this.media.get(id);
      const first = !shown.has(id);
      shown.add(id);
      this.parts[at] = media ? this.figure(media, id, first) : '';
      this.count(this.parts[at]);
    }
    const rest = this.media.all().filter(([id]) => !shown.has(id));
    for (const [id, media] of rest) this.push(`<div class="p">${this.figure(media, id, true)}</div>`);
    return this.parts;
  }

  private figure(media: NonNullable<ReturnType<MediaStore['get']>>, id: string, first: boolean): string {
    const mark = anchor(id);
    // The same image again would cost its size again.
    if (!first && mark !== undefined)
      return `<a href="#${escapeAttribute(mark)}">${mediaNote(media, this.language)}</a>`;
    const at = mark === undefined ? '' : ` id="${escapeAttribute(mark)}"`;
    if (!isShown(media)) return `<span class="note"${at}>${mediaNote(media, this.language)}</span>`;
    return `<img${at} alt="" src="data:${media.type};base64,${media.data}">`;
  }

  private open(tag: SaxesTagNS): void {
    if (this.frames.length >= this.limits.depth) throw new XmlError('depth');
    if (++this.elements > this.limits.elements) throw new XmlError('nodes');
    const parent = this.frames[this.frames.length - 1];
    const { place: where = 'outside', name: parentName = '' } = parent ?? {};
    const place = placeOf(tag, where, parentName);
    let close = '';
    if (where === 'text') close = this.openNarrative(tag, parentName);
    else if (place === 'section') {
      this.sections++;
      this.push('<section>');
      close = '</section>';
    } else if (place === 'title') {
      const level = Math.min(1 + this.sections, 6);
      this.push(`<h${level}>`);
      close = `</h${level}>`;
    } else if (place === 'text') {
      this.push('<div class="p">');
      close = '</div>';
    } else if (place === 'media' && isMedia(tag.local)) this.media.open(tag);
    else if (place === 'value') this.media.value(tag);
    this.frames.push({ place, name: tag.uri === hl7 ? tag.local : '', close });
  }

  private openNarrative(tag: SaxesTagNS, parent: string): string {
    if (tag.uri !== hl7) return '';
    if (tag.local.toLowerCase() === 'rendermultimedia') {
      for (const id of (tag.attributes.referencedObject?.value ?? '').split(/\s+/, 20).filter((i) => i !== '')) {
        if (this.wanted.length >= this.limits.media) throw new XmlError('size');
        this.wanted.push({ at: this.parts.length, id });
        this.push('');
      }
      this.push('<span class="media">');
      return '</span>';
    }
    const { open, close } = narrativeElement(tag, parent);
    this.push(open);
    return close;
  }

  private close(): void {
    const frame = this.frames.pop();
    if (!frame) return;
    if (frame.close !== '') this.push(frame.close);
    if (frame.place === 'section') this.sections--;
    if (frame.place === 'media' && isMedia(frame.name)) this.media.close(frame.name);
  }

  private text(characters: string): void {
    const place = this.frames[this.frames.length - 1]?.place;
    if (place === 'text' || place === 'title') this.push(escapeText(characters));
    else if (place === 'value') this.media.text(characters);
  }

  private push(part: string): void {
    this.count(part);
    this.parts.push(part);
  }

  private count(part: string): void {
    this.length += part.length;
    if (this.length > this.limits.output) throw new XmlError('size');
  }
}

const isMedia = (name: string): boolean => name === 'observationMedia' || name === 'regionOfInterest';

/** What an element is, by its name and by where it stands. */
function placeOf(tag: SaxesTagNS, where: Place, parent: string): Place {
  if (where === 'text' || where === 'title') return where;
  if (tag.uri !== hl7) return where === 'outside' ? 'outside' : where === 'document' ? 'document' : 'structure';
  const { local } = tag;
  switch (where) {
    case 'outside':
      return local === 'ClinicalDocument' ? 'document' : 'outside';
    case 'document':
      return local === 'structuredBody' && parent === 'component' ? 'structure' : 'document';
    case 'section':
      if (local === 'title' || local === 'text') return local;
      return 'structure';
    case 'structure':
      if (local === 'section' && parent === 'component') return 'section';
      return isMedia(local) ? 'media' : 'structure';
    case 'media':
      if (local === 'observationMedia') return 'media';
      return local === 'value' && parent === 'observationMedia' ? 'value' : 'media';
    default:
      return 'structure';
  }
}
