import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["browser/**/*.test.ts"],
    environment: "node",
    globalSetup: "browser/setup.ts",
    // Each file has a browser and servers of its own, and waits more than it works: two keep two cores busy. What is
    // measured in milliseconds is the least of several tries.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // As long as anything on a page may take; see SOON_MS of browser/person.ts. Without it a poll ends after 1 s.
    expect: { poll: { timeout: 30_000 } },
  },
});
