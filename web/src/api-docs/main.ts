// The page at /docs/api: the OpenAPI document of this server, for people.

import "swagger-ui-dist/swagger-ui.css";
import "./api-docs.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

SwaggerUI({
  url: "/api/openapi.json",
  domNode: document.getElementById("routes"),
  deepLinking: true,
  // The default sends the document's address to a validator on another host.
  validatorUrl: null,
});
