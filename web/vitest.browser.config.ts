import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    environment: "node",
    globalSetup: "browser/setup.ts",
    // One browser and one server at a time: what is measured here is in milliseconds.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // As long as anything on a page may take; see SOON_MS of browser/person.ts. Without it a poll ends after 1 s.
    expect: { poll: { timeout: 10_000 } },
  },
});
