/** The Postman collection against the OpenAPI document: every request is an operation of it, and asserts something of its answer. */
import { expect, it } from 'vitest';
import { wholeDocument } from '../../tools/openapi.ts';
import { postmanCollection, postmanEnvironment } from '../../tools/postman/collection.ts';
import { tasks } from '../../tools/postman/tasks.ts';
import { operationsOf, type Document } from '../support/openapi.ts';

interface Item {
  name: string;
  request: { method: string; url: { raw: string } };
  event: { listen: string; script: { exec: string[] } }[];
}
const collection = JSON.parse(postmanCollection()) as { item: { name: string; item: Item[] }[] };
const operations = operationsOf(JSON.parse(JSON.stringify(wholeDocument())) as Document);
const items = collection.item.flatMap((folder) => folder.item);

it('has a folder for each task', () => {
  expect(collection.item.map((f) => f.name)).toEqual(tasks.map((t) => t.name));
  expect(collection.item.length).toBeGreaterThanOrEqual(9);
});

it('asks for nothing that the document does not have', () => {
  for (const { request } of items) {
    const path = request.url.raw.replace('{{baseUrl}}', '').replace(/\?.*$/, '').replace(/\{\{\w+\}\}/g, '{id}');
    const found = operations.filter((o) => o.path === path && o.method.toUpperCase() === request.method);
    expect(found.length, `${request.method} ${path}`).toBe(1);
  }
});

it('every request asserts: status, content type, name, and what it is about', () => {
  for (const { name, event } of items) {
    const { exec } = event.find((e) => e.listen === 'test')!.script;
    expect(exec.filter((line) => line.startsWith('pm.test(')).length, name).toBeGreaterThanOrEqual(4);
  }
});

it('holds no secret', () => {
  const { values } = JSON.parse(postmanEnvironment()) as { values: { type: string; value: string }[] };
  expect(values.filter((v) => v.type === 'secret').map((v) => v.value)).toEqual(['', '', '', '']);
  expect(postmanCollection()).not.toMatch(/Bearer (?!\{\{)/);
});
