// Serves the app on the first free of its registered addresses: `node docs/recipes/show-a-residents-dmp/serve.mjs [FHIR base]`.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

const [fhir = 'http://localhost:8080/fhir'] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '../../..');
const files = {
  '/': ['text/html', path.join(import.meta.dirname, 'index.html')],
  '/app.js': ['text/javascript', path.join(import.meta.dirname, 'app.js')],
  '/fhir-client.js': ['text/javascript', path.join(root, 'node_modules/fhirclient/build/fhir-client.js')],
};

const server = createServer(async (request, response) => {
  const [type, file] = files[new URL(request.url ?? '/', 'http://localhost').pathname] ?? [];
  if (file === undefined) return response.writeHead(404).end();
  const text = (await readFile(file, 'utf8')).replace(/(data-fhir=")[^"]*/, `$1${fhir}`);
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text);
});

const ports = [8093, 8094, 8095];
server.on('error', (error) => {
  const next = ports.shift();
  if (error.code !== 'EADDRINUSE' || next === undefined) throw error;
  server.listen(next, '127.0.0.1');
});
server.on('listening', () => console.log(`http://127.0.0.1:${server.address().port}/`));
server.listen(ports.shift(), '127.0.0.1');
