/** The dispatch table: every body element that the simulated DMP takes, on its service. */
import type { HandlerRow, Service } from './exchange.ts';
import { patientHandlers } from './patients/handlers.ts';
import { specificHandlers } from './specific/handlers.ts';
import { xdsHandlers } from './xds/handlers.ts';

export const handlers: HandlerRow[] = [...patientHandlers, ...specificHandlers, ...xdsHandlers];

/** The row of a body element on a service. */
export const rowFor = (service: Service, bodyName: string): HandlerRow | undefined =>
  handlers.find((row) => row.service === service && row.bodyName === bodyName);
