import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { documentOf, html, policy } from '../../../server/authorization/pages/html.ts';

it('a page has the very style that its policy lets a browser apply', () => {
  const document = documentOf({ language: 'fr', title: 'Titre', body: html`<p>texte</p>` });
  const [, style = 'none'] = /<style>([^]*?)<\/style>/.exec(document) ?? [];
  expect(policy()).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
});

it('what is put into a page is text', () => {
  const document = documentOf({ language: 'en', title: '<b>"&', body: html`<p>${'<script>alert(1)</script>'}</p>` });
  expect(document).toContain('<h1>&lt;b&gt;&quot;&amp;</h1>');
  expect(document).not.toContain('<script>');
});
