/** Folders of the Postman collection: the patient, the consent, deposits now and later. */
import { bundleHolds, keep, noError, type Step, type Task, test } from './steps.ts';

export const depositing: readonly Task[] = [
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
];
