import { texts } from "../texts";

export const t = texts("push", {
  notify: "Notify me on this device",
  on: "On",
  off: "Off",
  unsure: "Not known",
  denied: "Your browser does not let this site notify you. Allow it in the site’s settings, then try again.",
  notAsked: "This browser is set to be notified, but the server could not be asked whether it does that.",
  notRenewed: "The server notifies this device, but could not take down that it is still in use.",
  notTaken: "The server does not notify this device: it could not be handed in.",
  unreachable: "Your browser could not reach its push service. Try again later.",
  noServer: "The server cannot be reached. Try again later.",
  failed: "That did not work. Try again.",
  missed: "You missed something",
  look: "Open the chat to see it.",
  wrote: "wrote to you.",
  mentioned: "mentioned you.",
  added: "{name} added you to this room.",
});
