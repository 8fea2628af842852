import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/rooms.css";
import "./styles/timeline.css";
import "./styles/markdown.css";
import "./styles/composer.css";
import "./styles/threads.css";
import "./styles/menu.css";
import "./styles/details.css";
import "./styles/sign-in.css";
import { render } from "preact";
import { App } from "./app";
import { SessionStore } from "./session/session";
import { followViewport } from "./ui/viewport";

followViewport();

const place = document.getElementById("app");
if (place) render(<App session={new SessionStore(Date.now())} />, place);
