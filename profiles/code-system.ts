/** The code systems of ours that come from a table: all of one shape, written once. */
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';

export interface OurCodeSystem {
  /** Its last segment is the id. */
  url: string;
  name: string;
  /** French. */
  title: string;
  /** What it is for, without the `Ours: ` that every one of them starts with. */
  description: string;
  /** Of the last change of its shape. */
  date: string;
  /** `fragment` where no public list is complete. */
  content?: CodeSystem['content'];
}

/** One code: English as display, French as designation. */
export interface Row {
  code: string;
  fr: string;
  en: string;
  definition?: string;
}

/** A concept of a row. */
export const conceptOf = ({ code, fr, en, definition }: Row): CodeSystemConcept => ({
  code,
  display: en,
  ...(definition === undefined ? {} : { definition }),
  designation: [{ language: 'fr', value: fr }],
});

/** @param concept as it will stand, in this order */
export function codeSystem(about: OurCodeSystem, concept: CodeSystemConcept[]): CodeSystem {
  const { url, name, title, description, date, content = 'complete' } = about;
  return {
    resourceType: 'CodeSystem',
    id: url.slice(url.lastIndexOf('/') + 1),
    url,
    version: '0.1.0',
    name,
    title,
    status: 'draft',
    experimental: false,
    date,
    description: `Ours: ${description}`,
    caseSensitive: true,
    content,
    count: concept.length,
    concept,
  };
}
