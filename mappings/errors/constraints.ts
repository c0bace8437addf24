/** The error table: constraints of PDSm's profiles that have no FHIRPath (server/fhir/validation/invariants.ts). */
import { row, type ErrorRow } from './row.ts';

export const constraintErrors = {
  'constr-bind-type': row(
    400,
    'code-invalid',
    'Le type doit avoir un code de {expected} (PDSm constr-bind-type). Prenez-le dans JDV_J66 (DMP) ou JDV_J07.',
    'The type needs a code of {expected} (PDSm constr-bind-type). Take it from JDV_J66 (DMP) or JDV_J07.',
  ),
  'constr-bind-category': row(
    400,
    'code-invalid',
    'La catégorie doit avoir un code de {expected} (PDSm constr-bind-category). Prenez-le dans JDV_J57 (DMP) ou JDV_J06.',
    'The category needs a code of {expected} (PDSm constr-bind-category). Take it from JDV_J57 (DMP) or JDV_J06.',
  ),
  'constr-bind-format': row(
    400,
    'code-invalid',
    'Le format doit être un code de {expected} (PDSm constr-bind-format). Prenez-le dans JDV_J60 (DMP) ou JDV_J10.',
    'The format must be a code of {expected} (PDSm constr-bind-format). Take it from JDV_J60 (DMP) or JDV_J10.',
  ),
  'constr-bind-context-event': row(
    400,
    'code-invalid',
    'L’acte (context.event) doit avoir un code et sa nomenclature : CCAM, CIM-10, TRE_A00 ou autre (PDSm constr-bind-context-event). Un texte seul ne suffit pas.',
    'The event (context.event) needs a code and its system: CCAM, CIM-10, TRE_A00 or another (PDSm constr-bind-context-event). A text alone is not enough.',
  ),
  'constr-bind-ProducteurDoc': row(
    400,
    'code-invalid',
    'Cet élément doit avoir un code de {expected} (PDSm constr-bind-ProducteurDoc) : TRE_R02 quand un professionnel est l’auteur, TRE_A00 quand c’est le patient.',
    'This element needs a code of {expected} (PDSm constr-bind-ProducteurDoc): TRE_R02 when a professional is the author, TRE_A00 when the patient is.',
  ),
  'constr-bind-ProducteurDoc-simplified': row(
    400,
    'code-invalid',
    'Pour cet élément un code de {expected} est recommandé (PDSm constr-bind-ProducteurDoc-simplified) ; le DMP peut refuser un autre.',
    'For this element a code of {expected} is recommended (PDSm constr-bind-ProducteurDoc-simplified); the DMP may refuse another.',
  ),
  'constr-bind-relatesTo': row(
    400,
    'business-rule',
    'Un remplacement a exactement un relatesTo (PDSm constr-bind-relatesTo). Retirez les autres.',
    'A replacement has exactly one relatesTo (PDSm constr-bind-relatesTo). Remove the others.',
  ),
  'constr-bind-relatesToTarget': row(
    400,
    'invalid',
    'relatesTo.target doit désigner un DocumentReference (PDSm constr-bind-relatesToTarget).',
    'relatesTo.target must point at a DocumentReference (PDSm constr-bind-relatesToTarget).',
  ),
  'constr-bind-attachmenturl': row(
    400,
    'invalid',
    'attachment.url doit désigner une ressource Binary : Binary/<id>, ou le fullUrl d’une entrée (PDSm constr-bind-attachmenturl).',
    'attachment.url must point at a Binary: Binary/<id>, or the fullUrl of an entry (PDSm constr-bind-attachmenturl).',
  ),
  'constr-bind-designationtype': row(
    400,
    'code-invalid',
    'Le type de lot (designationType) doit avoir un code de {expected} (PDSm constr-bind-designationtype). Prenez-le dans JDV_J59 (DMP) ou JDV_J03.',
    'The designationType needs a code of {expected} (PDSm constr-bind-designationtype). Take it from JDV_J59 (DMP) or JDV_J03.',
  ),

  valid: row(200, 'informational', 'Aucun problème n’a été trouvé.', 'No problem was found.'),
  'validate-mode': row(
    405,
    'not-supported',
    '{method} {type} n’est pas servi. Un document se modifie et se supprime par PATCH (essai à blanc : _dryRun=true), un classeur se modifie dans un lot (ITI-65).',
    '{method} {type} is not served. A document is changed and deleted by PATCH (dry run: _dryRun=true), a folder is changed in a set (ITI-65).',
  ),
} as const satisfies Record<string, ErrorRow>;
