import { describe, expect, it } from "vitest";
import { ChatError } from "../../client/src/index";
import type { Device } from "./device";
import { fromBase64url, idOf } from "./keys";
import { Push, type PushRequests } from "./push";

const KEY = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const OTHER_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

/** A browser and a server that fail where they are told to. */
class World implements Device, PushRequests {
  able = true;
  answer: NotificationPermission | Error = "granted";
  served: string | undefined = KEY;
  subscribeFails = false;
  putFails: ChatError | undefined;
  subscribed: PushSubscription | undefined;
  has: string | undefined;
  granted = true;
  readonly log: string[] = [];

  ask = async () => {
    this.log.push("ask");
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  };
  allowed = () => this.granted;
  subscription = async () => this.subscribed;
  subscribe = async (key: Uint8Array<ArrayBuffer>) => {
    if (this.subscribeFails) throw new DOMException("no push service", "AbortError");
    this.subscribed = this.made(key);
    return this.subscribed;
  };
  owner = () => this.has;
  own = (user: string | undefined) => void (this.has = user);

  askFails = false;
  known: readonly string[] = [];
  devices = async () => {
    if (this.askFails) throw new ChatError("UNAVAILABLE", "the server cannot be reached", true);
    return { key: this.served, ids: this.known };
  };
  put = async () => {
    this.log.push("put");
    if (this.putFails) throw this.putFails;
  };
  remover = () => {
    this.log.push("take token");
    return async (id: string) => void this.log.push(`remove ${id.length}`);
  };

  made(key: Uint8Array<ArrayBuffer>): PushSubscription {
    this.log.push("subscribe");
    const made = {
      endpoint: "https://push.example/1",
      options: { applicationServerKey: key.buffer, userVisibleOnly: true },
      unsubscribe: async () => {
        this.log.push("unsubscribe");
        this.subscribed = undefined;
        return true;
      },
    };
    return made as unknown as PushSubscription; // the rest is the browser's
  }
}

async function started(change: (world: World) => void = () => {}): Promise<{ world: World; push: Push }> {
  const world = new World();
  change(world);
  const push = new Push(world, world, "ann");
  await push.start();
  return { world, push };
}

const subscribedFor = (user: string, key = KEY) => (world: World) => {
  world.subscribed = world.made(fromBase64url(key));
  world.has = user;
  world.log.length = 0;
};

describe("starting", () => {
  it("hides where the browser or the server has no Web Push", async () => {
    expect((await started((world) => (world.able = false))).push.state.value).toEqual({ kind: "hidden" });
    expect((await started((world) => (world.served = undefined))).push.state.value).toEqual({ kind: "hidden" });
  });

  it("asks for nothing and subscribes to nothing by itself", async () => {
    const { world, push } = await started();
    expect(push.state.value).toEqual({ kind: "off" });
    expect(world.log).toEqual([]);
  });

  it("hands a subscription in again", async () => {
    const { world, push } = await started(subscribedFor("ann"));
    expect(push.state.value).toEqual({ kind: "on" });
    expect(world.log).toEqual(["put"]);
  });

  it("subscribes anew for another key", async () => {
    const { world, push } = await started(subscribedFor("ann", OTHER_KEY));
    expect(push.state.value).toEqual({ kind: "on" });
    expect(world.log).toEqual(["unsubscribe", "subscribe", "put"]);
  });

  it("ends another user's", async () => {
    const { world, push } = await started(subscribedFor("bob"));
    expect(push.state.value).toEqual({ kind: "off" });
    expect(world.log).toEqual(["unsubscribe"]);
    expect(world.has).toBeUndefined();
  });
});

