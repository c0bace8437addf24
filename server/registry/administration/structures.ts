/** Registering structures and their certificates. Who may is decided before (`server/admin/`). */
import { IssueError } from '../../../mappings/outcome.ts';
import type { Config } from '../../config.ts';
import type { RegistryStore, StoredCertificate, StoredStructure, StructureWrite } from '../../store/types.ts';
import { z } from 'zod';
import { examine, inForce, kindNames } from '../certificate.ts';
import { readInput } from '../input.ts';
import type { Registry } from '../index.ts';
import { isStructureId } from '../structure-id.ts';
import { structureChange, structureContent, type StructureContent } from '../structure-input.ts';
import { type Action, type Author, type ChangeContent, write } from './author.ts';
import {
  type CertificateView,
  certificateView,
  primaryView,
  shownContent,
  type StructureView,
  structureView,
} from './views.ts';

export interface StructureAdministration {
  list(): StructureView[];
  /** @throws IssueError `registry-unknown` */
  show(id: string): StructureView;
  /** @param given JSON: id, and the rest of `Structure`. @throws IssueError */
  add(given: unknown, author: Author): Promise<StructureView>;
  /** @param given JSON: what changes. @param expected the version that is changed, when the caller names one */
  set(id: string, given: unknown, author: Author, expected?: number): Promise<StructureView>;
  setState(id: string, state: 'active' | 'withdrawn', author: Author, expected?: number): Promise<StructureView>;
  /** @param given JSON: kind (AUTH_CLI, SIGN), chain, key. @throws IssueError */
  addCertificate(id: string, given: unknown, author: Author): Promise<CertificateView>;
  withdrawCertificate(id: string, certificate: string, author: Author): Promise<CertificateView>;
}

export const certificateInput = z.strictObject({
  kind: z.enum([kindNames.tls, kindNames.seal]),
  chain: z.string().max(50_000),
  key: z.string().max(20_000),
});
export const newStructure = structureContent.extend({ id: z.string() });

export function structureAdministration(
  config: Config,
  store: RegistryStore,
  registry: Registry,
): StructureAdministration {
  const { structures } = registry;
  const { primary } = structures;
  const view = (stored: StoredStructure) =>
    structureView(stored, structures.of(stored.id) !== undefined, registry.now());
  const registered = () => registry.stored().structures.filter(({ id }) => id !== primary.id);
  const material = () => (config.DMP_TLS_CERT === undefined ? undefined : structures.materialOf(primary.id));

  function find(id: string): StoredStructure {
    if (id === primary.id) throw new IssueError({ key: 'registry-settings', values: { structure: id } });
    const found = registered().find((structure) => structure.id === id);
    if (found === undefined) throw new IssueError({ key: 'registry-unknown' });
    return found;
  }

  /** The entry as it is now, in the version that is expected. */
  async function current(id: string, expected?: number): Promise<StoredStructure> {
    await registry.refresh();
    const found = find(id);
    if (expected !== undefined && expected !== found.version)
      throw new IssueError({ key: 'registry-version', values: { current: found.version } });
    return found;
  }

  async function change(
    entry: Omit<StructureWrite, 'entry'>,
    action: Action,
    content: ChangeContent,
  ): Promise<StoredStructure> {
    await write(store, { entry: 'structure', ...entry }, { at: registry.now(), action, content });
    await registry.refresh();
    return find(entry.id);
  }

  const certificateOf = (found: StoredStructure, certificate: StoredCertificate): CertificateView =>
    certificateView(certificate, inForce(found.certificates, certificate.kind, registry.now()));

  return {
    list: () => [primaryView(primary, material()), ...registered().map(view)],

    show: (id) => (id === primary.id ? primaryView(primary, material()) : view(find(id))),

    async add(given, author) {
      const { id, ...content } = readInput(newStructure, given);
      if (!isStructureId(id, config.ENVIRONMENT === 'production'))
        throw new IssueError({ key: 'registry-structure-id', expression: 'id' });
      if (id === primary.id) throw new IssueError({ key: 'registry-settings', values: { structure: id } });
      return view(
        await change({ id, expected: 0, content }, 'structure-add', { author, after: shownContent(content) }),
      );
    },

    async set(id, given, author, expected) {
      const changes = readInput(structureChange, given);
      const found = await current(id, expected);
      const before = found.content as StructureContent;
      const content = structureContent.parse({ ...before, ...changes, lps: { ...before.lps, ...changes.lps } });
      const details = {
        author,
        before: shownContent(before),
        after: shownContent(content),
        ...(content.lps.homologation === before.lps.homologation ? {} : { homologation: 'changed' }),
      };
      return view(await change({ id, expected: found.version, content }, 'structure-set', details));
    },

    async setState(id, state, author, expected) {
      const found = await current(id, expected);
      if (found.state === state) return view(found);
      const action = state === 'active' ? 'structure-restore' : 'structure-withdraw';
      return view(await change({ id, expected: found.version, state }, action, { author }));
    },

    async addCertificate(id, given, author) {
      const input = readInput(certificateInput, given);
      const kind = input.kind === kindNames.tls ? 'tls' : 'seal';
      const found = await current(id);
      const examined = examine({ ...input, kind }, id, registry.now());
      if ('issues' in examined) throw new IssueError(examined.issues);
      const { certificate: add } = examined;
      const same = (one: StoredCertificate) => one.kind === kind && one.fingerprint === add.fingerprint;
      if (found.certificates.some(same)) throw new IssueError({ key: 'certificate-known', expression: 'chain' });
      const { fingerprint, notAfter } = add;
      const after = { kind: input.kind, fingerprint, notAfter: notAfter.toISOString() };
      const now = await change({ id, expected: found.version, add }, 'certificate-add', { author, after });
      return certificateOf(now, now.certificates.find(same)!);
    },

    async withdrawCertificate(id, certificate, author) {
      const found = await current(id);
      const one = found.certificates.find((each) => each.id === certificate);
      if (one === undefined) throw new IssueError({ key: 'registry-unknown' });
      if (one.state === 'withdrawn') return certificateOf(found, one);
      const before = { kind: kindNames[one.kind], fingerprint: one.fingerprint };
      const entry = { id, expected: found.version, withdraw: certificate };
      const now = await change(entry, 'certificate-withdraw', { author, before });
      return certificateOf(
        now,
        now.certificates.find((each) => each.id === certificate)!,
      );
    },
  };
}
