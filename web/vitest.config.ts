import { defineConfig } from "vitest/config";
import { emojiData } from "./emoji-data.ts";

export default defineConfig({
  plugins: [emojiData()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx", "client/test/**/*.test.ts"],
    environment: "node",
    // Generated scripts take half a second; a busy machine is ten times slower, and more.
    testTimeout: 60_000,
  },
});
