import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", ".drover/**"];

export default defineConfig({
  test: {
    projects: [
      {
        // Beside what they test: pure rules, and services against the real parts they speak to.
        test: {
          name: "fast",
          include: ["**/*.test.ts"],
          exclude: [...exclude, "test/cluster/**"],
          testTimeout: 30_000,
        },
      },
      {
        // A real cluster on this computer; one file at a time, since they share it.
        test: {
          name: "cluster",
          include: ["test/cluster/**/*.test.ts"],
          exclude,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
