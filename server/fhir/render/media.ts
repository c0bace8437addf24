/**
 * The images that a CDA carries in its entries (observationMedia), and what is said of those that a page cannot show.
 */
import type { SaxesTagNS } from 'saxes';
import type { Language } from '../outcome.ts';
import { escapeText } from '../xml/escape.ts';

/** Images that every browser shows and that hold no program. SVG is one. */
const safe: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif']);

/** Characters of base64 that are kept, of all images together. */
const mostCharacters = 24 * 1024 * 1024;

export interface Media {
  /** lower case, without parameters */
  type: string;
  /** base64 of an image that can be shown */
  data?: string;
  /** bytes, as far as known */
  size: number;
}

export const isSafeImage = (type: string): boolean => safe.has(type);

/** Whether it can stand in the page. */
export const isShown = (media: Media): media is Media & { data: string } => media.data !== undefined;

/** A media type as it can be shown: what is none is `application/octet-stream`. */
export function mediaType(text: string): string {
  const type = (text.split(';')[0] ?? '').trim().toLowerCase();
  return /^[a-z0-9][a-z0-9.+-]{0,40}\/[a-z0-9][a-z0-9.+-]{0,80}$/.test(type) ? type : 'application/octet-stream';
}

/** Bytes for a reader. */
export function sizeOf(bytes: number, language: Language): string {
  const [b, kb, mb] = language === 'fr' ? ['octets', 'ko', 'Mo'] : ['bytes', 'kB', 'MB'];
  if (bytes < 1000) return `${bytes} ${b}`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} ${kb}` : `${(bytes / 1_000_000).toFixed(1)} ${mb}`;
}

/** « [application/pdf, 340 ko : non affiché ici] », as HTML. */
export function mediaNote({ type, size, data }: Media, language: Language): string {
  const what = size > 0 ? `${type}, ${sizeOf(size, language)}` : type;
  if (data !== undefined) return escapeText(`[${what}]`);
  return escapeText(language === 'fr' ? `[${what} : non affiché ici]` : `[${what}: not shown here]`);
}

/** Collects the media of a document as its parser meets them. */
export class MediaStore {
  private readonly known = new Map<string, Media>();
  /** regionOfInterest → the medium that it is a part of */
  private readonly regions = new Map<string, string>();
  private region: string | undefined;
  private id = '';
  private current: { type: string; encoded: boolean; text: string[] } | undefined;
  private kept = 0;

  /** observationMedia, or a regionOfInterest around one. */
  open(tag: SaxesTagNS): void {
    const id = tag.attributes.ID?.value ?? '';
    if (tag.local === 'regionOfInterest') {
      this.region = id;
      return;
    }
    this.id = id === '' ? `${this.known.size}` : id;
    if (this.region !== undefined) this.regions.set(this.region, this.id);
  }

  value(tag: SaxesTagNS): void {
    this.current = {
      type: mediaType(tag.attributes.mediaType?.value ?? ''),
      encoded: tag.attributes.representation?.value === 'B64',
      text: [],
    };
  }

  text(characters: string): void {
    this.current?.text.push(characters);
  }

  close(name: string): void {
    if (name === 'regionOfInterest') {
      this.region = undefined;
      return;
    }
    const { current } = this;
    this.current = undefined;
    if (!current || this.known.has(this.id)) return;
    const data = current.text.join('').replace(/[ \t\r\n]+/g, '');
    const size = current.encoded ? Math.floor((data.length * 3) / 4) : data.length;
    const showable =
      current.encoded &&
      safe.has(current.type) &&
      data !== '' &&
      /^[A-Za-z0-9+/]+={0,2}$/.test(data) &&
      this.kept + data.length <= mostCharacters;
    if (showable) this.kept += data.length;
    this.known.set(this.id, { type: current.type, size, ...(showable ? { data } : {}) });
  }

  get(id: string): Media | undefined {
    return this.known.get(id) ?? this.known.get(this.regions.get(id) ?? '');
  }

  all(): [string, Media][] {
    return [...this.known];
  }
}
