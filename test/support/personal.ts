/** Everything of the story that says who somebody is, and a search for it in what must not say so. */
import { people, patients as confirmed } from '../../tools/demo/people.ts';
import { patients } from './resources.ts';

/** Numbers, names and birth dates of the story's patients and professionals. */
export const personal: readonly string[] = [
  ...new Set(
    [
      ...Object.values(patients).flatMap(({ ins, family, given, birthDate }) => [ins, family, given, birthDate]),
      ...Object.values(confirmed).flatMap(({ family, given }) => [family, given]),
      ...Object.values(people).flatMap(({ id, family, given }) => [id, family, given]),
    ].flatMap((word) => [word, word.replaceAll('-', '')]),
  ),
];

/** As somebody may write it down: as it is, escaped in a URL, in Base64. */
const writings = (word: string): string[] => {
  const base64 = Buffer.from(word).toString('base64').replace(/=+$/, '');
  // The last character also depends on what follows.
  return [word, encodeURIComponent(word), base64.slice(0, -1)].map((text) => text.toLowerCase());
};

/**
 * @param words what must not be there; case does not count
 * @returns `word: the line` of each that is
 */
export function found(text: string, words: readonly string[]): string[] {
  return text.split('\n').flatMap((line) => {
    const lower = line.toLowerCase();
    return words.flatMap((word) => (writings(word).some((w) => lower.includes(w)) ? [`${word}: ${line}`] : []));
  });
}
