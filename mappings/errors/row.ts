/** A row of the error table (`mappings/errors.ts`). */
export interface ErrorRow {
  status: number;
  /** http://hl7.org/fhir/issue-type */
  code: string;
  fr: string;
  en: string;
  /** A later identical request can succeed. */
  retry?: boolean;
}

export const row = (status: number, code: string, fr: string, en: string, retry = false): ErrorRow => ({
  status,
  code,
  fr,
  en,
  ...(retry ? { retry } : {}),
});
