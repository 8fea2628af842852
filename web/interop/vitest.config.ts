import { defineConfig } from "vitest/config";

// The official socket.io client against the real server, on both stores. Every test starts
// servers of its own; what they share is a compiled server and one mongod.
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.test.ts"],
    environment: "node",
    globalSetup: ["harness/global.ts"],
    // Each file is a process: a client that one leaves behind cannot disturb another.
    pool: "forks",
    // Tests mostly wait; more files at once would make each other late on two cores.
    maxWorkers: 2,
    // The longest test holds a mongod still for 10 s and waits for the recovery.
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
