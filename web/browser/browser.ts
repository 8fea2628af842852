// A real browser for the tests: Chromium, found on this machine.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Parts of Chromium's own window, which no test sees: two more pages a person, whose scripts take longer than ours. */
const OWN_PAGES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];

/** What Playwright turns off. Of two such flags Chromium takes the last, so it stands here, too; browser.test.ts compares. */
const NOT_FOR_TESTS = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "TcpPortRandomizationWin",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
  "msForceBrowserSignIn",
  "msEdgeUpdateLaunchServicesPreferredVersion",
];

/** What keeps Chromium to itself, and working in a container. */
const FLAGS = [
  `--disable-features=${[...NOT_FOR_TESTS, ...OWN_PAGES].join(",")}`,
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a browser with an empty profile. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChrome(), headless: true, args: FLAGS });
}

/** CHROME_PATH, else a Chromium or Chrome on the PATH. */
function findChrome(): string {
  const given = process.env["CHROME_PATH"];
  const candidates = given ? [given] : (process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    given
      ? `CHROME_PATH: there is no program at ${given}`
      : "The browser tests need Chromium or Chrome. Type: apt-get install -y chromium   (or set CHROME_PATH to one)",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export type Theme = "light" | "dark";

export interface ContextOptions {
  width?: number;
  height?: number;
  theme?: Theme;
  /** Pixels of the screen for one of CSS. */
  scale?: number;
  timezone?: string;
  /** The language the browser asks for. */
  locale?: string;
  /** What the browser calls itself; what it is where absent. */
  userAgent?: string;
  /** Whether the page may bring its service worker: with one, what a test does to requests may not reach them. */
  worker?: boolean;
}

/** One person's browser: its own storage, cookies and connection. */
export function newContext(browser: Browser, options: ContextOptions = {}): Promise<BrowserContext> {
  const { width = 1100, height = 760, theme = "light", scale = 1, timezone = "Europe/Berlin", locale = "en-GB", worker = false, userAgent } = options;
  return browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    deviceScaleFactor: scale,
    timezoneId: timezone,
    locale,
    serviceWorkers: worker ? "allow" : "block",
    hasTouch: width < 500,
    ...(userAgent !== undefined && { userAgent }),
  });
}
