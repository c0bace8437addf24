/* Starts the interactive reference (Swagger UI) on /docs/api. A file of its own: the page's policy allows no script in the page. */
window.addEventListener('load', () => {
  const place = document.getElementById('reference');
  const { client, audience } = place.dataset;
  const here = window.location.href.replace(/[?#].*$/, '');
  const ui = window.SwaggerUIBundle({
    // Relative, so that a proxy may put a path before everything.
    url: '../openapi.json',
    domNode: place,
    oauth2RedirectUrl: `${here}/oauth2-redirect.html`,
    deepLinking: true,
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    filter: true,
    // Nothing is sent anywhere for a badge, and a token does not outlive the page.
    validatorUrl: null,
    persistAuthorization: false,
  });
  ui.initOAuth({
    clientId: client,
    usePkceWithAuthorizationCodeGrant: true,
    additionalQueryStringParams: { aud: audience },
  });
});
