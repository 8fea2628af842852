import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["browser/screenshots*.ts"],
    environment: "node",
    fileParallelism: false,
    globalSetup: "browser/setup.ts",
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
