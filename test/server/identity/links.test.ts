/** Issue line 5: an ambiguous or unqualified link refuses the deposit with a clear reason. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DmpError } from '../../../server/dmp/types.ts';
import { feedIdentity, removeIdentity } from '../../../server/identity/feed.ts';
import { feedingIssues } from '../../../server/identity/feeding.ts';
import { confirmLink, followLink, survivorOf } from '../../../server/identity/links.ts';
import { mergeIdentity } from '../../../server/identity/merge.ts';
import {
  answerFor,
  asker,
  domain,
  insOf,
  known,
  newLocal,
  openOffice,
  refusal,
  structure,
  type Office,
} from './support.ts';
import type { Who } from '../../support/resources.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const feed = (who: Who, local = newLocal(), status?: string, on: Office = office) =>
  feedIdentity(known(who, local, status), local, asker, on).then((fed) => ({ local, identity: fed.identity }));
const follow = (local: { system: string; value: string }) => followLink(local, structure, office, 'here');

describe('from the local identifier to the INS', () => {
  it('one identity, one INS', async () => {
    const { local, identity } = await feed('P1');
    expect(await follow(local)).toMatchObject({ identity: { id: identity.id }, ins: insOf('P1') });
  });

  it('unknown, without INS, inactive, merged away: each its own reason', async () => {
    expect(await refusal(follow(newLocal()))).toEqual(['identity-unknown']);
    const bare = newLocal();
    await feedIdentity({ ...known('P3', bare), identifier: [bare] }, bare, asker, office);
    expect(await refusal(follow(bare))).toEqual(['identity-no-ins']);
    const { local: inactive } = await feed('P3');
    await removeIdentity(inactive, asker, office);
    expect(await refusal(follow(inactive))).toEqual(['identity-inactive']);
    const [kept, gone] = [await feed('P3'), newLocal()];
    await mergeIdentity({ ...known('P3', gone), active: false }, gone, { local: kept.local }, asker, office);
    await expect(follow(gone)).rejects.toMatchObject({
      issues: [{ key: 'identity-merged', expression: 'here', values: { survivor: kept.identity.id } }],
    });
    expect(await refusal(follow(kept.local))).toEqual(['accepted']);
  });

  it('two active identities of one domain with one INS: no one can tell whose it is', async () => {
    const [one, two] = [await feed('P2'), await feed('P2')];
    await expect(follow(one.local)).rejects.toMatchObject({
      issues: [{ key: 'identity-ambiguous', values: { others: `Patient/${two.identity.id}` } }],
    });
    await removeIdentity(two.local, asker, office);
    expect(await refusal(follow(one.local))).toEqual(['accepted']);
  });

  it('two domains may each have their own', async () => {
    const other = 'urn:oid:2.16.840.1.113883.19.7602.10';
    const [one] = [await feed('P4'), await feed('P4', newLocal(other))];
    expect(await refusal(follow(one.local))).toEqual(['accepted']);
  });

  it('beside an INS it must be linked to that one, or be unknown', async () => {
    const { local, identity } = await feed('P5');
    const confirm = (l: typeof local, who: Who) => confirmLink(l, insOf(who), structure, office, 'here');
    expect((await confirm(local, 'P5'))?.id).toBe(identity.id);
    expect(await confirm(newLocal(), 'P5')).toBeUndefined();
    expect(await refusal(confirm(local, 'P1'))).toEqual(['identity-contradiction']);
    await removeIdentity(local, asker, office);
    expect(await refusal(confirm(local, 'P5'))).toEqual(['identity-inactive']);
  });

  it('the survivor of several merges is the last', async () => {
    const [a, b, c] = [await feed('P3'), await feed('P3'), await feed('P3')];
    for (const [gone, kept] of [
      [a, b],
      [b, c],
    ] as const)
      await mergeIdentity(
        { ...known('P3', gone.local), active: false },
        gone.local,
        { local: kept.local },
        asker,
        office,
      );
    const first = await office.store.identities.byId(a.identity.id, structure);
    expect((await survivorOf(first!, structure, office)).id).toBe(c.identity.id);
    expect(domain).toBe(c.identity.system);
  });
});

describe('may this identity feed the DMP?', () => {
  const issues = async (who: Who, statement: string | undefined, on: Office) =>
    (await feedingIssues({ ins: insOf(who), statement, path: 'here' }, asker, on)).map((i) =>
      `${i.severity ?? 'error'} ${i.key} ${i.values?.['trait'] ?? i.values?.['status'] ?? ''}`.trim(),
    );

  it('qualified by the deposit or by the feed; not when anybody says otherwise', async () => {
    const own = await openOffice();
    expect(await issues('P1', undefined, own)).toEqual(['error identity-status-unsaid']);
    expect(await issues('P1', 'VALI', own)).toEqual([]);
    const { local } = await feed('P1', newLocal(), 'VALI', own);
    expect(await issues('P1', undefined, own)).toEqual([]);
    expect(await issues('P1', 'PROV', own)).toEqual(['error identity-not-qualified PROV']);
    await feed('P1', local, 'DOUT', own);
    expect(await issues('P1', 'VALI', own)).toEqual(['error identity-not-qualified DOUT']);
    await removeIdentity(local, asker, own);
    expect(await issues('P1', 'VALI', own)).toEqual([]);
    await own.close();
  });

  it('traits that differ: warnings, or refusals where the setting says so, but never for the name in use', async () => {
    const own = await openOffice();
    const strict = { ...own, config: { ...own.config, IDENTITY_TRAITS: 'refuse' as const } };
    const local = newLocal();
    const name = [...known('P1', local).name!, { use: 'usual' as const, family: 'AUTRE' }];
    const wrong = known('P1', local, 'VALI', { name, birthDate: '1936-04-21' });
    await feedIdentity(wrong, local, asker, own);
    const traits = ['usualFamily', 'birthDate'].map((t) => `identity-trait-differs ${t}`);
    expect(await issues('P1', undefined, own)).toEqual(traits.map((t) => `warning ${t}`));
    expect(await issues('P1', undefined, strict)).toEqual([`warning ${traits[0]}`, `error ${traits[1]}`]);
    await own.close();
  });

  it('refusing means comparing first what could not be compared when it was fed', async () => {
    const own = await openOffice({ IDENTITY_TRAITS: 'refuse' });
    const fail = () => Promise.reject(new DmpError('network', 'ECONNREFUSED', 'TD0.2'));
    own.dmp.answers['TD0.2'] = fail;
    await feed('P1', newLocal(), 'VALI', own);
    expect(await issues('P1', undefined, own)).toEqual(['error identity-compare-failed']);
    own.dmp.answers['TD0.2'] = () => answerFor(insOf('P1').value, { sex: 'M' });
    expect(await issues('P1', undefined, own)).toEqual(['error identity-trait-differs gender']);
    own.dmp.answers['TD0.2'] = () => answerFor(insOf('P1').value);
    expect(await issues('P1', undefined, own)).toEqual([]);
    const lenient = { ...own, config: { ...own.config, IDENTITY_TRAITS: 'warn' as const } };
    own.dmp.calls.length = 0;
    expect(await issues('P1', undefined, lenient)).toEqual([]);
    expect(own.dmp.calls).toEqual([]);
    await own.close();
  });
});
