/** What a refusal of the DMP is about, as far as it says. */
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../server/fhir/deposit/answer.ts';
import { entry } from '../fhir/support.ts';

const submission = {
  documents: [{ entry: { ...entry(1), id: 'Document01' }, path: 'DocumentReference', relations: [] }],
  folders: [],
  set: {},
  setPath: 'List',
} as unknown as Parameters<typeof placeOf>[1];
const placed = (context: string): string | undefined =>
  placeOf({ location: 'Document01', context }, submission, new Map());

describe('the place of an error of the registry', () => {
  it.each([
    ['Code hors du jeu de valeurs : typeCode', 'DocumentReference.type'],
    ['Slot invalide : languageCode', 'DocumentReference.content.attachment.language'],
    ['Slot absent : authorInstitution', 'DocumentReference.author'],
    ['confidentialityCode', 'DocumentReference.securityLabel'],
    ['practiceSettingCode manquant', 'DocumentReference.context.practiceSetting'],
    ['id', 'DocumentReference'],
    ['objectType invalide', 'DocumentReference'],
    ['typeCode ou classCode', 'DocumentReference'],
    ['', 'DocumentReference'],
  ])('%s', (context, expected) => expect(placed(context)).toBe(expected));

  it('of another document, or of none: not said', () => {
    expect(placeOf({ location: 'Document09', context: 'typeCode' }, submission, new Map())).toBeUndefined();
  });
});
