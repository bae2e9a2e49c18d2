// <div id="api-reference" data-url="…openapi.json">: the API's description, to read and to try.
import 'swagger-ui-dist/swagger-ui.css';
import './reference.css';

import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

const element = document.getElementById('api-reference');
SwaggerUI({
  domNode: element,
  url: element.dataset.url,
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false, // A password must not lie in the browser's storage.
  validatorUrl: null, // Nothing is sent anywhere else.
  onComplete: () => element.setAttribute('data-ready', ''),
});
