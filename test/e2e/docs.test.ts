/**
 * Issue 3, lines 7 (errors published) and 10 (the mapping, published), over real HTTP: open pages and ConceptMaps, made of
 * the tables by which the server works.
 */
import type { Bundle, CapabilityStatement, ConceptMap, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { parseXml } from '../../mappings/xml/tree.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as canonicals from '../../mappings/canonicals.ts';
import { errors, type ErrorRow } from '../../mappings/errors.ts';
import { codeFamilies } from '../../mappings/upstream-codes.ts';
import { mappingTable } from '../../mappings/mapping-table.ts';
import { loadProfiles } from '../../profiles/index.ts';
import { validateBase } from '../../server/fhir/validation/index.ts';
import { simplified } from '../support/resources.ts';
import { text } from '../support/documents.ts';
import { startStack, type Stack } from '../support/stack.ts';

const unescape = (html: string): string =>
  html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('documentation, generated and open', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.close());

  const page = async (path: string, language = 'fr'): Promise<string> => {
    const answer = await fetch(`${stack.origin}${path}`, { headers: { 'accept-language': language } });
    expect(answer.status, path).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src/);
    const html = await answer.text();
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toMatch(/<script|<form|\son\w+=|javascript:/i);
    // Well-formed but for HTML's void elements: every text in it is escaped.
    const xml = html.replace('<!DOCTYPE html>', '').replace(/<meta ([^>]*)>/g, '<meta $1/>');
    expect(parseXml(xml).name, path).toBe('html');
    return html;
  };
  const anonymous = async <T>(
    url: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T }> => {
    const answer = await fetch(`${stack.base}${url}`, { headers: { accept: 'application/fhir+json', ...headers } });
    return { status: answer.status, body: (await answer.json()) as T };
  };

  it('7. /docs/errors: every row of the table and every code of the other side, in French and English', async () => {
    for (const language of ['fr', 'en']) {
      const html = unescape(await page('/docs/errors', language));
      for (const [key, row] of Object.entries(errors as Record<string, ErrorRow>)) {
        expect(html, key).toContain(`<code>${key.replace(/^dmp:/, 'dmp-')}</code>`);
        expect(html, key).toContain(row.fr);
        expect(html, key).toContain(row.en);
      }
      for (const code of codeFamilies.flatMap((f) => f.codes)) expect(html).toContain(`<code>${code}</code>`);
    }
    expect(await page('/docs/errors?lang=en', 'en')).toContain('Try again');
  });

  it('7. an error that can pass is answered with Retry-After, one that cannot without', async () => {
    const deposit = () =>
      stack.post('/DocumentReference', simplified({ content: text(), contentType: 'text/plain' }), 'nurse');
    await stack.fault({ kind: 'registryError', code: 'XDSRegistryBusy' });
    const busy = await deposit();
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '30']);
    await stack.clearFaults();
    await stack.fault({ kind: 'registryError', code: 'XDSPatientIdDoesNotMatch' });
    const refused = await deposit();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([422, null]);
    await stack.clearFaults();
  });

  it('10. /docs/mapping: each attribute, element, search parameter, slot and loss', async () => {
    const html = unescape(await page('/docs/mapping'));
    for (const lines of Object.values(mappingTable())) {
      expect(lines.length).toBeGreaterThan(10);
      for (const line of lines)
        for (const part of [line.xds, line.ebrim, line.fhir, line.loss, line.search.join(', '), line.query.join(', ')])
          expect(html).toContain(part);
    }
    expect(html).toContain('urn:ihe:iti:2007:AssociationType:RPLC');
  });

  it('/docs links the pages; /docs/rules shows the constraints; nothing else is there, by GET alone', async () => {
    const html = await page('/docs');
    const links = [...html.matchAll(/href="(\/docs\/[^"]+)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&'));
    expect(links.length).toBe(4);
    // The interactive reference is a program: its own test looks at it.
    for (const href of links.filter((l) => l !== '/docs/api')) await page(href);
    expect(await page('/docs/rules', 'en')).toContain('constr-bind-type');
    expect((await fetch(`${stack.origin}/docs/other`)).status).toBe(404);
    const posted = await fetch(`${stack.origin}/docs/errors`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${stack.origin}/docs/errors`, { method: 'HEAD' });
    expect([head.status, Number(head.headers.get('content-length')) > 10_000]).toEqual([200, true]);
  });

  const open = ['CodeSystem', 'ConceptMap', 'OperationDefinition', 'StructureDefinition'] as const;

  it.each(open)('10. every %s of ours: read, found by url, _id and name, without a token, valid R4', async (type) => {
    const mine = loadProfiles().filter((d) => d.resourceType === type);
    const all = await anonymous<Bundle>(`/${type}`);
    expect([all.status, all.body.total]).toEqual([200, mine.length]);
    expect(mine.length).toBeGreaterThan(2);
    for (const definition of mine) {
      expect(validateBase(definition, type).filter((i) => i.severity !== 'warning')).toEqual([]);
      expect((await anonymous<Resource>(`/${type}/${definition.id}`)).body).toEqual(definition);
      for (const query of [
        `url=${encodeURIComponent(definition.url!)}`,
        `url=${encodeURIComponent(`${definition.url!}|${definition.version}`)}`,
        `_id=${definition.id}`,
        `name:exact=${definition.name}`,
      ]) {
        const { body } = await anonymous<Bundle>(`/${type}?${query}`);
        expect(
          body.entry?.map((e) => e.resource?.id),
          query,
        ).toEqual([definition.id]);
      }
    }
    const none = await anonymous<Bundle>(`/${type}?url=http://example.org/none`);
    expect(none.body.total).toBe(0);
  });

  it('10. what an answer points at is there: systems and extensions of ours', async () => {
    const { body } = await anonymous<OperationOutcome>('/DocumentReference');
    const systems = body.issue.flatMap((i) => i.details?.coding?.map((c) => c.system!) ?? []);
    expect(systems.length).toBeGreaterThan(0);
    const own = Object.values(canonicals).filter((c) => c.startsWith(`${canonicals.ours}/`));
    for (const url of [...systems, ...own]) {
      const type = /\/(CodeSystem|StructureDefinition|OperationDefinition|ConceptMap)\//.exec(url)![1]!;
      const found = await anonymous<Bundle>(`/${type}?url=${encodeURIComponent(url)}`);
      expect(found.body.total, url).toBe(1);
    }
  });

  it('10. the ConceptMaps say what is done: a deposited document, translated by them', async () => {
    const get = async (id: string): Promise<ConceptMap> => (await anonymous<ConceptMap>(`/ConceptMap/${id}`)).body;
    const map = await get('xds-document-entry-to-fhir');
    const target = (code: string): string | undefined =>
      map.group![0]!.element.find((e) => e.code === code)?.target![0]!.code;
    expect(target('typeCode')).toBe('DocumentReference.type');
    expect(target('practiceSettingCode')).toBe('DocumentReference.context.practiceSetting');
    const status = (await get('document-status')).group![0]!.element;
    expect(
      status.find((e) => e.code === 'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated')?.target?.[0]?.code,
    ).toBe('superseded');
    const classes = (await get('type-to-class')).group!.flatMap((g) => g.element);
    expect(classes.find((e) => e.code === '28653-4')?.target?.[0]?.code).toBe('10');
    const relations = (await get('association-to-relates-to')).group![0]!.element;
    expect(relations.find((e) => e.code!.endsWith(':XFRM_RPLC'))?.target?.map((t) => t.code)).toEqual([
      'replaces',
      'transforms',
    ]);
    const systems = (await get('code-systems')).group![0]!.element;
    expect(systems.find((e) => e.code === 'urn:oid:2.16.840.1.113883.6.1')?.target?.[0]?.code).toBe('http://loinc.org');
  });

  it('in XML, by POST _search, in pages, and refused as any search is', async () => {
    const xml = await fetch(`${stack.base}/ConceptMap/document-status`, {
      headers: { accept: 'application/fhir+xml' },
    });
    expect(xml.headers.get('content-type')).toContain('application/fhir+xml');
    expect(parseXml(await xml.text()).name).toBe('ConceptMap');
    const posted = await fetch(`${stack.base}/ConceptMap/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'name=document',
    });
    expect(((await posted.json()) as Bundle).total).toBe(1);
    const ids: string[] = [];
    let next: string | undefined = `${stack.base}/ConceptMap?_count=3`;
    for (let n = 0; next !== undefined && n < 10; n++) {
      const body = (await (await fetch(next)).json()) as Bundle;
      ids.push(...body.entry!.map((e) => e.resource!.id!));
      next = body.link?.find((l) => l.relation === 'next')?.url;
    }
    expect(ids).toEqual(
      loadProfiles()
        .filter((d) => d.resourceType === 'ConceptMap')
        .map((d) => d.id),
    );
    expect((await anonymous('/ConceptMap?colour=red', { prefer: 'handling=strict' })).status).toBe(400);
    expect((await anonymous('/ConceptMap/none')).status).toBe(404);
    expect((await anonymous('/ConceptMap', { accept: 'text/turtle' })).status).toBe(406);
    const put = await fetch(`${stack.base}/ConceptMap/x`, { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('/metadata declares them, and names only profiles and operations that exist', async () => {
    const { body } = await anonymous<CapabilityStatement>('/metadata');
    const types = body.rest![0]!.resource!.map((r) => r.type);
    for (const type of open) expect(types).toContain(type);
    const urls = body.rest![0]!.resource!.flatMap((r) => [
      ...(r.operation ?? []).map((o) => o.definition),
      ...(r.supportedProfile ?? []),
    ]);
    for (const url of urls.filter((u) => u.startsWith(canonicals.ours)))
      expect(
        loadProfiles().map((d) => d.url),
        url,
      ).toContain(url);
  });
});
