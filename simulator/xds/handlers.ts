/** The dispatch rows of the XDS transactions (ITI-41, ITI-18, ITI-43). */
import type { HandlerRow } from '../exchange.ts';

export const xdsHandlers: HandlerRow[] = [];
