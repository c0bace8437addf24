/**
 * The error table: each thing that can go wrong, as a row. HTTP status, FHIR issue code, sentence in French and English
 * that says what to do, and whether trying again can help.
 *
 * `{name}` places are filled from `Issue.values`. A row keyed `dmp:<CODE>` is the DMP's own error; `dmpRow` picks it.
 * HTTP choices: spec/fhir.md B.1 (a precise map is the point of this façade), FHIR R4 http.html; XDS codes: ITI TF-3
 * table 4.2.4.1-2. DMP codes have no public list: what is marked [C2]/[M] in dmp-wire §5 falls back on its kind.
 */
export interface ErrorRow {
  status: number;
  /** http://hl7.org/fhir/issue-type */
  code: string;
  fr: string;
  en: string;
  /** A later identical request can succeed. */
  retry?: boolean;
}

const row = (status: number, code: string, fr: string, en: string, retry = false): ErrorRow => ({
  status,
  code,
  fr,
  en,
  ...(retry ? { retry } : {}),
});

export const errors = {
  // --- the request itself
  'body-malformed': row(
    400,
    'structure',
    'Le corps de la requête n’est pas lisible ({detail}). Corrigez la syntaxe JSON ou l’encodage annoncé.',
    'The request body cannot be read ({detail}). Fix the JSON syntax or the announced encoding.',
  ),
  'range-unsatisfiable': row(
    416,
    'value',
    'La plage demandée (Range) est hors du contenu, qui compte {length} octets. Demandez-en une autre.',
    'The requested Range lies outside the content, which has {length} bytes. Ask for another.',
  ),
  'xml-malformed': row(
    400,
    'structure',
    'Le corps de la requête n’est pas du XML accepté ({detail}) : XML 1.0 bien formé, en UTF-8, sans DOCTYPE. Corrigez-le.',
    'The request body is not XML that is accepted ({detail}): well-formed XML 1.0 in UTF-8, without DOCTYPE. Fix it.',
  ),
  'xml-unexpected': row(
    400,
    'structure',
    'En FHIR XML, {what} n’est pas permis ici (espace de noms http://hl7.org/fhir). Retirez-le ou corrigez-le.',
    'In FHIR XML, {what} is not allowed here (namespace http://hl7.org/fhir). Remove or fix it.',
  ),
  narrative: row(
    400,
    'invariant',
    'Le texte (narrative) n’est pas du XHTML permis par FHIR ({detail}). Retirez ce qui n’est pas permis.',
    'The narrative is not XHTML that FHIR allows ({detail}). Remove what is not allowed.',
  ),
  'query-malformed': row(
    400,
    'structure',
    'L’adresse ou le formulaire n’est pas lisible ({detail}). Corrigez l’encodage.',
    'The address or form cannot be read ({detail}). Fix its encoding.',
  ),
  'request-malformed': row(
    400,
    'structure',
    'La requête n’est pas du HTTP lisible : dans l’adresse, ce qui n’est pas ASCII s’écrit en %XX (UTF-8).',
    'The request is not readable HTTP: in the address, what is not ASCII is written as %XX (UTF-8).',
  ),
  'header-too-large': row(
    431,
    'too-long',
    'L’adresse et les en-têtes sont trop longs. Cherchez par POST _search.',
    'The address and headers are too long. Search by POST _search.',
  ),
  'request-timeout': row(
    408,
    'timeout',
    'La requête n’est pas arrivée en entier à temps. Renvoyez-la.',
    'The request did not arrive completely in time. Send it again.',
    true,
  ),
  'body-missing': row(
    400,
    'required',
    'La requête n’a pas de corps. Envoyez une ressource {expected}.',
    'The request has no body. Send a {expected} resource.',
  ),
  'media-type': row(
    415,
    'not-supported',
    'Type de contenu « {given} » non accepté. Envoyez {expected}.',
    'Content type "{given}" is not accepted. Send {expected}.',
  ),
  'not-acceptable': row(
    406,
    'not-supported',
    'Aucun des formats demandés n’est disponible. Demandez {available}.',
    'None of the requested formats is available. Ask for {available}.',
  ),
  'too-large': row(
    413,
    'too-long',
    'Le contenu dépasse la limite de {limit} octets. Réduisez-le.',
    'The content exceeds the limit of {limit} bytes. Make it smaller.',
  ),
  'unknown-route': row(
    404,
    'not-found',
    'Aucune ressource à cette adresse. Consultez /fhir/metadata.',
    'Nothing lives at this address. See /fhir/metadata.',
  ),
  'method-not-allowed': row(
    405,
    'not-supported',
    'La méthode {method} n’est pas permise ici. Méthodes permises : {allowed}.',
    'Method {method} is not allowed here. Allowed: {allowed}.',
  ),
  'search-by-post': row(
    405,
    'not-supported',
    'Une recherche par POST s’adresse à {path}, ses critères dans un formulaire (R4, comme MHD ITI-66 et ITI-67). Un POST ici serait une création, qui n’est pas permise : un lot ou un classeur se dépose dans une transaction (ITI-65). Méthodes permises : {allowed}.',
    'A search by POST goes to {path}, with its criteria in a form (R4, as MHD ITI-66 and ITI-67). A POST here would be a creation, which is not allowed: a set or a folder is deposited in a transaction (ITI-65). Allowed: {allowed}.',
  ),
  'resource-type-unsupported': row(
    404,
    'not-supported',
    'Le type de ressource {type} n’est pas servi. Types servis : {supported}.',
    'Resource type {type} is not served. Served types: {supported}.',
  ),
  'wrong-resource-type': row(
    400,
    'invalid',
    'Une ressource {expected} est attendue, {given} a été reçue.',
    'A {expected} resource is expected, {given} was received.',
  ),
  'not-found': row(404, 'not-found', 'La ressource {type} demandée est inconnue.', 'The requested {type} is unknown.'),
  deleted: row(410, 'deleted', 'Cette ressource a été supprimée.', 'This resource was deleted.'),

  // --- access
  'login-required': row(
    401,
    'login',
    'Un jeton d’accès est requis. Envoyez « Authorization: Bearer … ».',
    'An access token is required. Send "Authorization: Bearer …".',
  ),
  'token-invalid': row(
    401,
    'login',
    'Le jeton d’accès n’est pas valable ({reason}). Obtenez-en un nouveau.',
    'The access token is not valid ({reason}). Get a new one.',
  ),
  'token-keys-unavailable': row(
    503,
    'transient',
    'Les clés qui vérifient les jetons ne sont pas disponibles. Réessayez plus tard.',
    'The keys that verify tokens are not available. Try again later.',
    true,
  ),
  'scope-missing': row(
    403,
    'forbidden',
    'Le jeton ne porte pas la portée requise : {scope}.',
    'The token lacks the required scope: {scope}.',
  ),
  'structure-mismatch': row(
    403,
    'forbidden',
    'La structure du jeton n’est pas celle que cette passerelle représente auprès du DMP.',
    'The structure in the token is not the one that this gateway represents to the DMP.',
  ),
  'right-missing': row(
    403,
    'forbidden',
    'Le DMP n’accepte pas {transaction} pour cet appelant : il faut {right}.',
    'The DMP does not take {transaction} from this caller: {right} is needed.',
  ),
  'author-not-caller': row(
    403,
    'forbidden',
    'L’auteur du lot doit être l’appelant et sa structure (ceux du jeton).',
    'The author of the submission set must be the caller and the caller’s structure (those of the token).',
  ),

  // --- validation
  required: row(
    400,
    'required',
    'L’élément {element} est obligatoire ({rule}).',
    'Element {element} is mandatory ({rule}).',
  ),
  cardinality: row(
    400,
    'structure',
    'L’élément {element} est présent {count} fois ; {max} au plus ({rule}).',
    'Element {element} occurs {count} times; at most {max} ({rule}).',
  ),
  structure: row(
    400,
    'structure',
    'La ressource n’est pas conforme à FHIR R4 : {detail}',
    'The resource does not conform to FHIR R4: {detail}',
  ),
  'property-unknown': row(
    400,
    'structure',
    'La propriété « {name} » n’existe pas dans {type} (FHIR R4). Corrigez son nom ou retirez-la.',
    'Property "{name}" does not exist in {type} (FHIR R4). Fix its name or remove it.',
  ),
  'json-type': row(
    400,
    'structure',
    'L’élément {element} n’est pas du bon type JSON : attendu {expected}.',
    'Element {element} is not of the right JSON type: {expected} expected.',
  ),
  'value-empty': row(
    400,
    'structure',
    'L’élément {element} est vide (null, liste, objet ou texte vide) : donnez-lui une valeur ou retirez-le.',
    'Element {element} is empty (null, empty list, object or text): give it a value or remove it.',
  ),
  'value-format': row(
    400,
    'value',
    'La valeur de {element} n’a pas la forme d’un « {type} » FHIR.',
    'The value of {element} does not have the form of a FHIR {type}.',
  ),
  'value-fixed': row(
    400,
    'value',
    'L’élément {element} doit valoir {expected} ({rule}).',
    'Element {element} must be {expected} ({rule}).',
  ),
  'choice-duplicate': row(
    400,
    'structure',
    'L’élément {element} a plusieurs valeurs de types différents : n’en gardez qu’une.',
    'Element {element} has several values of different types: keep only one.',
  ),
  invariant: row(
    400,
    'invariant',
    'La règle FHIR {key} n’est pas respectée : {detail}',
    'FHIR rule {key} is not met: {detail}',
  ),
  'resource-unknown': row(
    400,
    'structure',
    'Le type de ressource « {type} » n’existe pas, ou n’a pas sa place ici.',
    'Resource type "{type}" does not exist, or has no place here.',
  ),
  'reference-type': row(
    400,
    'invalid',
    'L’élément {element} ne peut pas désigner une ressource {given}.',
    'Element {element} cannot point at a {given}.',
  ),
  'element-forbidden': row(
    400,
    'structure',
    'L’élément {element} n’est pas permis ici ({rule}). Retirez-le.',
    'Element {element} is not allowed here ({rule}). Remove it.',
  ),
  'contained-expected': row(
    400,
    'structure',
    'L’élément {element} doit désigner une ressource contenue (« contained », #id) ({rule}).',
    'Element {element} must point at a contained resource (#id) ({rule}).',
  ),
  'value-invalid': row(
    400,
    'value',
    'La valeur de {element} n’est pas valable : {detail}',
    'The value of {element} is not valid: {detail}',
  ),
  'code-unknown': row(
    400,
    'code-invalid',
    'Le code « {code} » n’appartient pas au jeu de valeurs {valueSet}.',
    'Code "{code}" is not in value set {valueSet}.',
  ),
  'code-undetermined': row(
    400,
    'required',
    'La classe ne se déduit pas du type « {code} » : indiquez {element}.',
    'No class follows from type "{code}": give {element}.',
  ),
  'reference-unresolved': row(
    400,
    'not-found',
    'La référence « {reference} » ne désigne rien dans la requête ni sur ce serveur.',
    'Reference "{reference}" points at nothing in the request or on this server.',
  ),
  'profile-unsupported': row(
    400,
    'not-supported',
    'Le profil annoncé n’est pas pris ici. Annoncez {supported}.',
    'The profile claimed is not taken here. Claim {supported}.',
  ),
  'entry-type': row(
    400,
    'invalid',
    'Une entrée {given} n’est pas permise : un lot contient un List (submissionset), des DocumentReference, leurs Binary et au plus un Patient.',
    'A {given} entry is not allowed: a set holds one List (submissionset), DocumentReferences, their Binaries and at most one Patient.',
  ),
  'entry-request': row(
    400,
    'invalid',
    'La requête de cette entrée doit être {expected}.',
    'The request of this entry must be {expected}.',
  ),
  'entry-count': row(
    400,
    'invalid',
    'Le lot doit contenir {expected} entrée(s) {type} ; il y en a {count}.',
    'The set must hold {expected} {type} entry(ies); there are {count}.',
  ),
  'entry-unreferenced': row(
    400,
    'invalid',
    'Aucune autre entrée ne désigne cette entrée {type} : référencez-la ou retirez-la.',
    'No other entry points at this {type} entry: reference it or remove it.',
  ),
  'entry-duplicate': row(
    400,
    'duplicate',
    'La valeur de {element} est déjà celle d’une autre entrée.',
    'The value of {element} is already that of another entry.',
  ),
  'not-supported-yet': row(
    501,
    'not-supported',
    'Cette fonction n’est pas encore servie : {detail}',
    'This is not served yet: {detail}',
  ),
  'search-parameter-unknown': row(
    400,
    'not-supported',
    'Paramètre de recherche inconnu : {name}. Paramètres servis : {supported}.',
    'Unknown search parameter: {name}. Served: {supported}.',
  ),
  'search-parameter-invalid': row(
    400,
    'value',
    'Valeur du paramètre {name} non valable : {detail}',
    'Invalid value of parameter {name}: {detail}',
  ),
  'search-parameter-alias': row(
    400,
    'not-supported',
    'Le paramètre de recherche {name} s’écrit {right}.',
    'Search parameter {name} is spelt {right}.',
  ),
  'search-include-unknown': row(
    400,
    'not-supported',
    'Valeur de _include non servie : {value}. Valeurs servies : {supported}.',
    'Value of _include that is not served: {value}. Served: {supported}.',
  ),
  'search-include-refused': row(
    400,
    'not-supported',
    '{name} n’est pas servi. Demandez les ressources liées par _include, ou par une recherche à part.',
    '{name} is not served. Ask for related resources with _include, or by a search of their own.',
  ),
  'search-include-contained': row(
    200,
    'informational',
    '_include={value} n’ajoute rien : ces ressources sont contenues (contained) dans chaque résultat.',
    '_include={value} adds nothing: these resources are contained in each match.',
  ),
  'relations-unavailable': row(
    200,
    'incomplete',
    'Les liens entre documents (relatesTo) n’ont pas pu être demandés au DMP ({code}) : ils manquent dans cette réponse. Relancez la recherche plus tard.',
    'The relations between documents (relatesTo) could not be asked of the DMP ({code}): they lack in this answer. Search again later.',
  ),
  'search-parameter-required': row(
    400,
    'required',
    'Le paramètre {name} est obligatoire pour cette recherche ({rule}).',
    'Parameter {name} is mandatory for this search ({rule}).',
  ),
  'operation-parameter': row(
    400,
    'value',
    'Paramètre {name} de l’opération non valable : {detail}',
    'Invalid parameter {name} of the operation: {detail}',
  ),
  'operation-parameter-unknown': row(
    400,
    'not-supported',
    'L’opération n’a pas de paramètre {name}. Paramètres : {supported}.',
    'The operation has no parameter {name}. Parameters: {supported}.',
  ),
  'operation-parameter-required': row(
    400,
    'required',
    'Le paramètre {name} de l’opération est obligatoire.',
    'Parameter {name} of the operation is mandatory.',
  ),
  'news-too-much': row(
    422,
    'too-costly',
    'Plus de {limit} documents ont changé. Donnez un « since » plus récent, ou cherchez page par page (GET DocumentReference).',
    'More than {limit} documents have changed. Give a later since, or search page by page (GET DocumentReference).',
  ),
  'search-expired': row(
    410,
    'expired',
    'Cette page de résultats a expiré. Relancez la recherche.',
    'This page of results has expired. Run the search again.',
  ),

  // --- subscriptions
  'subscription-topic': row(
    422,
    'not-supported',
    'Ce sujet d’abonnement n’est pas servi. Sujets servis dans criteria : {supported}.',
    'This topic is not served. Topics for criteria: {supported}.',
  ),
  'subscription-filter': row(
    422,
    'value',
    'L’extension backport-filter-criteria doit être une recherche DocumentReference?… avec un patient ({detail}).',
    'The extension backport-filter-criteria must be a search DocumentReference?… with one patient ({detail}).',
  ),
  'subscription-purpose': row(
    403,
    'forbidden',
    'On ne s’abonne pas en bris de glace ni en centre 15 : ces accès valent pour une consultation.',
    'No subscription with break-glass or emergency call centre access: these are for one consultation.',
  ),
  'subscription-channel': row(
    422,
    'not-supported',
    'Seul le canal rest-hook est servi.',
    'Only the channel rest-hook is served.',
  ),
  'subscription-payload': row(
    422,
    'not-supported',
    'channel.payload : {detail}. Envoyez application/fhir+json ou application/fhir+xml, contenu empty ou id-only : les données de santé se lisent ici, avec un jeton.',
    'channel.payload: {detail}. Send application/fhir+json or application/fhir+xml, content empty or id-only: health data are read here, with a token.',
  ),
  'subscription-endpoint': row(
    422,
    'forbidden',
    'channel.endpoint n’est pas une adresse permise. Demandez à l’exploitant de l’ajouter à SUBSCRIPTION_ENDPOINTS (https, sans identifiants).',
    'channel.endpoint is not an allowed address. Ask the operator to add it to SUBSCRIPTION_ENDPOINTS (https, no credentials).',
  ),
  'subscription-header': row(
    422,
    'value',
    'channel.header n’est pas utilisable : {detail}. Écrivez « Nom: valeur », par exemple « Authorization: Bearer … ».',
    'channel.header cannot be used: {detail}. Write "Name: value", e.g. "Authorization: Bearer …".',
  ),
  'subscription-value': row(422, 'value', '{name} n’est pas valable : {detail}', '{name} is not valid: {detail}'),
  'subscription-status': row(
    422,
    'business-rule',
    'Seul status se modifie : off pour finir, requested pour reprendre un abonnement en error ou off ({detail}).',
    'Only status can be changed: off to end, requested to resume a subscription in error or off ({detail}).',
  ),
  'subscription-session-over': row(
    403,
    'expired',
    'La session du professionnel est finie, ou va l’être : reconnectez-vous, puis abonnez-vous.',
    'The professional’s session is over, or about to be: log in again, then subscribe.',
  ),
  'subscription-limit-caller': row(
    429,
    'throttled',
    'Vous avez déjà {limit} abonnements. Finissez-en un (DELETE), puis recommencez.',
    'You already have {limit} subscriptions. End one (DELETE), then try again.',
  ),
  'subscription-limit-patient': row(
    429,
    'throttled',
    'Ce patient a déjà {limit} abonnements. Recommencez quand l’un d’eux aura pris fin.',
    'This patient already has {limit} subscriptions. Try again when one of them has ended.',
  ),
  'subscription-ended-session': row(
    403,
    'expired',
    'Abonnement terminé : la session du professionnel, au nom de qui le DMP était interrogé, est finie. Abonnez-vous de nouveau depuis une nouvelle session.',
    'Subscription ended: the session of the professional in whose name the DMP was asked is over. Subscribe again from a new session.',
  ),
  'subscription-ended-time': row(
    403,
    'expired',
    'Abonnement terminé : son échéance (end) est passée.',
    'Subscription ended: its time (end) is over.',
  ),
  'subscription-ended-owner': row(
    410,
    'deleted',
    'Abonnement terminé par son titulaire.',
    'Subscription ended by its owner.',
  ),
  'subscription-unreachable': row(
    502,
    'processing',
    'Le destinataire ne répond pas ou refuse les notifications. Rétablissez-le, puis remettez l’abonnement à requested (PUT).',
    'The receiver does not answer or refuses notifications. Repair it, then set the subscription back to requested (PUT).',
  ),
  'subscription-refused': row(
    403,
    'forbidden',
    'Abonnement arrêté : le DMP refuse la recherche ({code}). Vérifiez l’autorisation du professionnel et l’état du DMP du patient.',
    'Subscription stopped: the DMP refuses the search ({code}). Check the professional’s authorisation and the state of the patient’s DMP.',
  ),

  'extension-value': row(
    400,
    'structure',
    'L’extension {url} porte {expected}, et rien d’autre.',
    'Extension {url} has {expected}, and nothing else.',
  ),
  'extension-context': row(
    400,
    'structure',
    'L’extension {url} n’a pas sa place ici : elle se met sur {contexts}.',
    'Extension {url} has no place here: it stands on {contexts}.',
  ),

  // --- constraints of PDSm's profiles that have no FHIRPath (server/fhir/validation/invariants.ts)
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

  // --- identity
  'ins-format': row(
    400,
    'value',
    'Un INS compte 15 caractères (13 + clé) ; sa forme n’est pas valable.',
    'An INS has 15 characters (13 + key); its form is not valid.',
  ),
  'ins-key': row(
    422,
    'business-rule',
    'La clé de l’INS est fausse : vérifiez la saisie.',
    'The INS key is wrong: check what was entered.',
  ),
  'ins-oid': row(
    400,
    'value',
    'L’autorité d’affectation n’est pas celle d’un INS : attendu {expected}.',
    'The assigning authority is not that of an INS: expected {expected}.',
  ),
  'ins-environment': row(
    422,
    'business-rule',
    'Cet INS n’est pas de cet environnement ({environment}) : autorité {oid}.',
    'This INS does not belong to this environment ({environment}): authority {oid}.',
  ),
  'patient-unidentified': row(
    400,
    'required',
    'Le patient doit être désigné par son INS (subject.identifier, Patient?identifier=… ou un Patient connu).',
    'The patient must be given by INS (subject.identifier, Patient?identifier=… or a known Patient).',
  ),
  'patient-inconsistent': row(
    422,
    'business-rule',
    'Deux patients différents sont désignés dans la même requête.',
    'Two different patients are designated in one request.',
  ),
  'dmp-absent': row(404, 'not-found', 'Ce patient n’a pas de DMP.', 'This patient has no DMP.'),
  'dmp-closed': row(
    422,
    'business-rule',
    'Le DMP de ce patient est fermé : il ne peut pas être alimenté.',
    'This patient’s DMP is closed: it cannot be fed.',
  ),

  // --- documents
  'document-empty': row(400, 'value', 'Le document est vide.', 'The document is empty.'),
  'document-type': row(
    415,
    'not-supported',
    'Le DMP ne prend pas « {given} ». Types pris : {supported}.',
    'The DMP does not take "{given}". Taken: {supported}.',
  ),
  'document-type-mismatch': row(
    422,
    'invalid',
    'Le contenu n’est pas du type annoncé ({given}).',
    'The content is not of the type announced ({given}).',
  ),
  'document-base64': row(400, 'value', 'Le contenu en base64 n’est pas valable.', 'The base64 content is not valid.'),
  'hash-mismatch': row(
    422,
    'value',
    'L’empreinte annoncée n’est pas celle du contenu (SHA-1, base64). Recalculez-la ou omettez-la.',
    'The hash given is not that of the content (SHA-1, base64). Recompute it or leave it out.',
  ),
  'size-mismatch': row(
    422,
    'value',
    'La taille annoncée ({given}) n’est pas celle du contenu ({actual}).',
    'The size given ({given}) is not that of the content ({actual}).',
  ),
  'pdfa-expected': row(
    422,
    'business-rule',
    'Le PDF ne se déclare pas PDF/A-1, seul PDF que le CI-SIS permet.',
    'The PDF does not declare PDF/A-1, the only PDF that CI-SIS allows.',
  ),
  'cda-invalid': row(422, 'structure', 'Le CDA n’est pas valable : {detail}', 'The CDA is not valid: {detail}'),
  'cda-mismatch': row(
    422,
    'business-rule',
    'L’en-tête du CDA contredit les métadonnées : {element}.',
    'The CDA header contradicts the metadata: {element}.',
  ),
  'cda-lacks': row(
    422,
    'required',
    'Le CDA ne donne pas de quoi remplir {element} : {xpath} manque dans son en-tête, ou n’y a pas de valeur connue. Complétez le CDA.',
    'The CDA does not say what goes into {element}: {xpath} is missing in its header, or has no known value there. Complete the CDA.',
  ),
  'cda-patient': row(
    422,
    'business-rule',
    'Le patient du CDA n’est pas celui de la fiche (subject).',
    'The patient of the CDA is not the subject of the DocumentReference.',
  ),
  'unique-id-invalid': row(
    400,
    'value',
    'L’identifiant unique doit être un OID de 64 caractères au plus (urn:oid:…).',
    'The unique identifier must be an OID of at most 64 characters (urn:oid:…).',
  ),
  duplicate: row(
    409,
    'duplicate',
    'Cet identifiant unique est déjà celui d’un autre document ou lot (autre contenu ou autre patient). Donnez-en un nouveau.',
    'This unique identifier already belongs to another document or set (other content or other patient). Give a new one.',
  ),
  'unique-id-repeated': row(
    400,
    'duplicate',
    'Cet identifiant unique figure deux fois dans la requête.',
    'This unique identifier occurs twice in the request.',
  ),
  'document-already-deposited': row(
    409,
    'duplicate',
    'Ce document a déjà été déposé dans un autre lot : retirez-le de celui-ci.',
    'This document was already deposited in another set: remove it from this one.',
  ),
  'deposit-pending': row(
    503,
    'transient',
    'Un dépôt de ce même document est en cours, ou son issue n’est pas encore connue. Réessayez dans une minute.',
    'A deposit of this same document is under way, or its outcome is not known yet. Try again in a minute.',
    true,
  ),
  'author-incomplete': row(
    400,
    'required',
    'L’auteur désigné n’a pas d’identifiant ou de nom lisible ici : contenez-le (« contained ») avec identifiant et nom.',
    'The author given has no identifier or name that can be read here: contain it (#id) with identifier and name.',
  ),
  'custodian-is-depositor': row(
    200,
    'informational',
    'Le custodian enregistré est la structure déposante, quel que soit celui qui est indiqué.',
    'The custodian on record is the depositing structure, whichever is given.',
  ),
  // --- relations between documents, and the PATCH entries of a set
  'relates-code': row(
    400,
    'not-supported',
    'La relation « {code} » ne se dépose pas : le lot est signé par la passerelle. Relations prises : replaces, transforms, appends.',
    'The relation "{code}" cannot be deposited: the gateway signs the set. Taken: replaces, transforms, appends.',
  ),
  'relates-combination': row(
    400,
    'business-rule',
    'Au plus un relatesTo de chaque sorte, et jamais replaces avec appends (CDA R2). Séparez ces relations en plusieurs documents.',
    'At most one relatesTo of each kind, and never replaces together with appends (CDA R2). Split them over several documents.',
  ),
  'target-unknown': row(
    422,
    'not-found',
    'Le document désigné est inconnu du DMP ou de cette passerelle. Désignez-le par son identifiant unique (identifier, urn:oid:…) ou par le DocumentReference/<id> d’une recherche.',
    'The document pointed at is not known to the DMP or to this gateway. Give its unique identifier (identifier, urn:oid:…) or the DocumentReference/<id> of a search.',
  ),
  'target-new': row(
    400,
    'business-rule',
    'relatesTo doit désigner un document qui est déjà dans le DMP, pas un document de la même requête.',
    'relatesTo must point at a document that is in the DMP already, not at one of the same request.',
  ),
  'target-inconsistent': row(
    400,
    'invalid',
    'La référence et l’identifiant désignent deux documents différents : n’en gardez qu’un.',
    'The reference and the identifier point at two different documents: keep one of them.',
  ),
  'target-other-patient': row(
    422,
    'business-rule',
    'Ce qui est désigné n’est pas de ce patient.',
    'What is pointed at does not belong to this patient.',
  ),
  'replaced-twice': row(
    400,
    'duplicate',
    'Deux documents de la requête remplacent le même : un document n’a qu’un remplaçant.',
    'Two documents of the request replace the same one: a document has one replacement only.',
  ),
  'patch-parameters': row(
    400,
    'structure',
    'Dans un lot, le PATCH d’un DocumentReference est un Parameters d’une seule opération : type = replace, path = DocumentReference.status, value = superseded (IHE.MHD.Patch.Parameters). Pour le reste, envoyez PATCH /fhir/DocumentReference/<id> hors du lot.',
    'In a set, the PATCH of a DocumentReference is a Parameters with one operation: type = replace, path = DocumentReference.status, value = superseded (IHE.MHD.Patch.Parameters). For anything else send PATCH /fhir/DocumentReference/<id> on its own.',
  ),
  'patch-unmatched': row(
    400,
    'business-rule',
    'Aucun document du lot ne remplace celui que cette entrée rend obsolète : ajoutez relatesTo (replaces) au nouveau document, ou retirez cette entrée.',
    'No document of the set replaces the one that this entry supersedes: add relatesTo (replaces) to the new document, or remove this entry.',
  ),
  'replace-without-patch': row(
    200,
    'informational',
    'Le document remplacé devient obsolète, bien que le lot n’ait pas l’entrée PATCH que MHD demande.',
    'The replaced document becomes superseded, although the set lacks the PATCH entry that MHD asks for.',
  ),
  'deposited-otherwise': row(
    409,
    'conflict',
    'Ce document est déjà déposé, avec d’autres relations (relatesTo). Donnez un nouvel identifiant unique à celui-ci.',
    'This document was already deposited, with other relations (relatesTo). Give this one a new unique identifier.',
  ),
  'cda-relation-unsaid': row(
    422,
    'business-rule',
    'L’en-tête du CDA a un relatedDocument typeCode={type} que DocumentReference.relatesTo ne dit pas : ajoutez relatesTo ({code}) vers ce document, ou retirez relatedDocument.',
    'The CDA header has a relatedDocument typeCode={type} that DocumentReference.relatesTo does not say: add relatesTo ({code}) to that document, or remove relatedDocument.',
  ),
  'cda-relation-missing': row(
    422,
    'business-rule',
    'DocumentReference.relatesTo dit {code}, mais l’en-tête du CDA ne le dit pas. Ajoutez-y relatedDocument typeCode={type}, avec parentDocument/id root={uniqueId}.',
    'DocumentReference.relatesTo says {code}, but the CDA header does not. Add relatedDocument typeCode={type} to it, with parentDocument/id root={uniqueId}.',
  ),
  'not-registered': row(
    502,
    'incomplete',
    'Le DMP a enregistré d’autres documents du lot, mais pas celui-ci. Déposez-le de nouveau, seul.',
    'The DMP registered other documents of the set, but not this one. Deposit it again, on its own.',
  ),
  'folder-unknown': row(
    422,
    'not-found',
    'Le classeur à compléter est inconnu : créez-le (POST List), ou cherchez-le d’abord (List?code=folder) pour en avoir l’identifiant.',
    'The folder to add to is not known: create it (POST List), or search for it first (List?code=folder) to get its id.',
  ),
  'folder-partial': row(
    200,
    'incomplete',
    'Les documents sont ajoutés au classeur ; le DMP n’en retire pas, et n’en change ni le titre, ni les codes, ni le commentaire.',
    'The documents were added to the folder; the DMP takes none out, and changes neither title, codes nor comment.',
  ),
  'fhir-document-unsupported': row(
    400,
    'not-supported',
    'Le DMP ne prend pas de document FHIR (Bundle). Envoyez un Binary : PDF, texte, RTF, JPEG, TIFF ou CDA.',
    'The DMP takes no FHIR document (Bundle). Send a Binary: PDF, text, RTF, JPEG, TIFF or CDA.',
  ),
  'dry-run': row(
    200,
    'informational',
    'Essai à blanc : rien n’a été envoyé ni enregistré. Tel quel, ce dépôt serait accepté, pour autant que l’on puisse le savoir sans écrire dans le DMP.',
    'Dry run: nothing was sent or stored. As it is, this deposit would be accepted, as far as can be known without writing to the DMP.',
  ),
  'dry-run-existing': row(
    200,
    'informational',
    'Essai à blanc : ce dépôt a déjà été fait à l’identique ; le renvoyer retrouverait le premier (200).',
    'Dry run: this very deposit was made already; sending it again would find the first (200).',
  ),
  'condition-unsupported': row(
    400,
    'not-supported',
    'La condition {element} doit être identifier=urn:ietf:rfc:3986|urn:oid:… (identifiant unique du document).',
    'The condition {element} must be identifier=urn:ietf:rfc:3986|urn:oid:… (unique identifier of the document).',
  ),
  'condition-several': row(
    412,
    'multiple-matches',
    'Plusieurs documents répondent à la condition {element} : précisez-la.',
    'Several documents meet the condition {element}: narrow it.',
  ),
  'exists-already': row(
    200,
    'informational',
    'Ce document existe déjà : rien n’a été déposé.',
    'This document exists already: nothing was deposited.',
  ),
  // --- PATCH of a document's attributes
  'patch-malformed': row(400, 'structure', 'Le PATCH n’est pas valable : {detail}', 'The PATCH is not valid: {detail}'),
  'patch-path': row(
    400,
    'invalid',
    'Le chemin « {path} » n’est pas lisible ({detail}). Écrivez : {remedy}',
    'Path "{path}" cannot be read ({detail}). Write: {remedy}',
  ),
  'patch-value': row(
    400,
    'value',
    'La valeur de {element} après le PATCH n’est pas valable : {given}. Écrivez : {remedy}',
    'The value of {element} after the PATCH is not valid: {given}. Write: {remedy}',
  ),
  'patch-too-many': row(
    400,
    'too-costly',
    'Le PATCH compte plus de {max} opérations. Réduisez-le.',
    'The PATCH has more than {max} operations. Make it shorter.',
  ),
  'patch-not-applicable': row(
    422,
    'processing',
    'L’opération {index} du PATCH ne s’applique pas à ce document : {detail}. Relisez le document et adaptez le chemin.',
    'Operation {index} of the PATCH does not apply to this document: {detail}. Read the document again and adapt the path.',
  ),
  'patch-test-failed': row(
    409,
    'conflict',
    'Le « test » de l’opération {index} ne correspond pas au document : rien n’a été modifié. Relisez-le.',
    'The "test" of operation {index} does not match the document: nothing was changed. Read it again.',
  ),
  'patch-element': row(
    405,
    'not-supported',
    'L’élément {element} ne se modifie pas : seuls status, securityLabel et l’extension isArchived ({url}) changent par PATCH (PDSm flux 03).',
    'Element {element} cannot be changed: only status, securityLabel and the extension isArchived ({url}) change by PATCH (PDSm flux 03).',
  ),
  'patch-several': row(
    422,
    'business-rule',
    'Ce PATCH demande plusieurs changements ({changes}), dont chacun est une transaction du DMP : envoyez un PATCH pour chacun.',
    'This PATCH asks for several changes ({changes}), each a DMP transaction of its own: send one PATCH for each.',
  ),
  'patch-level': row(
    422,
    'business-rule',
    'Le niveau de confidentialité ({level}) d’un document du DMP ne se modifie pas : gardez-le, ou remplacez le document.',
    'The confidentiality level ({level}) of a document in the DMP cannot be changed: keep it, or replace the document.',
  ),
  'patch-label-ambiguous': row(
    422,
    'business-rule',
    'Ce PATCH écrit {level}, qui y est déjà, à côté de {visibility}, qui reste. Pour lever une restriction, retirez son étiquette : {remedy}',
    'This PATCH writes {level}, which is there already, beside {visibility}, which stays. To lift a restriction remove its label: {remedy}',
  ),
  'patch-hiding': row(
    422,
    'business-rule',
    'Un document déjà visible du patient ou de ses représentants ne peut plus leur être caché (TD3.3b rend seulement visible). Ces restrictions se posent au dépôt.',
    'A document that the patient or the representatives see already can no longer be hidden from them (TD3.3b only makes visible). These restrictions are set at deposit.',
  ),
  'patch-transition': row(
    422,
    'business-rule',
    'Ce document est {status} : seul un document en vigueur (current) s’archive, se désarchive ou se supprime.',
    'This document is {status}: only one in force (current) can be archived, unarchived or deleted.',
  ),
  'patch-deletion-incomplete': row(
    422,
    'business-rule',
    'Une suppression met aussi status à superseded ou entered-in-error.',
    'A deletion also sets status to superseded or entered-in-error.',
  ),
  'patch-identifier-unknown': row(
    404,
    'not-found',
    'Aucun document vu ici n’a cet identifiant. Ajoutez patient.identifier=<INS> pour le chercher dans le DMP.',
    'No document seen here has this identifier. Add patient.identifier=<INS> to look it up in the DMP.',
  ),
  'version-conflict': row(
    412,
    'conflict',
    'Le document a changé : If-Match dit {given}, sa version est {current}. Relisez-le et recommencez.',
    'The document has changed: If-Match says {given}, its version is {current}. Read it again and start over.',
  ),
  'not-author': row(
    403,
    'forbidden',
    'Seul l’auteur de ce document (ou sa structure) peut faire cela : {right}.',
    'Only the author of this document (or the author’s structure) may do this: {right}.',
  ),
  'status-otherwise': row(
    409,
    'conflict',
    'Le DMP dit que ce document n’est plus en vigueur ni archivé : il a déjà été remplacé ou supprimé.',
    'The DMP says that this document is no longer in force nor archived: it was replaced or deleted already.',
  ),
  patched: row(200, 'informational', 'Modification faite dans le DMP : {change}.', 'Changed in the DMP: {change}.'),
  'patched-nothing': row(
    200,
    'informational',
    'Le document est déjà ainsi : rien n’a été modifié dans le DMP.',
    'The document is like this already: nothing was changed in the DMP.',
  ),
  'patch-dry-run': row(
    200,
    'informational',
    'Essai à blanc : rien n’a été modifié. Ce PATCH ferait : {change} ({transaction}).',
    'Dry run: nothing was changed. This PATCH would do: {change} ({transaction}).',
  ),
  'rendition-unavailable': row(
    406,
    'not-supported',
    'Ce document n’existe pas en {given}. Formats disponibles : {available}.',
    'This document does not exist as {given}. Available: {available}.',
  ),
  'content-corrupt': row(
    502,
    'exception',
    'Le document reçu du DMP n’a pas l’empreinte ou la taille annoncée par le registre : il n’est pas transmis.',
    'The document received from the DMP does not have the hash or size of the registry: it is not passed on.',
    true,
  ),

  // --- the DMP, by what it answered (XDS)
  'dmp:XDSUnknownPatientId': row(
    404,
    'not-found',
    'Le DMP ne connaît pas ce patient.',
    'The DMP does not know this patient.',
  ),
  'dmp:XDSPatientIdDoesNotMatch': row(
    422,
    'business-rule',
    'Les patients du lot, de la fiche et du document ne sont pas le même.',
    'The patients of the set, the entry and the document are not the same.',
  ),
  'dmp:XDSDuplicateUniqueIdInRegistry': row(
    409,
    'duplicate',
    'Cet identifiant unique existe déjà dans le DMP.',
    'This unique identifier already exists in the DMP.',
  ),
  'dmp:XDSNonIdenticalHash': row(
    409,
    'conflict',
    'Le DMP tient déjà ce document avec une autre empreinte.',
    'The DMP already holds this document with another hash.',
  ),
  'dmp:XDSDocumentUniqueIdError': row(
    404,
    'not-found',
    'Le DMP ne tient pas ce document.',
    'The DMP does not hold this document.',
  ),
  'dmp:XDSRegistryMetadataError': row(
    422,
    'business-rule',
    'Le DMP refuse les métadonnées : {context}',
    'The DMP refuses the metadata: {context}',
  ),
  'dmp:XDSRepositoryMetadataError': row(
    422,
    'business-rule',
    'Le DMP refuse les métadonnées : {context}',
    'The DMP refuses the metadata: {context}',
  ),
  'dmp:XDSInvalidDocumentContent': row(
    422,
    'business-rule',
    'Le DMP refuse le contenu du document : {context}',
    'The DMP refuses the content of the document: {context}',
  ),
  'dmp:XDSMissingDocument': row(
    502,
    'exception',
    'Le DMP n’a pas reçu un des documents du lot.',
    'The DMP did not get one of the documents of the set.',
  ),
  'dmp:XDSMissingDocumentMetadata': row(
    502,
    'exception',
    'Le DMP n’a pas reçu les métadonnées d’un document du lot.',
    'The DMP did not get the metadata of one of the documents.',
  ),
  'dmp:XDSReplaceFailed': row(
    409,
    'conflict',
    'Le DMP refuse le remplacement : le document n’existe plus, est déjà remplacé, ou n’est pas de ce patient ({context}). Cherchez la version en vigueur (status=current) et remplacez celle-là.',
    'The DMP refuses the replacement: the document is gone, already replaced, or not of this patient ({context}). Search for the current version (status=current) and replace that one.',
  ),
  'dmp:XDSRegistryDeprecatedDocumentError': row(
    409,
    'conflict',
    'Le document à transformer ou à compléter est déjà remplacé ({context}). Cherchez la version en vigueur (status=current).',
    'The document to transform or to complete is already replaced ({context}). Search for the current version (status=current).',
  ),
  'dmp:XDSMetadataVersionError': row(
    409,
    'conflict',
    'Ce document a changé entre-temps dans le DMP. Relisez-le et recommencez.',
    'This document has changed in the DMP meanwhile. Read it again and start over.',
    true,
  ),
  'dmp:XDSMetadataUpdateError': row(
    422,
    'business-rule',
    'Le DMP refuse cette modification du document : {context}',
    'The DMP refuses this change of the document: {context}',
  ),
  'dmp:XDSMetadataUpdateOperationError': row(
    422,
    'not-supported',
    'Le DMP ne fait pas cette modification : {context}',
    'The DMP does not do this change: {context}',
  ),
  'dmp:UnresolvedReferenceException': row(
    422,
    'not-found',
    'Le DMP ne connaît pas le document ou le classeur désigné ({context}). Cherchez-le d’abord, et désignez ce qui est trouvé.',
    'The DMP does not know the document or folder pointed at ({context}). Search for it first, and point at what is found.',
  ),
  'dmp:XDSTooManyResults': row(
    422,
    'too-costly',
    'Trop de résultats : précisez la recherche (type, dates).',
    'Too many results: narrow the search (type, dates).',
  ),
  'dmp:XDSStoredQueryMissingParam': row(
    502,
    'exception',
    'Le DMP juge la recherche incomplète.',
    'The DMP finds the query incomplete.',
  ),
  'dmp:XDSStoredQueryParamNumber': row(
    502,
    'exception',
    'Le DMP juge la recherche mal formée.',
    'The DMP finds the query ill-formed.',
  ),
  'dmp:XDSUnknownStoredQuery': row(
    502,
    'exception',
    'Le DMP ne connaît pas cette recherche.',
    'The DMP does not know this query.',
  ),
  'dmp:XDSRegistryBusy': row(
    503,
    'transient',
    'Le registre du DMP est occupé. Réessayez plus tard.',
    'The DMP registry is busy. Try again later.',
    true,
  ),
  'dmp:XDSRepositoryBusy': row(
    503,
    'transient',
    'L’entrepôt du DMP est occupé. Réessayez plus tard.',
    'The DMP repository is busy. Try again later.',
    true,
  ),
  'dmp:XDSRegistryOutOfResources': row(
    503,
    'transient',
    'Le DMP manque de ressources. Réessayez plus tard.',
    'The DMP is out of resources. Try again later.',
    true,
  ),
  'dmp:XDSRepositoryOutOfResources': row(
    503,
    'transient',
    'Le DMP manque de ressources. Réessayez plus tard.',
    'The DMP is out of resources. Try again later.',
    true,
  ),
  'dmp:XDSRegistryError': row(502, 'exception', 'Le registre du DMP est en erreur.', 'The DMP registry failed.', true),
  'dmp:XDSRepositoryError': row(
    502,
    'exception',
    'L’entrepôt du DMP est en erreur.',
    'The DMP repository failed.',
    true,
  ),

  // --- the DMP, by its own codes and faults
  'dmp:DMPInvalidCertificate': row(
    502,
    'security',
    'Le DMP refuse le certificat de la structure. Vérifiez le certificat de cachet (SIGN).',
    'The DMP refuses the structure’s certificate. Check the SIGN certificate.',
  ),
  'dmp:DMPClosed': row(422, 'business-rule', 'Le DMP de ce patient est fermé.', 'This patient’s DMP is closed.'),
  'dmp:DMPInvalidData': row(
    422,
    'business-rule',
    'Le DMP refuse les données : {context}',
    'The DMP refuses the data: {context}',
  ),
  'dmp:DMPAccessDenied': row(403, 'forbidden', 'Le DMP refuse l’accès : {context}', 'The DMP denies access: {context}'),
  'dmp:DMPAuthorizationDenied': row(
    403,
    'forbidden',
    'Le patient n’a pas autorisé, ou a bloqué, cet accès à son DMP.',
    'The patient has not authorised, or has blocked, this access to the DMP.',
  ),

  // --- rights that a VIHF would need, missing before any call (server/dmp/rights.ts)
  'dmp-rights-psc': row(
    403,
    'forbidden',
    'Cette opération du DMP demande une authentification par Pro Santé Connect.',
    'This DMP operation requires authentication by Pro Santé Connect.',
  ),
  'dmp-rights-rpps': row(
    403,
    'forbidden',
    'Cette opération du DMP est réservée aux professionnels qui ont un numéro RPPS.',
    'This DMP operation is for professionals who have an RPPS number.',
  ),
  'dmp-rights-purpose': row(
    403,
    'forbidden',
    'Ce mode d’accès n’est pas permis pour cette opération du DMP. Demandez un accès normal.',
    'This purpose of use is not allowed for this DMP operation. Ask for normal access.',
  ),
  'dmp-rights-reason': row(
    403,
    'forbidden',
    'Un accès « bris de glace » demande un motif. Indiquez-le.',
    'A break-glass access requires a reason. Give one.',
  ),
  'dmp-rights-role': row(
    403,
    'forbidden',
    'Le DMP demande de un à trois rôles pour l’appelant : sa profession, puis sa spécialité.',
    'The DMP wants one to three roles for the caller: the profession, then the specialty.',
  ),
  'dmp-rights-specialty': row(
    403,
    'forbidden',
    'Le DMP demande la spécialité des médecins et des pharmaciens. Ajoutez-la au jeton.',
    'The DMP requires the specialty of doctors and pharmacists. Add it to the token.',
  ),
  'dmp-rights': row(
    403,
    'forbidden',
    'Aucun mode d’authentification du DMP ne convient à cet appelant.',
    'No authentication mode of the DMP fits this caller.',
  ),

  // --- the DMP, by kind of failure
  'dmp-registry': row(502, 'exception', 'Le DMP a répondu une erreur : {code}.', 'The DMP answered an error: {code}.'),
  'dmp-hl7': row(422, 'business-rule', 'Le DMP refuse la demande : {code}.', 'The DMP refuses the request: {code}.'),
  'dmp-fault': row(502, 'exception', 'Le DMP a refusé le message ({code}).', 'The DMP refused the message ({code}).'),
  'dmp-timeout': row(
    504,
    'timeout',
    'Le DMP n’a pas répondu à temps. Réessayez plus tard.',
    'The DMP did not answer in time. Try again later.',
    true,
  ),
  'dmp-network': row(
    503,
    'transient',
    'Le DMP n’est pas joignable. Réessayez plus tard.',
    'The DMP cannot be reached. Try again later.',
    true,
  ),
  'dmp-tls': row(
    502,
    'security',
    'La connexion sécurisée au DMP a échoué. Vérifiez les certificats.',
    'The secure connection to the DMP failed. Check the certificates.',
  ),
  'dmp-http': row(
    502,
    'exception',
    'Le DMP a répondu HTTP {code} sans message.',
    'The DMP answered HTTP {code} without a message.',
    true,
  ),
  'dmp-http-503': row(
    503,
    'transient',
    'Le DMP est indisponible. Réessayez plus tard.',
    'The DMP is unavailable. Try again later.',
    true,
  ),
  'dmp-garbage': row(
    502,
    'exception',
    'La réponse du DMP n’est pas lisible.',
    'The DMP’s answer cannot be read.',
    true,
  ),
  'dmp-truncated': row(502, 'exception', 'La réponse du DMP est incomplète.', 'The DMP’s answer is cut short.', true),
  'dmp-mismatch': row(
    502,
    'exception',
    'La réponse du DMP ne correspond pas à la demande.',
    'The DMP’s answer does not match the request.',
  ),
  'dmp-too-large': row(
    502,
    'too-costly',
    'La réponse du DMP dépasse la limite permise.',
    'The DMP’s answer exceeds the allowed size.',
  ),
  'dmp-warning': row(200, 'informational', 'Le DMP signale : {code}', 'The DMP reports: {code}'),

  // --- ours
  deposited: row(201, 'informational', 'Le document est déposé dans le DMP.', 'The document was deposited in the DMP.'),
  'database-unavailable': row(
    503,
    'transient',
    'La base de données de la passerelle est indisponible.',
    'The gateway’s database is unavailable.',
    true,
  ),
  internal: row(
    500,
    'exception',
    'Erreur interne. Donnez l’identifiant de requête à l’exploitant.',
    'Internal error. Give the request id to the operator.',
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorKey = keyof typeof errors;

/** The row of a key; an unknown key is `internal`, so that a slip never leaks. */
export function errorRow(key: string): ErrorRow {
  return (errors as Record<string, ErrorRow>)[key] ?? errors.internal;
}

/** The row for something the DMP answered: its own code when the table has it, else its kind. */
export function dmpKey(kind: string, code: string): ErrorKey {
  for (const key of [`dmp:${code}`, `dmp-${kind}-${code}`, `dmp-${kind}`]) if (key in errors) return key as ErrorKey;
  return 'internal';
}

/** The sentence of a row with its places filled. */
export function sentence(row: ErrorRow, language: 'fr' | 'en', values: Record<string, string | number> = {}): string {
  return row[language].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '—'));
}
