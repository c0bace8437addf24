/** The error table: what an OAuth client may not be. */
import { row, type ErrorRow } from './row.ts';

const rule = (fr: string, en: string): ErrorRow => row(422, 'business-rule', fr, en);

export const registryClientErrors = {
  'client-id': rule(
    'Un client_id compte 3 à 100 caractères parmi A-Z a-z 0-9 . _ : -, et commence par une lettre ou un chiffre.',
    'A client_id has 3 to 100 characters of A-Z a-z 0-9 . _ : -, and begins with a letter or a digit.',
  ),
  'client-structure': rule(
    'La structure {structure} n’est pas enregistrée, ou elle est retirée.',
    'The structure {structure} is not registered, or it is withdrawn.',
  ),
  'client-public-grant': rule(
    'Une application publique (authMethod none) n’a pas de preuve d’identité : {grant} demande une application qui s’authentifie.',
    'A public application (authMethod none) cannot prove who it is: {grant} needs one that authenticates.',
  ),
  'client-exchange': rule(
    'L’échange de jetons demande le TLS mutuel et des jetons liés au certificat (RFC 8705) : authMethod tls_client_auth, boundTokens true.',
    'Token exchange needs mutual TLS and tokens bound to the certificate (RFC 8705): authMethod tls_client_auth, boundTokens true.',
  ),
  'client-backend': rule(
    'client_credentials demande private_key_jwt : c’est l’assertion signée qui nomme le professionnel.',
    'client_credentials needs private_key_jwt: it is the signed assertion that names the professional.',
  ),
  'client-refresh': rule(
    'refresh_token ne va pas seul : ajoutez authorization_code ou urn:openid:params:grant-type:ciba.',
    'refresh_token does not go alone: add authorization_code or urn:openid:params:grant-type:ciba.',
  ),
  'client-redirect-missing': rule(
    'authorization_code demande au moins une adresse de retour (redirectUris).',
    'authorization_code needs one redirect URI at least (redirectUris).',
  ),
  'client-redirect-unused': rule(
    'Des adresses de retour sans authorization_code ne servent à rien : retirez-les.',
    'Redirect URIs without authorization_code are of no use: remove them.',
  ),
  'client-redirect': rule(
    'Adresse non admise. Écrivez-la exactement et en entier : https ; http sur localhost, 127.0.0.1 ou [::1] seulement ; ou, pour une application native, un schéma à elle comme com.exemple.app:/retour. Sans fragment, sans joker, sans identifiants.',
    'This address is not allowed. Write it exactly and in full: https; http on localhost, 127.0.0.1 or [::1] only; or, for a native application, a scheme of its own such as com.example.app:/back. No fragment, no wildcard, no credentials.',
  ),
  'client-keys': rule(
    'private_key_jwt demande des clés publiques, par valeur (jwks) ou par adresse (jwksUri) : l’une des deux, et avec cette méthode seulement.',
    'private_key_jwt needs public keys, by value (jwks) or by address (jwksUri): one of the two, and with this method only.',
  ),
  'client-key-private': rule(
    'Cette clé n’est pas publique. Ne donnez à personne la clé privée ({members}) ; remplacez cette clé, puis envoyez sa partie publique.',
    'This key is not a public one. Give the private key ({members}) to nobody; replace this key, then send its public half.',
  ),
  'client-key-weak': rule(
    'Clé non admise : RSA de 2048 bits au moins, ou EC P-256 ou P-384, pour signer (RS384, ES384, RS256, ES256, PS256, PS384), avec un kid.',
    'This key is not allowed: RSA of 2048 bits at least, or EC P-256 or P-384, for signatures (RS384, ES384, RS256, ES256, PS256, PS384), with a kid.',
  ),
  'client-key-twice': rule('Deux clés ont le même kid : {kid}.', 'Two keys have the same kid: {kid}.'),
  'client-tls-subject': rule(
    'tls_client_auth demande le sujet du certificat de l’application (tlsSubject, RFC 4514), et lui seul.',
    'tls_client_auth needs the subject of the application’s certificate (tlsSubject, RFC 4514), and it alone does.',
  ),
  'client-bound-twice': rule(
    'Les jetons sont liés au certificat ou à une clé DPoP, pas aux deux : boundTokens ou dpopRequired.',
    'Tokens are bound to the certificate or to a DPoP key, not to both: boundTokens or dpopRequired.',
  ),
  'client-scope': rule(
    'Portée inconnue : {scope}. Exemples : user/DocumentReference.cruds, launch/patient, openid, ITI-65.',
    'Unknown scope: {scope}. Examples: user/DocumentReference.cruds, launch/patient, openid, ITI-65.',
  ),
  'client-scope-person': rule(
    '{scope} suppose une personne qui se connecte : ajoutez authorization_code ou urn:openid:params:grant-type:ciba.',
    '{scope} is about a person who signs in: add authorization_code or urn:openid:params:grant-type:ciba.',
  ),
  'client-scope-admin': rule(
    '{scope} ne se donne pas à une application qui nomme elle-même la personne : sans client_credentials.',
    '{scope} is not given to an application that names the person by itself: without client_credentials.',
  ),
  'client-scope-system': rule(
    '{scope} est pour un service : ajoutez client_credentials, ou demandez une portée user.',
    '{scope} is for a service: add client_credentials, or ask for a user scope.',
  ),
  'client-scope-offline': rule('{scope} demande refresh_token.', '{scope} needs refresh_token.'),
  'client-secret': rule(
    'client_secret_basic demande un secret de 43 à 128 caractères, tirés au hasard parmi A-Z a-z 0-9 _ - (256 bits), et cette méthode seule en a un.',
    'client_secret_basic needs a secret of 43 to 128 random characters of A-Z a-z 0-9 _ - (256 bits), and this method alone has one.',
  ),
} as const satisfies Record<string, ErrorRow>;
