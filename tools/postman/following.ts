/** Folders of the Postman collection: documents listed, read, replaced and masked; the journal; the take-over. */
import { bundleHolds, keep, noError, type Task, test } from './steps.ts';

export const following: readonly Task[] = [
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
