/**
 * Who may administer what (docs/registration.md). The token must have the scope, and its person must be an administrator: of a structure,
 * for that structure and the clients that act for it alone; or of the installation (INSTALLATION_ADMINISTRATORS), for everything.
 * What somebody may not see does not exist for them.
 */
import { IssueError } from '../../mappings/outcome.ts';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import type { Administrator, ClientView } from '../registry/administration/index.ts';
import { adminScopes, isAdminScope } from '../registry/scopes.ts';

export interface Rights extends Required<Administrator> {
  /** Struct_IdNat for which they signed in. */
  structure: string;
  isInstallation: boolean;
  /** Whether a structure is open to them. */
  sees(structure: string): boolean;
  seesClient(client: Pick<ClientView, 'structures'>): boolean;
}

const beyond = (expression?: string): IssueError =>
  new IssueError({ key: 'registry-installation', ...(expression === undefined ? {} : { expression }) });

/** @throws IssueError `registry-installation` */
export function requireInstallation({ isInstallation }: Rights): void {
  if (!isInstallation) throw beyond();
}

/**
 * @param need what is done: `read` or `write`
 * @throws IssueError `break-glass-patient`, `scope-missing`, `registry-administrator`
 */
export function rightsOf(caller: Caller, config: Config, need: keyof typeof adminScopes, requestId: string): Rights {
  // An emergency opens one record: every other door is closed to it (server/fhir/purpose.ts).
  if (caller.purpose === 'bris_de_glace') throw new IssueError({ key: 'break-glass-patient' });
  const enough = need === 'read' ? [adminScopes.read, adminScopes.write] : [adminScopes.write];
  if (!enough.some((scope) => caller.scopes.includes(scope)))
    throw new IssueError({ key: 'scope-missing', values: { scope: adminScopes[need] } });
  const isInstallation = config.INSTALLATION_ADMINISTRATORS?.includes(caller.personId) ?? false;
  if (!isInstallation && caller.isAdministrator !== true) throw new IssueError({ key: 'registry-administrator' });
  const own = caller.structure.id;
  const sees = (structure: string): boolean => isInstallation || structure === own;
  const seesClient: Rights['seesClient'] = ({ structures }) => structures.every(sees);
  return {
    author: { by: 'api', person: caller.personId, client: caller.clientId, structure: own, requestId },
    structure: own,
    isInstallation,
    sees,
    seesClient,
    permit(after, before) {
      if (before !== undefined && !seesClient(before)) throw new IssueError({ key: 'registry-unknown' });
      if (!seesClient(after)) throw beyond('structures');
      // Whoever can change where such a client sends people could have an administrator of the installation sign in for them.
      const administers = [...after.scopes, ...(before?.scopes ?? [])].some(isAdminScope);
      if (administers && !isInstallation) throw beyond('scopes');
    },
  };
}
