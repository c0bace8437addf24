/** The dispatch rows of the operations that only the DMP has (services habilitations and patientsSpecific). */
import type { HandlerRow } from '../exchange.ts';
import { authorizationRow } from './td0-3.ts';
import { patientListRow } from './td0-4.ts';
import { authorizationListRow } from './td1-6.ts';

export const specificHandlers: HandlerRow[] = [authorizationRow, patientListRow, authorizationListRow];
