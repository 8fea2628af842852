import { texts } from "../texts";

export const t = texts("banner", {
  noConnection: "No connection.",
  reconnectingIn: "Reconnecting in {seconds, number} s",
  reconnecting: "Reconnecting…",
  retryNow: "Retry now",
  connectedAgain: "Connected again.",
  endsSoon: "Your session ends soon.",
  secondsLeft: "{seconds, number} s left",
  staySignedIn: "Stay signed in",
  full: "This browser’s storage is full. What is not sent yet is gone when the page is closed or loaded again.",
  silent: "This browser’s storage does not answer. What is not sent yet is gone when the page is closed or loaded again.",
  none: "This browser keeps nothing for this page. What is not sent yet is gone when the page is closed or loaded again.",
});
