import { connect, createServer, type Server as TcpServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Looks at bytes on their way from the server to a client and says what becomes of them. */
export type Downstream = (chunk: Buffer) => "pass" | "drop" | "cut";

/** A network between client and server that can be told to fail. Ended with the test. */
export class Proxy {
  downstream: Downstream = () => "pass";
  readonly #pairs = new Set<[Socket, Socket]>();
  readonly #server: TcpServer;

  /** serverPort may be changed: the next connection goes there. */
  private constructor(public serverPort: number) {
    this.#server = createServer((client) => this.#join(client, connect(this.serverPort, "127.0.0.1")));
  }

  static async to(serverPort: number): Promise<Proxy> {
    const proxy = new Proxy(serverPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      proxy.cut();
      proxy.#server.close();
    });
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (!address || typeof address === "string") throw new Error("the proxy does not listen");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Ends every connection without a goodbye. */
  cut(): void {
    for (const pair of this.#pairs) for (const side of pair) side.destroy();
  }

  #join(client: Socket, server: Socket): void {
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const side of pair) {
      side.setNoDelay(true);
      side.on("close", end);
      side.on("error", end);
    }
    client.on("data", (chunk) => void server.write(chunk));
    server.on("data", (chunk: Buffer) => {
      const fate = this.downstream(chunk);
      if (fate === "pass") client.write(chunk);
      else if (fate === "cut") end();
    });
  }
}

/** Whether these bytes hold a Socket.IO ack ("43<id>[") that goes over a WebSocket. */
export const holdsAck = (chunk: Buffer): boolean => /43\d+\[/.test(chunk.toString("latin1"));
