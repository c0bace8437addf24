/** What a step of the Postman collection is, and the lines of JavaScript that several of them have. */

export interface Step {
  name: string;
  /** `operationId` */
  operation: string;
  who: 'nurse' | 'doctor' | 'admin';
  /** Variables of the path. */
  path?: Readonly<Record<string, string>>;
  query?: readonly (readonly [name: string, value: string])[];
  headers?: readonly (readonly [name: string, value: string])[];
  /** Name of an example of the document; its first when absent. */
  example?: string;
  /** FHIR JSON when absent. */
  contentType?: string;
  accept?: string;
  status: readonly number[];
  /** Of the answer, when it is a resource. */
  resource?: string;
  /** Further lines of JavaScript; `body` is the answer's JSON. */
  checks?: readonly string[];
}

export interface Task {
  name: string;
  steps: readonly Step[];
}

export const keep = (variable: string, value: string): string => `pm.collectionVariables.set('${variable}', ${value});`;
export const test = (what: string, expression: string): string => `pm.test('${what}', () => ${expression});`;
export const bundleHolds = test('found', `pm.expect(body.total).to.be.above(0)`);
export const noError = test(
  'no error',
  `pm.expect(body.issue.filter((i) => i.severity === 'error' || i.severity === 'fatal')).to.eql([])`,
);
