// Whether somebody sits in front of the page. Elsewhere than in a browser nobody does.

/** Without a sign of somebody for so long, a connection is idle; the server counts the same. */
const IDLE_MS = 5 * 60_000;
/** Who only reads says nothing to the server. So it is told in time that he is there. */
const AGAIN_MS = 4 * 60_000;
/** What somebody who is there does. Not scroll: a page that follows a chat scrolls by itself. */
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

export class Idle {
  #seenAt = Date.now();
  #toldAt = Date.now();
  #idle = false;
  #online = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #sign = (): void => this.#seen();

  /** tell: what to say to the server. Listens until close(). */
  constructor(
    private readonly tell: (status: "idle" | "online") => void,
    private readonly page: Document,
  ) {
    for (const name of SIGNS) page.addEventListener(name, this.#sign, { passive: true, capture: true });
    page.addEventListener("visibilitychange", this.#sign);
    this.#wait();
  }

  /** There is a connection, which the server takes for one with somebody behind it. */
  begin(): void {
    this.#online = true;
    this.#toldAt = Date.now();
    if (this.#idle) this.tell("idle");
  }

  end(): void {
    this.#online = false;
  }

  close(): void {
    this.end();
    clearTimeout(this.#timer);
    for (const name of SIGNS) this.page.removeEventListener(name, this.#sign, { capture: true });
    this.page.removeEventListener("visibilitychange", this.#sign);
  }

  #seen(): void {
    if (this.page.visibilityState === "hidden") return;
    this.#seenAt = Date.now();
    const back = this.#idle;
    if (back) {
      this.#idle = false;
      this.#wait();
    }
    if (back || this.#seenAt - this.#toldAt >= AGAIN_MS) this.#say("online");
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const left = this.#seenAt + IDLE_MS - Date.now();
    if (left > 0) this.#timer = setTimeout(() => this.#wait(), left);
    else {
      this.#idle = true;
      this.#say("idle");
    }
  }

  #say(status: "idle" | "online"): void {
    this.#toldAt = Date.now();
    if (this.#online) this.tell(status);
  }
}
