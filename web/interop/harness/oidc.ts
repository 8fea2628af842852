import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { onTestFinished } from "vitest";

/** The API that the tokens are for: `aud`, and what a client asks for as `resource`. */
export const AUDIENCE = "urn:roomstream:interop";

const TOKEN_SECONDS = 600;
const CLIENT_SECRET = "a secret that only the client and the provider share";

export type Algorithm = "RS256" | "ES256" | "EdDSA";

/** A key as a provider keeps it, its private half too. */
export interface Key {
  kid: string;
  alg: Algorithm;
  use: "sig";
}

export function newKey(kid: string, alg: Algorithm): Key {
  const pair = {
    RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    EdDSA: () => generateKeyPairSync("ed25519"),
  }[alg]();
  return { ...pair.privateKey.export({ format: "jwk" }), kid, alg, use: "sig" };
}

/**
 * A real OpenID provider, on a port of its own, with programs for users: each signs in by client credentials and is its
 * `sub`. It is ended with the test.
 */
export class Issuer {
  #answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  #keySets = 0;
  url = "";

  private constructor(readonly users: string[]) {}

  static async start(users: string[], ...keys: Key[]): Promise<Issuer> {
    const issuer = new Issuer(users);
    const server = createServer((request, response) => issuer.#take(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    issuer.signWith(...keys);
    return issuer;
  }

  /** Where its keys are. */
  get keysUrl(): string {
    return `${this.url}/jwks`;
  }

  /** How often its keys were asked for. */
  get keySets(): number {
    return this.#keySets;
  }

  /** Signs with the first of the keys from now on, and publishes all: the provider starts again with them. */
  signWith(...keys: Key[]): void {
    const [signing] = keys;
    const provider = new Provider(this.url, {
      jwks: { keys },
      clients: this.users.map((id) => ({
        client_id: id, client_secret: CLIENT_SECRET, grant_types: ["client_credentials"], redirect_uris: [], response_types: [],
        id_token_signed_response_alg: signing?.alg, token_endpoint_auth_method: "client_secret_post",
      })),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: "chat", audience: AUDIENCE, accessTokenFormat: "jwt", accessTokenTTL: TOKEN_SECONDS,
            jwt: { sign: { alg: signing?.alg, kid: signing?.kid } },
          }),
        },
      },
      ttl: { ClientCredentials: TOKEN_SECONDS },
    });
    this.#answer = provider.callback();
  }

  /** Answers nobody any more, until signWith. */
  away(): void {
    this.#answer = undefined;
  }

  /** Signs a user in, and gives the access token. */
  async token(user: string, audience = AUDIENCE): Promise<string> {
    const response = await fetch(`${this.url}/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: user, client_secret: CLIENT_SECRET, resource: audience, scope: "chat" }),
    });
    const body = (await response.json()) as { access_token?: string };
    if (!body.access_token) throw new Error(`the provider gave no token: ${response.status} ${JSON.stringify(body)}`);
    return body.access_token;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith("/jwks")) this.#keySets++;
    if (this.#answer) this.#answer(request, response);
    else response.writeHead(502).end();
  }
}
