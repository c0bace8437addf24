/** The folders of the Postman collection: what an integrator does, in the order in which it is done, by operations of the OpenAPI document. */

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

/** Identifiers of the examples → variables of the run. */
export const variables: Readonly<Record<string, string>> = {
  '2.16.840.1.113883.19.7602.50.20261121.1': '{{noteId}}',
  '2.16.840.1.113883.19.7602.50.20261121.2': '{{correctionId}}',
  '2.16.840.1.113883.19.7602.50.20261128.1': '{{mealId}}',
  '2.16.840.1.113883.19.7602.50.20261128.2': '{{laterId}}',
  '2.16.840.1.113883.19.7602.51.20261128.1': '{{setId}}',
};

const keep = (variable: string, value: string): string => `pm.collectionVariables.set('${variable}', ${value});`;
const test = (what: string, expression: string): string => `pm.test('${what}', () => ${expression});`;
const bundleHolds = test('found', `pm.expect(body.total).to.be.above(0)`);
const noError = test(
  'no error',
  `pm.expect(body.issue.filter((i) => i.severity === 'error' || i.severity === 'fatal')).to.eql([])`,
);

export const tasks: readonly Task[] = [
  {
    name: 'Trouver un patient',
    steps: [
      {
        name: 'Cette personne a-t-elle un DMP ?',
        operation: 'patientSearchTypeByForm',
        who: 'nurse',
        status: [200],
        resource: 'Bundle',
        checks: [
          test('one', 'pm.expect(body.total).to.equal(1)'),
          keep('patientId', "body.entry.find((e) => e.search.mode === 'match').resource.id"),
        ],
      },
      {
        name: 'Le même, par son identifiant opaque',
        operation: 'patientRead',
        who: 'nurse',
        path: { id: '{{patientId}}' },
        status: [200],
        resource: 'Patient',
        checks: [test('active', 'pm.expect(body.active).to.equal(true)')],
      },
      {
        name: 'Que puis-je faire pour ce patient ?',
        operation: 'systemMyRightsPost',
        who: 'doctor',
        status: [200],
        resource: 'Parameters',
        checks: [test('rights', "pm.expect(body.parameter.some((p) => p.name === 'right')).to.equal(true)")],
      },
    ],
  },
  {
    name: 'Consentement',
    steps: [
      ...(['consent-feeding', 'consent-consultation'] as const).map((example): Step => ({
        name: example === 'consent-feeding' ? 'Non-opposition à l’alimentation' : 'Consentement à la consultation',
        operation: 'consentCreate',
        who: 'nurse',
        example,
        status: [200, 201],
        resource: 'Consent',
        checks: [test('active', "pm.expect(body.status).to.equal('active')")],
      })),
      {
        name: 'Ce que le patient permet',
        operation: 'consentSearchTypeByForm',
        who: 'nurse',
        status: [200],
        resource: 'Bundle',
        checks: [bundleHolds],
      },
    ],
  },
  {
    name: 'Déposer',
    steps: [
      {
        name: 'Vérifier',
        operation: 'documentReferenceValidate',
        who: 'nurse',
        status: [200],
        resource: 'OperationOutcome',
        checks: [noError],
      },
      {
        name: 'Essai à blanc',
        operation: 'documentReferenceCreate',
        who: 'nurse',
        query: [['_dryRun', 'true']],
        status: [200],
        resource: 'OperationOutcome',
        checks: [noError],
      },
      {
        name: 'Déposer un texte',
        operation: 'documentReferenceCreate',
        who: 'nurse',
        status: [201],
        resource: 'DocumentReference',
        checks: [test('where', "pm.response.to.have.header('Location')"), keep('documentId', 'body.id')],
      },
      {
        name: 'Encore une fois : il est déjà là',
        operation: 'documentReferenceCreate',
        who: 'nurse',
        status: [200],
        resource: 'DocumentReference',
        checks: [test('the same', "pm.expect(body.id).to.equal(pm.collectionVariables.get('documentId'))")],
      },
    ],
  },
  {
    name: 'Déposer plus tard',
    steps: [
      {
        name: 'Déposer sans attendre le DMP',
        operation: 'documentReferenceCreate',
        who: 'nurse',
        headers: [['Prefer', 'respond-async']],
        example: 'deposit-later',
        status: [202],
        resource: 'Task',
        checks: [
          test('applied', "pm.expect(pm.response.headers.get('Preference-Applied')).to.equal('respond-async')"),
          test('where', "pm.expect(pm.response.headers.get('Content-Location')).to.include(`/fhir/Task/${body.id}`)"),
          keep('taskId', 'body.id'),
        ],
      },
      {
        name: 'Où en est ce dépôt ?',
        operation: 'taskRead',
        who: 'nurse',
        path: { id: '{{taskId}}' },
        status: [200],
        resource: 'Task',
        checks: [
          test('on its way', "pm.expect(body.status).to.be.oneOf(['ready', 'in-progress', 'on-hold', 'completed'])"),
        ],
      },
      {
        name: 'Mes dépôts différés',
        operation: 'taskSearchType',
        who: 'nurse',
        query: [['code', 'deposit-document']],
        status: [200],
        resource: 'Bundle',
        checks: [bundleHolds],
      },
      {
        name: 'Ceux qui ont échoué',
        operation: 'taskSearchType',
        who: 'admin',
        query: [['status', 'failed']],
        status: [200],
        resource: 'Bundle',
        checks: [test('none', 'pm.expect(body.total).to.equal(0)')],
      },
    ],
  },
  {
    name: 'Lister',
    steps: [
      {
        name: 'Les documents du patient',
        operation: 'documentReferenceSearchTypeByForm',
        who: 'doctor',
        status: [200],
        resource: 'Bundle',
        checks: [
          test(
            'the new one is there',
            "pm.expect(body.entry.map((e) => e.resource.id)).to.include(pm.collectionVariables.get('documentId'))",
          ),
        ],
      },
      {
        name: 'Les lots',
        operation: 'listSearchTypeByForm',
        who: 'doctor',
        status: [200],
        resource: 'Bundle',
        checks: [bundleHolds],
      },
    ],
  },
  {
    name: 'Lire',
    steps: [
      {
        name: 'Les métadonnées',
        operation: 'documentReferenceRead',
        who: 'doctor',
        path: { id: '{{documentId}}' },
        status: [200],
        resource: 'DocumentReference',
        checks: [test('current', "pm.expect(body.status).to.equal('current')")],
      },
      {
        name: 'Le texte déposé',
        operation: 'binaryRead',
        who: 'doctor',
        path: { id: '{{documentId}}' },
        accept: 'text/plain',
        status: [200],
        checks: [test('the text', "pm.expect(pm.response.text()).to.include('nuit calme')")],
      },
      {
        name: 'Le CDA qui l’enveloppe',
        operation: 'binaryRead',
        who: 'doctor',
        path: { id: '{{documentId}}' },
        accept: 'text/xml',
        status: [200],
        checks: [test('a CDA', "pm.expect(pm.response.text()).to.include('<ClinicalDocument')")],
      },
    ],
  },
  {
    name: 'Remplacer',
    steps: [
      {
        name: 'Déposer la correction',
        operation: 'documentReferenceCreate',
        who: 'nurse',
        example: 'replace-text',
        status: [201],
        resource: 'DocumentReference',
        checks: [keep('correctionReference', 'body.id')],
      },
      {
        name: 'L’ancien est remplacé',
        operation: 'documentReferenceRead',
        who: 'doctor',
        path: { id: '{{documentId}}' },
        status: [200],
        resource: 'DocumentReference',
        checks: [test('superseded', "pm.expect(body.status).to.equal('superseded')")],
      },
    ],
  },
  {
    name: 'Masquer',
    steps: [
      {
        name: 'Essai à blanc',
        operation: 'documentReferencePatch',
        who: 'doctor',
        path: { id: '{{correctionReference}}' },
        query: [['_dryRun', 'true']],
        contentType: 'application/json-patch+json',
        status: [200],
        resource: 'OperationOutcome',
        checks: [noError],
      },
      {
        name: 'Masquer aux professionnels',
        operation: 'documentReferencePatch',
        who: 'doctor',
        path: { id: '{{correctionReference}}' },
        contentType: 'application/json-patch+json',
        status: [200],
        resource: 'DocumentReference',
        checks: [test('masked', "pm.expect(JSON.stringify(body.securityLabel)).to.include('MASQUE_PS')")],
      },
    ],
  },
  {
    name: 'Journal',
    steps: [
      {
        name: 'Ce qui s’est passé',
        operation: 'auditEventSearchType',
        who: 'admin',
        query: [['date', 'ge2026-01-01']],
        status: [200],
        resource: 'Bundle',
        checks: [bundleHolds],
      },
    ],
  },
  {
    name: 'Reprise',
    steps: [
      {
        name: 'Vérifier un lot',
        operation: 'bundleValidate',
        who: 'nurse',
        status: [200],
        resource: 'OperationOutcome',
        checks: [noError],
      },
      {
        name: 'Déposer un lot',
        operation: 'systemTransaction',
        who: 'nurse',
        status: [200],
        resource: 'Bundle',
        checks: [
          test('all of it', "pm.expect(body.entry.every((e) => e.response.status.startsWith('201'))).to.equal(true)"),
        ],
      },
    ],
  },
];
