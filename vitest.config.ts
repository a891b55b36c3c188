import { defineConfig } from "vitest/config";

// The `source` condition makes tests read src/*.ts of every package: no build needed before a test.
export default defineConfig({
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["packages/*/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "lab/src/**/*.test.ts", "tools/*.test.ts"],
    // Workers and children started by a test run the workspace from source too.
    execArgv: ["--conditions=source"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
