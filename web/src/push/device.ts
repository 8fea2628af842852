// The browser's half of Web Push: the permission, the service worker and the subscription.

/** Where the worker is; see worker/push-worker.js. */
const WORKER = "/push-worker.js";
/** The key under which it is kept who had this browser notify him. */
const OWNER = "roomstream.push";

/** What the page needs of a browser to be notified. */
export interface Device {
  /** False where there is no Web Push: in an insecure context, in an old browser, in a private window of some. */
  readonly able: boolean;
  /** Asks the person, if he was not asked before. Only from within a click. */
  ask(): Promise<NotificationPermission>;
  allowed(): boolean;
  subscription(): Promise<PushSubscription | undefined>;
  /** Rejects where the browser's push service is out of reach. */
  subscribe(key: Uint8Array<ArrayBuffer>): Promise<PushSubscription>;
  /** Who had this browser notify him. */
  owner(): string | undefined;
  own(user: string | undefined): void;
}

export const thisBrowser: Device = {
  able: "serviceWorker" in navigator && "PushManager" in window && "Notification" in window && window.isSecureContext,
  ask: () => Notification.requestPermission(),
  allowed: () => Notification.permission === "granted",
  async subscription() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    return (await registration?.pushManager.getSubscription()) ?? undefined;
  },
  async subscribe(key) {
    await registerWorker();
    const registration = await navigator.serviceWorker.ready;
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  },
  owner() {
    try {
      return localStorage.getItem(OWNER) ?? undefined;
    } catch {
      return undefined; // storage is forbidden here: nobody is notified beyond this page's life
    }
  },
  own(user) {
    try {
      if (user === undefined) localStorage.removeItem(OWNER);
      else localStorage.setItem(OWNER, user);
    } catch {
      // Then it is asked for anew after a reload.
    }
  },
};

/** Brings the worker into the browser, or looks for a newer one. It is not there in an insecure context, nor in some private windows. */
export async function registerWorker(): Promise<void> {
  await navigator.serviceWorker?.register(workerURL(), { scope: "/", updateViaCache: "none" });
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(text: string): unknown };
}

let trusted: unknown;

/** The worker's address as the page's policy wants it: the one policy it allows makes this one address. */
function workerURL(): string {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  trusted ??= types ? types.createPolicy("push-worker", { createScriptURL: () => WORKER }).createScriptURL("") : WORKER;
  return trusted as string; // the types of the DOM know no trusted addresses yet
}
