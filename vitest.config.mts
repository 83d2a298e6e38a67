import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const exclude = ["**/node_modules/**", ".drover/**"];

/** Files in the order of their names: the cluster's tests build on what the earlier ones left running. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.sort((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    projects: [
      {
        // Beside what they test: pure rules, and services against the real parts they speak to.
        test: {
          name: "fast",
          include: ["**/*.test.ts"],
          exclude: [...exclude, "test/cluster/**", "test/engine/**"],
          testTimeout: 30_000,
        },
      },
      {
        // The real CLI on doubles of the clouds; one file at a time, since each run starts half a dozen processes.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          exclude,
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 60_000,
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
