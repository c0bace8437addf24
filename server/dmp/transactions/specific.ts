/**
 * The transactions that only the DMP has: one operation of an endpoint, answered by one `output` with a status (dmp-wire §1.2,
 * §7). They name the patient by the VIHF alone, or none at all.
 */
import type { DmpStatus } from '../../../mappings/dmp-output.ts';
import { serialize, type Element } from '../../../mappings/xml/build.ts';
import type { XmlNode } from '../../../mappings/xml/tree.ts';
import { checkAbout } from '../about.ts';
import { safeCode, withoutIdentifiers } from '../failure.ts';
import { DmpError, type DmpService, type Transaction } from '../types.ts';

const endpoints = {
  habilitations: { ns: 'urn:si-dmp-habilitations', endpoint: 'HabilitationsEndPoint' },
  patientsSpecific: { ns: 'urn:si-dmp-patients', endpoint: 'PatientSpecificEndPoint' },
} as const satisfies Partial<Record<DmpService, { ns: string; endpoint: string }>>;

/** @throws DmpError kind `habilitation` unless the status is DMPOk */
function requireOk(transaction: string, { status, context }: DmpStatus): void {
  if (status !== 'DMPOk')
    throw new DmpError('habilitation', safeCode(status), transaction, context && withoutIdentifiers(context));
}

type Specific<In, Out> = Transaction<In, Out>;

/** An operation of a service that is the DMP's own. */
export function specific<In, Out>(
  name: string,
  operation: string,
  options: { service: keyof typeof endpoints; about: 'somebody' | 'nobody' } & Pick<
    Specific<In, Out>,
    'modes' | 'purposes' | 'limits'
  >,
  write: (input: In) => Element,
  read: (root: XmlNode) => { status: DmpStatus; out: Out },
): Specific<In, Out> {
  const { service, about, ...rights } = options;
  const { ns, endpoint } = endpoints[service];
  const action = `${ns}:${endpoint}:${operation}`;
  return {
    name,
    service,
    action,
    responseAction: `${action}Response`,
    responseRoot: { ns, name: `${operation}Response` },
    ...rights,
    consent: 'none',
    idempotent: true,
    build(input, context) {
      checkAbout(name, context, about);
      return { body: serialize(write(input)) };
    },
    read: {
      kind: 'tree',
      /** @throws DmpError kind `habilitation` unless the status is DMPOk; RangeError when there is none */
      read(root) {
        const { status, out } = read(root);
        requireOk(name, status);
        return out;
      },
    },
  };
}
