import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Resource } from "./resource";

/** What is used here of a resource in an exported state. */
interface Exported {
  type: string;
  urn: string;
  inputs?: Record<string, unknown>;
  protect?: boolean;
}

/** How long the export may take. */
const limitMs = 60_000;

/** The resources of `pulumi stack export`'s answer; secrets stay encrypted. */
export function recordedResources(json: string): Resource[] {
  const { deployment } = JSON.parse(json) as { deployment?: { resources?: Exported[] } };
  return (deployment?.resources ?? []).map(({ type, urn, inputs = {}, protect = false }) => ({
    type,
    urn,
    name: urn.split("::").pop() ?? "",
    inputs,
    protect,
  }));
}

/**
 * What the state recorded when the pack was loaded, before the update changed anything. Policies are told of what will
 * be, never of what will be removed, so the pack asks the CLI for what was.
 */
export function recordedState(stack: string): Promise<Resource[]> {
  const project = join(__dirname, "..");
  return new Promise((resolve, reject) => {
    const words = ["stack", "export", "--stack", stack, "--cwd", project, "--non-interactive"];
    execFile("pulumi", words, { timeout: limitMs, maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      if (error) {
        reject(
          new Error(
            `the recorded state of ${stack} cannot be read, which the rule "removals" compares with: ${stderr || error.message}`,
          ),
        );
      } else resolve(recordedResources(stdout));
    });
  });
}
