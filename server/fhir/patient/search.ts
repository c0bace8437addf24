/** `GET /fhir/Patient?…`: by identifier or id, or by traits. */
import type { Handler } from '../interaction.ts';
import { searchPatients } from '../patient-search.ts';
import { isTraitSearch, searchByTraits } from './trait-search.ts';

export const searchPatient: Handler = (call, services) =>
  (isTraitSearch(call.pairs) ? searchByTraits : searchPatients)(call, services);
