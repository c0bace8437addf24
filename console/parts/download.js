// @ts-check
/** A file that stands in the page alone, to be kept: nothing is asked of the server for it. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { html } from '../app/html.js';

/** The address of a file of the page, as long as it is shown. @param {Blob} blob @returns {string | undefined} undefined at first */
export function useAddress(blob) {
  const [address, setAddress] = useState(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address;
}

/** @param {{ text: string, type: string, name: string, label: string }} props */
export function Download({ text, type, name, label }) {
  const blob = useMemo(() => new Blob([text], { type }), [text, type]);
  return html`<a class="button" href=${useAddress(blob)} download=${name}>${label}</a>`;
}
