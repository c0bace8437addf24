/** Options of the command line, as rows: each says where its value goes in the JSON that the registry reads. */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { parse as parseYaml } from 'yaml';

export interface Option {
  /** `--name` */
  flag: string;
  /** Property, `a.b` for one inside another; absent: the command reads it by its flag. */
  to?: string;
  /** `file`: the value is the text of a file, `-` of the standard input; `json`, `yaml`: that text, parsed. */
  kind: 'text' | 'list' | 'yes' | 'file' | 'json' | 'yaml';
  help: string;
}

const option = (flag: string, kind: Option['kind'], to: string, help: string): Option => ({ flag, kind, to, help });

export const structureOptions: readonly Option[] = [
  option('name', 'text', 'name', 'its name, as in its certificates'),
  option('sector', 'text', 'sector', 'activity sector (JDV_J61), e.g. SA17'),
  option('practice-setting', 'text', 'practiceSetting', 'default practice setting (TRE_A01), e.g. ESSMS'),
  option('content-type', 'text', 'contentType', 'default contentTypeCode of a set (JDV_J59), e.g. 11'),
  option('lps-name', 'text', 'lps.name', 'the software, as declared at homologation'),
  option('lps-version', 'text', 'lps.version', 'its version'),
  option('lps-id', 'text', 'lps.id', 'serial number of the installation'),
  option('lps-oid', 'text', 'lps.oid', 'OID arc of the installation'),
  option(
    'homologation-file',
    'file',
    'lps.homologation',
    'file that holds the homologation number (a secret); - is stdin',
  ),
  option('administrator', 'list', 'administrators', 'PS_IdNat of an administrator (again for more)'),
  option('professional', 'list', 'professionals', 'PS_IdNat of a visiting professional (again for more)'),
];

export const certificateOptions: readonly Option[] = [
  option('kind', 'text', 'kind', 'AUTH_CLI or SIGN'),
  option('cert', 'file', 'chain', 'PEM file: the certificate, then its authorities'),
  option('key', 'file', 'key', 'PEM file of its private key, not encrypted; - is stdin'),
];

export const clientOptions: readonly Option[] = [
  option('name', 'text', 'name', 'what people are shown'),
  option('structure', 'list', 'structures', 'Struct_IdNat that it may act for (again for more)'),
  option('auth', 'text', 'authMethod', 'none, private_key_jwt, client_secret_basic or tls_client_auth'),
  option('grant', 'list', 'grants', 'grant type (again for more)'),
  option('scope', 'list', 'scopes', 'a scope that it may be granted (again for more)'),
  option('redirect-uri', 'list', 'redirectUris', 'exact redirect URI (again for more)'),
  option('post-logout-redirect-uri', 'list', 'postLogoutRedirectUris', 'where a logout ends (again for more)'),
  option('origin', 'list', 'origins', 'origin of a browser app, for CORS (again for more)'),
  option('jwks', 'json', 'jwks', 'file of its public keys (JWKS)'),
  option('jwks-uri', 'text', 'jwksUri', 'https URL of its public keys'),
  option('tls-subject', 'text', 'tlsSubject', 'subject of its certificate (RFC 4514)'),
  option('bound-tokens', 'yes', 'boundTokens', 'tokens are bound to its certificate (--no-bound-tokens: not)'),
  option('dpop-required', 'yes', 'dpopRequired', 'tokens must be bound to a DPoP key (--no-dpop-required: not)'),
];

export const idOption: Option = option('id', 'text', 'id', 'its identifier; made when absent');
export const secretOption: Option = option(
  'secret-file',
  'file',
  'secret',
  'file that holds the secret; - is stdin. Absent: one is made and shown once',
);
export const clearOption: Option = {
  flag: 'clear',
  kind: 'list',
  help: 'option to take away, e.g. jwks-uri (again for more)',
};

export type Values = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** For `util.parseArgs`. */
export const parseable = (options: readonly Option[]) =>
  Object.fromEntries(
    options.map(({ flag, kind }) => [
      flag,
      { type: kind === 'yes' ? ('boolean' as const) : ('string' as const), multiple: kind === 'list' },
    ]),
  );

/** JSON is YAML, too; anchors that multiply are refused. */
const yamlOptions = { maxAliasCount: 100, prettyErrors: true } as const;

async function valueOf(kind: Option['kind'], given: string | boolean | string[]): Promise<unknown> {
  if (kind === 'text' || kind === 'list' || kind === 'yes') return given;
  const read = given === '-' ? textOf(process.stdin) : readFile(String(given), 'utf8');
  const content = (await read).trim();
  if (kind === 'file') return content;
  return kind === 'json' ? (JSON.parse(content) as unknown) : (parseYaml(content, yamlOptions) as unknown);
}

/** The JSON that the options say. @throws Error for a file that cannot be read */
export async function inputOf(options: readonly Option[], values: Values): Promise<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  const put = (to: string, value: unknown): void => {
    const [outer = '', inner] = to.split('.');
    if (inner === undefined) input[outer] = value;
    else input[outer] = { ...(input[outer] as object | undefined), [inner]: value };
  };
  for (const { flag, kind, to } of options) {
    const given = values[flag];
    if (to !== undefined && given !== undefined) put(to, await valueOf(kind, given));
  }
  for (const flag of (values[clearOption.flag] as string[] | undefined) ?? []) {
    const cleared = options.find((one) => one.flag === flag);
    if (cleared?.to === undefined) throw new Error(`--clear ${flag}: there is no such option.`);
    put(cleared.to, cleared.kind === 'list' ? [] : null);
  }
  return input;
}
