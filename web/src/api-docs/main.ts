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
  // Its own is a link within the button that opens the route (WCAG 2.2, 4.1.2). The address names what is open all the same.
  plugins: [() => ({ components: { DeepLink: ({ text }) => text } })],
});
