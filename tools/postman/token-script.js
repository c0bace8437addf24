/*
 * Runs before every request of the Postman collection: sees that there is a token for each of its people.
 *
 * A token that the environment holds (`npm run -s token`) is used as it is. Else one is asked for as SMART Backend Services does: a
 * client assertion, signed here (RS384), that names the acting professional. Newman's sandbox has no Web Crypto and no `crypto`
 * module, but big integers: RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.1) is one exponentiation. For trying the API: it does not resist who
 * measures its time.
 */
// The sandbox has a global `CryptoJS`, which goes one day.
const hashing = require('crypto-js');

const base64url = (wordArray) =>
  hashing.enc.Base64.stringify(wordArray).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const encoded = (value) => base64url(hashing.enc.Utf8.parse(JSON.stringify(value)));

/** Base64url of a JWK's number → BigInt. */
function integerOf(text) {
  const padded = text.replace(/-/g, '+').replace(/_/g, '/') + '==='.slice((text.length + 3) % 4);
  return BigInt('0x' + hashing.enc.Hex.stringify(hashing.enc.Base64.parse(padded)));
}

/** base ^ exponent mod modulus */
function power(base, exponent, modulus) {
  let result = BigInt(1);
  const one = BigInt(1);
  for (let b = base % modulus, e = exponent; e > BigInt(0); e >>= one) {
    if ((e & one) === one) result = (result * b) % modulus;
    b = (b * b) % modulus;
  }
  return result;
}

/** DigestInfo of SHA-384 (RFC 8017 §9.2, note 1). */
const digestInfo = '3041300d060960864801650304020205000430';

/** A JWT by RS384. @param jwk private RSA key with n, d and kid */
function signed(jwk, claims) {
  const input = `${encoded({ alg: 'RS384', typ: 'JWT', kid: jwk.kid })}.${encoded(claims)}`;
  const modulus = integerOf(jwk.n);
  const size = Math.ceil(modulus.toString(16).length / 2) * 2;
  const digest = digestInfo + hashing.enc.Hex.stringify(hashing.SHA384(input));
  const message = `0001${'ff'.repeat((size - digest.length) / 2 - 3)}00${digest}`;
  const signature = power(BigInt(`0x${message}`), integerOf(jwk.d), modulus)
    .toString(16)
    .padStart(size, '0');
  return `${input}.${base64url(hashing.enc.Hex.parse(signature))}`;
}

/** Seconds since 1970. */
const now = () => Math.floor(Date.now() / 1000);

function ask(who) {
  const [clientId, tokenUrl, key] = ['clientId', 'tokenUrl', 'privateJwk'].map((name) => pm.environment.get(name));
  if (!clientId || !tokenUrl || !key)
    throw new Error(
      `No token for ${who}: set token_${who} (npm run -s token -- ${who}), or clientId, tokenUrl and privateJwk`,
    );
  const person = pm.environment.get(`iua_${who}`);
  const assertion = signed(JSON.parse(key), {
    iss: clientId,
    sub: clientId,
    aud: tokenUrl,
    jti: pm.variables.replaceIn('{{$guid}}'),
    iat: now(),
    exp: now() + 240,
    ...(person ? { extensions: { ihe_iua: JSON.parse(person) } } : {}),
  });
  const form = {
    grant_type: 'client_credentials',
    scope: pm.environment.get(`scope_${who}`) || 'system/*.cruds',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
  const urlencoded = Object.entries(form).map(([name, value]) => ({ key: name, value }));
  pm.sendRequest({ url: tokenUrl, method: 'POST', body: { mode: 'urlencoded', urlencoded } }, (error, answer) => {
    if (error || answer.code !== 200) throw new Error(`No token for ${who}: ${error || answer.text()}`);
    const { access_token, expires_in } = answer.json();
    pm.environment.set(`token_${who}`, access_token);
    pm.environment.set(`expires_${who}`, String(now() + (expires_in || 300)));
  });
}

// Only for whom this request is: its Authorization names the variable.
const [, who] = /token_(\w+)/.exec(pm.request.headers.get('Authorization') || '') || [];
const expires = Number(pm.environment.get(`expires_${who}`) || Infinity);
if (who && (!pm.environment.get(`token_${who}`) || expires < now() + 20)) ask(who);

// Documents of this run: their identifiers are new, so that the collection can be run again.
for (const name of ['noteId', 'correctionId', 'laterId', 'mealId', 'setId'])
  if (!pm.collectionVariables.get(name)) {
    const digits = () => String(Math.floor(1e15 + Math.random() * 8e15));
    pm.collectionVariables.set(name, `2.25.${digits()}${digits()}`);
  }
