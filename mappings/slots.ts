/** What XDS objects hold beyond the model, on its way through FHIR: unknown slots, and the shapes of the other extras. */
import type { Extension } from '@medplum/fhirtypes';
import { extSlot } from './canonicals.ts';
import type { Slots } from './xds.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (fits: (member: Record<string, unknown>) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every((member) => isRecord(member) && fits(member));

/** Shapes of what ebRIM may hold beyond the model (`Extras` in `xds.ts`). */
export const extras = {
  classifications: listOf(
    ({ code, slots }) => typeof code === 'string' && isRecord(slots) && Object.values(slots).every(Array.isArray),
  ),
  externalIdentifiers: listOf(({ scheme, value }) => typeof scheme === 'string' && typeof value === 'string'),
};

/** Unknown slots ↔ extensions of ours. A slot without value, or with an empty one, has no FHIR form. */
export const slotExtensions = {
  decode(slots: Slots): Extension[] {
    return Object.entries(slots)
      .filter(([name, values]) => name !== '' && values.length > 0 && values.every((v) => v !== ''))
      .map(([name, values]) => ({
        url: extSlot,
        extension: [
          { url: 'name', valueString: name },
          ...values.map((valueString) => ({ url: 'value', valueString })),
        ],
      }));
  },
  encode(extensions: readonly Extension[] | undefined): Slots {
    const entries: [string, string[]][] = [];
    for (const { url, extension } of extensions ?? []) {
      const name = extension?.find((e) => e.url === 'name')?.valueString;
      if (url !== extSlot || name === undefined) continue;
      entries.push([name, (extension ?? []).filter((e) => e.url === 'value').map((e) => e.valueString ?? '')]);
    }
    return Object.fromEntries(entries);
  },
};
