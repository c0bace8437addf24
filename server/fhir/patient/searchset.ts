/** A page of patients whom the DMP answered at once: the resources are made when they are shown. */
import type { BundleEntry, Patient } from '@medplum/fhirtypes';
import type { PatientId } from '../../../mappings/ins.ts';
import type { Issue } from '../../../mappings/outcome.ts';
import { searchset, type Selection } from '../bundle.ts';
import type { Call, Reply } from '../interaction.ts';
import type { Slice } from '../paging.ts';
import type { Services } from '../services.ts';

/** What the pages of such an answer need besides the items. */
export interface PatientContext {
  selection: Selection;
}

/** How an item is shown. */
export interface Shown<Item> {
  /** path below the base */
  place: string;
  insOf(item: Item): PatientId;
  resourceOf(item: Item, id: string): Patient;
  searchOf?(item: Item): NonNullable<BundleEntry['search']>;
}

/** The searchset of a page; each patient by the opaque id of the INS. */
export async function patientsReply<Item>(
  { total, items, links, context }: Slice<Item, PatientContext>,
  { place, insOf, resourceOf, searchOf }: Shown<Item>,
  warnings: readonly Issue[],
  call: Call,
  { config, store, now }: Services,
): Promise<Reply> {
  const resources = await Promise.all(
    items.map(async (item) => resourceOf(item, (await store.patients.byIns(insOf(item))).id)),
  );
  const bundle = searchset({
    base: config.fhirBase,
    type: place,
    total,
    resources,
    selection: context.selection,
    links,
    warnings,
    language: call.language,
    requestId: call.requestId,
    now: now(),
  });
  items.forEach((item, i) => {
    const entry = bundle.entry?.[i];
    if (entry && searchOf) entry.search = searchOf(item);
  });
  return { status: 200, resource: bundle };
}

/** That some of an answer cannot be listed, because nothing could be asked about them. */
export const withoutInsIssues = (count: number): Issue[] =>
  count === 0 ? [] : [{ key: 'patients-without-ins', severity: 'warning', values: { count } }];
