// Where the token rests between page loads.
//
// sessionStorage ends with the tab; what is in localStorage, chosen by "Stay signed in", is good
// for as long as the token, 24 h at most. Either is readable by scripts of this origin only, and the
// page's policy runs none but ours. A cookie would go along with every request, also
// with those that other sites make; the protocol wants the token in the handshake.

const KEY = "roomstream.token";

export function loadToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // storage is forbidden here; one signs in anew after a reload
  }
}

export function saveToken(token: string, stay: boolean): void {
  forgetToken();
  // Where the one is full the other may take it: then it ends with the tab.
  if (stay && tried(() => localStorage.setItem(KEY, token))) return;
  tried(() => sessionStorage.setItem(KEY, token)); // or the session lives until the page is closed
}

/** Replaces the token where it rests now. */
export function replaceToken(token: string): void {
  let stay = false;
  try {
    stay = localStorage.getItem(KEY) !== null;
  } catch {
    // Nothing rests anywhere.
  }
  saveToken(token, stay);
}

export function forgetToken(): void {
  tried(() => sessionStorage.removeItem(KEY));
  tried(() => localStorage.removeItem(KEY));
}

/** Whether a storage did what it was to do: it may be full, or forbidden here. */
function tried(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
