// A SMART app in the browser, with fhirclient: sign in, choose a resident, list the documents, read one.
// `FHIR` comes from fhirclient's own bundle (index.html).
const here = `${location.origin}/`;
const iss = document.documentElement.dataset.fhir;
const state = document.getElementById('state');

const settings = {
  iss,
  clientId: 'demo-web',
  redirectUri: here,
  // `launch/patient`: the façade's own page asks which resident, by INS or local number; the app is told an opaque id.
  scope: 'openid fhirUser launch/patient patient/Patient.rs patient/DocumentReference.rs patient/Binary.rs',
  pkceMode: 'required',
};

try {
  const client = await FHIR.oauth2.init(settings); // sends the browser to the login, and comes back with the answer
  await show(client);
} catch (error) {
  state.textContent = `Impossible : ${error.message}`;
}

async function show(client) {
  const found = await client.request({
    url: 'DocumentReference/_search',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ patient: `Patient/${client.patient.id}`, status: 'current', _sort: '-date' }),
  });
  const documents = (found.entry ?? [])
    .map((entry) => entry.resource)
    .filter((resource) => resource.resourceType === 'DocumentReference');
  state.textContent = `${documents.length} document(s)`;
  const list = document.getElementById('documents');
  for (const reference of documents) {
    const button = document.createElement('button');
    button.textContent = `${(reference.date ?? '').slice(0, 10)} — ${reference.description ?? reference.content[0].attachment.title}`;
    button.addEventListener('click', () => read(client, reference));
    list.appendChild(document.createElement('li')).appendChild(button);
  }
}

// The DMP holds a CDA. `Accept: text/html` asks for it as a page, a media type for what was deposited inside it.
async function read(client, reference) {
  const answer = await client.request({
    url: reference.content[0].attachment.url,
    headers: { accept: 'text/plain' },
    includeResponse: true,
  });
  document.getElementById('content').textContent = await textOf(answer);
}

const textOf = async ({ body, response }) => (typeof body === 'string' ? body : response.text());
