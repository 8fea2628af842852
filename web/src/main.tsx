import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/rooms.css";
import "./styles/timeline.css";
import "./styles/receipts.css";
import "./styles/markdown.css";
import "./styles/composer.css";
import "./styles/threads.css";
import "./styles/menu.css";
import "./styles/details.css";
import "./styles/sign-in.css";
import { render } from "preact";
import { App } from "./app";
import { startLanguage } from "./i18n/language";
import { SessionStore } from "./session/session";
import { followViewport } from "./ui/viewport";

followViewport();

const place = document.getElementById("app");
// Nothing is drawn before the language is there, so that none flashes another one.
void startLanguage().then(() => {
  if (place) render(<App session={new SessionStore()} />, place);
});
