/**
 * Fetching one document by TD3.2 into the spool, and verifying it. What is returned is what the registry describes.
 */
import { IssueError } from '../../mappings/outcome.ts';
import { td3_2 } from '../dmp/transactions/td3-2.ts';
import { DmpError } from '../dmp/types.ts';
import type { StoredDocument } from '../store/types.ts';
import { currentEntry } from './document-read.ts';
import { callContext, type Call } from './interaction.ts';
import type { Services } from './services.ts';
import { spool, SpoolOverflow, type Spooled } from './spool.ts';

interface Expected {
  hash: string;
  size?: number;
}

const corrupt = (): IssueError => new IssueError({ key: 'content-corrupt' });

/** The registry's hash and size: what is known here, else one question to the registry. */
async function expectedOf(known: StoredDocument, call: Call, services: Services): Promise<Expected> {
  let document = known;
  if (!known.hash) document = (await currentEntry(known, call, services, 'Binary')).found.document;
  // A registry that gives no hash leaves nothing to verify by: then nothing is passed on.
  if (!document.hash) throw corrupt();
  return { hash: document.hash.toLowerCase(), size: document.size };
}

/**
 * @returns the verified document; the caller disposes of it
 * @throws DmpError, IssueError `content-corrupt`
 */
export async function retrieve(known: StoredDocument, call: Call, services: Services): Promise<Spooled> {
  const expected = await expectedOf(known, call, services);
  const { repositoryUniqueId, uniqueId } = known;
  let file: Spooled | undefined;
  try {
    const answer = await services.dmp.call(
      td3_2,
      {
        documents: [{ repositoryUniqueId, uniqueId }],
        sink: async (document, body) => {
          if (document.uniqueId !== uniqueId || file) throw new DmpError('mismatch', 'uniqueId', 'TD3.2');
          file = await spool(services.config.dataDir, body, expected.size);
        },
      },
      callContext(call, known.ins),
    );
    const [error] = answer.errors.filter((e) => e.severity === 'Error');
    if (error) throw new DmpError('registry', error.code, 'TD3.2', error.context);
    if (!file) throw new DmpError('truncated', 'no document', 'TD3.2');
    if (file.sha1 !== expected.hash || (expected.size !== undefined && file.size !== expected.size)) throw corrupt();
    return file;
  } catch (e) {
    await file?.dispose();
    throw e instanceof SpoolOverflow || (e as Error).cause instanceof SpoolOverflow ? corrupt() : e;
  }
}
