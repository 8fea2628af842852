// What stands before a server on an address of its own: passes everything on, but for files that a test puts in their place,
// and for uploads that a test cuts off.

import { createServer, type IncomingMessage, request, type Server as HttpServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Server } from "./server";

export class Front {
  /** By path, what is answered instead. */
  readonly files = new Map<string, { type: string; body: string }>();
  /** Ends the connection amid the body of a file that is uploaded, once the server has the first of it. */
  cutsUploads = false;
  private readonly http: HttpServer;

  private constructor(private readonly server: Server) {
    this.http = createServer((asked, answer) => this.answer(asked, answer));
    this.http.on("upgrade", (asked: IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(asked, socket, head));
  }

  static async start(server: Server): Promise<Front> {
    const front = new Front(server);
    await new Promise<void>((resolve) => front.http.listen(0, "127.0.0.1", resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private get port(): number {
    return Number(new URL(this.server.url).port);
  }

  private answer(asked: IncomingMessage, answer: ServerResponse): void {
    const file = this.files.get(asked.url ?? "");
    if (file) {
      answer.writeHead(200, { "Content-Type": file.type, "Cache-Control": "no-cache" }).end(file.body);
      return;
    }
    const passed = request({ host: "127.0.0.1", port: this.port, method: asked.method, path: asked.url, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
    if (this.cutsUploads && asked.method === "POST" && /\/files\?/.test(asked.url ?? "")) {
      asked.once("data", () => {
        passed.destroy();
        asked.socket.destroy();
      });
    }
  }

  private upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): void {
    const to = connect(this.port, "127.0.0.1", () => {
      const headers = asked.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
      to.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headers}\r\n`);
      to.write(head);
      to.pipe(socket).pipe(to);
    });
    to.on("error", () => socket.destroy());
    socket.on("error", () => to.destroy());
  }
}
