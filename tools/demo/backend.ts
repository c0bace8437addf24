/** The care home's server asks for a token in the nurse's name: SMART Backend Services, as `demo-dui`. */
import type { Config } from '../../server/config.ts';
import { backendAssertion } from './assertion.ts';
import { ensureDuiKey } from './dui-key.ts';
import { ask, type Tokens } from './login.ts';
import { askers, refused, type TokenRequest } from './token-request.ts';

/** The person, where IHE IUA puts it (docs/servers-and-proxies.md). */
function asserted(config: Config, { asker, purpose, reason, patient, confirmed, secret }: TokenRequest): object {
  const { id, family, given, roles } = askers[asker];
  return {
    ihe_iua: {
      subject_name: `${given} ${family}`,
      subject_role: roles,
      subject_organization: config.STRUCTURE_NAME,
      subject_organization_id: config.STRUCTURE_ID,
      national_provider_identifier: id,
      purpose_of_use: purpose,
      ...(patient === undefined ? {} : { person_id: patient }),
    },
    dmp: {
      ...(secret ? { secret_access: true } : {}),
      ...(reason === undefined ? {} : { access_reason: reason }),
      ...(confirmed
        ? {
            confirmed_patient: {
              family_name: confirmed.family,
              given_name: confirmed.given,
              birthdate: confirmed.birthDate,
            },
          }
        : {}),
    },
  };
}

/** @throws TokenError */
export async function backendToken(config: Config, request: TokenRequest): Promise<Tokens> {
  const { key, alg, publicJwk } = await ensureDuiKey(config.dataDir);
  const { family, given } = askers[request.asker];
  const endpoint = config.fhirBase.replace(/fhir$/, 'oauth/token');
  const assertion = await backendAssertion({ client: 'demo-dui', key, alg, kid: publicJwk.kid }, endpoint, {
    family_name: family,
    given_name: given,
    extensions: asserted(config, request),
  });
  const { status, body } = await ask(config.fhirBase, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    scope: request.scope,
  });
  if (status !== 200) throw refused(body);
  return body;
}
