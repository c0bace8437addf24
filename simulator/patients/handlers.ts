/** The dispatch rows of the HL7 V3 patient transactions. */
import type { HandlerRow } from '../exchange.ts';
import { patientQueryRow } from './in201307.ts';
import { candidatesRow } from './td0-5.ts';
import { administrativeHandlers } from './td1.ts';

export const patientHandlers: HandlerRow[] = [patientQueryRow, candidatesRow, ...administrativeHandlers];
