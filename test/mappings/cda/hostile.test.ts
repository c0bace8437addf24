/** CDAs made to be read as one person's here and as another's elsewhere. */
import { describe, expect, it } from 'vitest';
import { checkCdaAgainst } from '../../../mappings/cda/check.ts';
import { extractEmbedded } from '../../../mappings/cda/embedded.ts';
import { readCdaHeader } from '../../../mappings/cda/header.ts';
import { metadataOfCda } from '../../../mappings/cda/metadata.ts';
import { IssueError } from '../../../mappings/outcome.ts';
import type { DocumentEntry } from '../../../mappings/xds.ts';
import { chunked, collect } from './support.ts';

const role = (ins: string, name = 'patientRole'): string =>
  `<${name}><id root="1.2.250.1.213.1.4.10" extension="${ins}"/></${name.split(' ')[0]}>`;
const [mine, other] = ['236046999012376', '101072B99900114'];
const body = (text: string): string =>
  `<component><nonXMLBody><text mediaType="text/plain" representation="B64">${text}</text></nonXMLBody></component>`;
const cda = (target: string, more = body('QUJD'), declaration = ''): string =>
  `${declaration}<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/><code code="A" codeSystem="1.2"/>` +
  `<effectiveTime value="2026"/><recordTarget>${target}</recordTarget>${more}</ClinicalDocument>`;

const expected: DocumentEntry = {
  ...({ authors: [], confidentialityCodes: [], sourcePatientInfo: [] } as unknown as DocumentEntry),
  ...metadataOfCda(readCdaHeader(Buffer.from(cda(role(mine))))),
};

/** `accepted`, the issues that refuse it, or why it cannot be read. */
function verdict(text: string): string {
  try {
    const issues = checkCdaAgainst(readCdaHeader(Buffer.from(text)), expected).filter((i) => i.severity !== 'warning');
    return issues.map((i) => i.key).join() || 'accepted';
  } catch (e) {
    if (!(e instanceof IssueError)) throw e;
    return `${e.issues[0]!.key} ${e.issues[0]!.values?.['detail'] ?? ''}`;
  }
}

describe('whose document it is', () => {
  const foreign = role(mine, 'x:patientRole xmlns:x="urn:x"');
  it.each([
    ['one patient', cda(role(mine)), 'accepted'],
    ['another', cda(role(other)), 'cda-patient'],
    ['two roles in one recordTarget', cda(role(mine) + role(other)), 'cda-patient'],
    [
      'two INS in one role',
      cda(role(mine).replace('/><', `/><id root="1.2.250.1.213.1.4.8" extension="${other}"/><`)),
      'cda-patient',
    ],
    ['a role of another namespace before the real one', cda(foreign + role(other)), 'cda-patient'],
    ['a role of another namespace alone', cda(foreign), 'cda-invalid ClinicalDocument/recordTarget/patientRole'],
    [
      'an id of another namespace',
      cda(role(other).replace('<id ', `<x:id xmlns:x="urn:x" root="1.2.250.1.213.1.4.10" extension="${mine}"/><id `)),
      'cda-patient',
    ],
    ['a comment around the right one', cda(`<!--${role(mine)}-->${role(other)}`), 'cda-patient'],
    ['a second ClinicalDocument', `<x>${cda(role(mine))}${cda(role(other))}</x>`, 'cda-invalid XML: syntax'],
    ['a ClinicalDocument inside', cda(role(mine), cda(role(other))), 'cda-invalid XML: syntax'],
    [
      'one that is included',
      cda('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x"/>' + role(mine)),
      'cda-invalid XML: syntax',
    ],
    [
      'a declaration of UTF-7',
      cda(role(mine), '', '<?xml version="1.0" encoding="UTF-7"?>'),
      'cda-invalid XML: encoding',
    ],
    [
      'a declaration of UTF-16',
      cda(role(mine), '', '<?xml version="1.0" encoding="UTF-16"?>'),
      'cda-invalid XML: encoding',
    ],
    ['XML 1.1', cda(role(mine), '', '<?xml version="1.1" encoding="UTF-8"?>'), 'cda-invalid XML: encoding'],
    [
      'another recordTarget behind a long body',
      cda(role(mine), `${body('QUJD'.repeat(50_000))}<recordTarget>${role(other)}</recordTarget>`),
      'cda-patient',
    ],
    [
      'the same, after a comment in the body that crosses chunks',
      cda(role(mine), `${body(`QUJD<!--${'c'.repeat(200_000)}-->`)}<recordTarget>${role(other)}</recordTarget>`),
      'cda-patient',
    ],
  ])('%s', (_, text, expectation) => expect(verdict(text)).toBe(expectation));
});

describe('a body without measure', () => {
  it.each([
    ['elements', '<br/>'.repeat(1_100_000), 'nodes'],
    ['references', '&amp;'.repeat(600_000), 'size'],
  ])('of %s is refused', (_, text, reason) => {
    const sections = `<component><structuredBody><component><section><text>${text}</text></section></component></structuredBody></component>`;
    expect(verdict(cda(role(mine), sections))).toBe(`cda-invalid XML: ${reason}`);
  });
});

describe('a long body', () => {
  it.each([
    ['plain', 'QUJD'.repeat(100_000)],
    ['a CDATA section', `<![CDATA[${'QUJD'.repeat(100_000)}]]>`],
    ['a comment', `${'QUJD'.repeat(50_000)}<!--${'c'.repeat(100_000)}-->${'QUJD'.repeat(50_000)}`],
    ['an instruction', `${'QUJD'.repeat(100_000)}<?p ${'c'.repeat(100_000)}?>`],
  ])('is read whatever it is written as: %s', async (_, text) => {
    const bytes = Buffer.from(cda(role(mine), body(text)));
    expect(verdict(bytes.toString())).toBe('accepted');
    expect((await collect((await extractEmbedded(chunked(bytes, 10_000)))?.body)).length).toBe(300_000);
  });
});
