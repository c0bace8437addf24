// @ts-check
/** HTML as it is written, by htm and Preact: no build step, and what comes from elsewhere is text, never markup. */
import htm from 'htm';
import { h } from 'preact';

export const html = htm.bind(h);
