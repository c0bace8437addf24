/**
 * The operations that only the DMP has (TD0.3, TD0.4, TD1.6) for tests: their answers in the terms of the fixtures'
 * expected.json, and a way to ask the simulated DMP without SOAP around it.
 */
import { withXml } from '../../../simulator/dom.ts';
import { type Exchange, type Service, SoapFault } from '../../../simulator/exchange.ts';
import { noteRequester } from '../../../simulator/habilitations/access.ts';
import { rowFor } from '../../../simulator/handlers.ts';
import { checkRights } from '../../../simulator/rights.ts';
import { professionals, structures } from '../../../simulator/seed/story.ts';
import { roleSystems } from '../../../simulator/vihf/roles.ts';
import type { Mode, Purpose, Role, Vihf } from '../../../simulator/vihf/types.ts';
import type { World } from '../../../simulator/world.ts';
import { all, type Element, first, kids, parse, text } from './project.ts';

const lists = new Set(['patientIdentifier', 'codeSpeciality', 'libSpeciality', 'specificRight']);

/** A row: its elements by their names; those that may be repeated as lists, booleans as booleans. */
function projectRow(row: Element): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const element of kids(row)) {
    const name = element.localName!;
    const inside = kids(element);
    const value: unknown =
      inside.length > 0
        ? Object.fromEntries(inside.map((k) => [k.localName, text(k)]))
        : name === 'MT' || name === 'message'
          ? text(element) === 'true'
          : text(element);
    out[name] = lists.has(name) ? [...((out[name] as unknown[] | undefined) ?? []), value] : value;
  }
  return out;
}

const rowNames: Record<string, string> = {
  listAuthorizationByPatientResponse: 'listOfAuthorizationByPatient',
  patientListResponse: 'patientlistData',
};

/** An answer: status, context and rows. */
export function projectSpecific(content: Element): Record<string, unknown> {
  const output = first(content, 'output');
  const rows = rowNames[content.localName!];
  if (kids(content).some((k) => k.namespaceURI !== content.namespaceURI)) throw new Error('another namespace');
  return {
    status: text(first(output, 'status')),
    context: text(first(output, 'context')),
    ...(rows === undefined ? {} : { rows: all(output, rows).map(projectRow) }),
  };
}

const profession = (code: string): Role => ({ code, codeSystem: roleSystems.professions });
const doctor = (speciality: string): Role[] => [
  profession('10'),
  { code: speciality, codeSystem: roleSystems.specialities },
];

/** The people of the story, and a secretary of the care home. */
export const people = {
  maurel: { nameId: professionals.maurel, structure: structures.verger, roles: doctor('SM18') },
  leBihan: { nameId: professionals.leBihan, structure: structures.verger, roles: [profession('60')] },
  fauconnet: { nameId: professionals.fauconnet, structure: structures.fauconnet, roles: doctor('SM26') },
  occupational: { nameId: professionals.tranDelmas, structure: structures.valmont, roles: doctor('SM25') },
  secretary: {
    nameId: '3990100109/SEC-7',
    structure: structures.verger,
    roles: [{ code: 'SECRETARIAT_MEDICAL', codeSystem: roleSystems.nonProfessionals }],
  },
} satisfies Record<string, Pick<Vihf, 'nameId' | 'structure' | 'roles'>>;
export type Who = keyof typeof people;

export interface Asking {
  who: Who;
  mode?: Mode;
  purpose?: Purpose;
  /** INS of the test authority; none: the VIHF names no patient. */
  patient?: string;
  structure?: string;
}

export const vihfOf = ({ who, mode = 'INDIRECTE_RENFORCEE', purpose = 'normal', patient, structure }: Asking): Vihf =>
  ({
    mode,
    purpose,
    ...people[who],
    ...(structure === undefined ? {} : { structure }),
    ...(patient === undefined ? {} : { patient: { value: patient, oid: '1.2.250.1.213.1.4.10' } }),
  }) as Vihf;

const operations: Record<string, [Service, string]> = {
  setAuthorization: ['habilitations', 'urn:si-dmp-habilitations'],
  listAuthorizationByPatient: ['habilitations', 'urn:si-dmp-habilitations'],
  patientList: ['patientsSpecific', 'urn:si-dmp-patients'],
};

/** Elements of a body in order. */
export type Fields = Record<string, string>;

/**
 * What the DMP answers to an operation: the facts of the answer, or `{ subcode, rule }` of the fault. Rights, handler and
 * what stays of a request are those of a real one; the VIHF is taken as verified.
 */
export async function ask(
  world: World,
  asking: Asking,
  operation: string,
  fields: Fields = {},
): Promise<Record<string, unknown>> {
  const [service, namespace] = operations[operation]!;
  const content = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  const body = `<${operation} xmlns="${namespace}">${content.join('')}</${operation}>`;
  const row = rowFor(service, `{${namespace}}${operation}`)!;
  try {
    const answer = await withXml(Buffer.from(body), (root) => {
      const exchange = { body: root, vihf: vihfOf(asking), world, now: world.clock.now() } as unknown as Exchange;
      checkRights(exchange, row.transaction(exchange));
      const given = row.handler(exchange);
      noteRequester(exchange);
      return given;
    });
    return projectSpecific(parse(answer.body).documentElement!);
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    return { subcode: error.subcode?.local, rule: /<d:code>(\w+)</.exec(error.detail ?? '')![1] };
  }
}
