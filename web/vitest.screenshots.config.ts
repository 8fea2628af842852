import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["browser/screenshots.ts"],
    environment: "node",
    globalSetup: "browser/setup.ts",
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