describe("what could not be found out", () => {
  const away = new ChatError("UNAVAILABLE", "the server cannot be reached", true);

  it("is on where the server has the device, though it could not be handed in again", async () => {
    const { world, push } = await started((w) => {
      subscribedFor("ann")(w);
      w.putFails = away;
      w.known = ["W6Ff_5ZfRK-lWqT6TVK5SwuoY4ChYQid3Km50IvvnvY"]; // of the endpoint above
    });
    expect(push.state.value).toMatchObject({ kind: "on", again: true, problem: { text: expect.stringContaining("notifies this device") } });
    world.putFails = undefined;
    await push.start();
    expect(push.state.value).toEqual({ kind: "on" });
  });

  it("is off where the server has it not, until it could be handed in", async () => {
    const { world, push } = await started((w) => {
      subscribedFor("ann")(w);
      w.putFails = away;
    });
    expect(push.state.value).toMatchObject({ kind: "off", again: true, problem: { text: expect.stringContaining("does not notify") } });
    expect(world.subscribed).toBeDefined();
    world.putFails = undefined;
    await push.resume();
    expect(push.state.value).toEqual({ kind: "on" });
  });

  it("is not known while the server cannot be asked, and is asked again with the next connection", async () => {
    const { world, push } = await started((w) => {
      subscribedFor("ann")(w);
      w.askFails = true;
    });
    expect(push.state.value).toMatchObject({ kind: "unsure", again: true, problem: { text: expect.stringContaining("could not be asked") } });
    expect(world.log).toEqual([]);
    world.askFails = false;
    await push.resume();
    expect(push.state.value).toEqual({ kind: "on" });
    await push.resume();
    expect(world.log).toEqual(["put"]);
  });

  it("is busy while it is asked again, once", async () => {
    const { world, push } = await started((w) => {
      subscribedFor("ann")(w);
      w.askFails = true;
    });
    world.askFails = false;
    const first = push.resume();
    expect(push.state.value).toEqual({ kind: "busy" });
    await Promise.all([first, push.resume()]);
    expect(push.state.value).toEqual({ kind: "on" });
    expect(world.log).toEqual(["put"]);
  });

  it("can be turned off all the same", async () => {
    const { world, push } = await started((w) => {
      subscribedFor("ann")(w);
      w.askFails = true;
    });
    await push.turnOff();
    expect(push.state.value).toEqual({ kind: "off" });
    expect(world.log).toEqual(["take token", "remove 43", "unsubscribe"]);
  });

  it("is hidden without a subscription, and shown once the server was asked", async () => {
    const { world, push } = await started((w) => (w.askFails = true));
    expect(push.state.value.kind).toBe("hidden");
    world.askFails = false;
    await push.resume();
    expect(push.state.value).toEqual({ kind: "off" });
  });
});

describe("turning on", () => {
  it("asks, subscribes and hands in", async () => {
    const { world, push } = await started();
    await push.turnOn();
    expect(push.state.value).toEqual({ kind: "on" });
    expect(world.log).toEqual(["ask", "subscribe", "put"]);
    expect(world.has).toBe("ann");
  });

  it("asks within the click, before anything is waited for", async () => {
    const { world, push } = await started();
    const done = push.turnOn();
    expect(world.log).toEqual(["ask"]);
    await done;
  });

  it("says that the browser does not allow it", async () => {
    for (const answer of ["denied", new Error("no gesture")] as const) {
      const { world, push } = await started((w) => (w.answer = answer));
      await push.turnOn();
      expect(push.state.value.kind).toBe("off");
      expect(push.state.value.problem?.text).toContain("does not let this site");
      expect(world.log).toEqual(["ask"]);
    }
  });

  it("says nothing where the question was only closed", async () => {
    const { push } = await started((world) => (world.answer = "default"));
    await push.turnOn();
    expect(push.state.value).toEqual({ kind: "off" });
  });

  it("says that the push service is out of reach", async () => {
    const { push } = await started((world) => (world.subscribeFails = true));
    await push.turnOn();
    expect(push.state.value.problem?.text).toContain("push service");
  });

  it("takes the subscription back where the server does not take it", async () => {
    const { world, push } = await started((w) => (w.putFails = new ChatError("BAD_REQUEST", "endpoint: must be an https URL", false)));
    await push.turnOn();
    expect(push.state.value).toEqual({ kind: "off", problem: { text: "Endpoint: must be an https URL" } });
    expect(world.log).toEqual(["ask", "subscribe", "put", "unsubscribe"]);
    expect(world.has).toBeUndefined();
  });
});

describe("turning off", () => {
  it("forgets the device here and on the server", async () => {
    const { world, push } = await started(subscribedFor("ann"));
    await push.turnOff();
    expect(push.state.value).toEqual({ kind: "off" });
    expect(world.log).toEqual(["put", "take token", "remove 43", "unsubscribe"]);
    expect(world.has).toBeUndefined();
  });

  it("takes the token with it when the session ends in the same moment", async () => {
    const { world, push } = await started(subscribedFor("ann"));
    const left = push.leave();
    expect(world.log).toEqual(["put", "take token"]);
    await left;
    expect(world.subscribed).toBeUndefined();
  });

  it("ends with the session, too, where the server could not be told that it is on", async () => {
    const { world, push } = await started((w) => {
      subscribedFor("ann")(w);
      w.putFails = new ChatError("UNAVAILABLE", "the server cannot be reached", true);
    });
    expect(push.state.value.kind).toBe("off");
    await push.leave();
    expect(world.log).toEqual(["put", "take token", "remove 43", "unsubscribe"]);
    expect(world.has).toBeUndefined();
  });

  it("leaves alone with the session what is another user's", async () => {
    const { world } = await started(subscribedFor("bob"));
    subscribedFor("bob")(world);
    await new Push(world, world, "ann").leave();
    expect(world.log).toEqual([]);
  });
});

it("names a device as the server does", async () => {
  // printf 'https://push.example/1' | openssl dgst -sha256 -binary | basenc --base64url
  expect(await idOf("https://push.example/1")).toBe("W6Ff_5ZfRK-lWqT6TVK5SwuoY4ChYQid3Km50IvvnvY");
});
