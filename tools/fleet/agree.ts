/** Everybody agrees, on record, before a run begins. */
import { consent, type Someone } from '../../test/support/resources.ts';

/** @param origin of a façade @param token of somebody who records consents @throws Error when one is not taken */
export async function agree(
  origin: string,
  token: string,
  all: readonly Someone[],
  topics: readonly ('feeding' | 'consultation')[],
): Promise<void> {
  for (const who of all)
    for (const topic of topics) {
      const answer = await fetch(`${origin}/fhir/Consent`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify(consent(who, topic)),
      });
      if (!answer.ok) throw new Error(`Consent: ${answer.status} ${await answer.text()}`);
    }
}
