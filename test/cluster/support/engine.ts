import { exec } from "../../../tools/system/exec";

/** What is kept of a container between two looks: another id is another container, another start is a restart. */
export interface Seen {
  id: string;
  startedAt: string;
}

/** Runs the Docker CLI against this computer's engine. */
export function docker(...args: string[]): Promise<string> {
  return exec("docker", args, { limitMs: 60_000 });
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

/** All of a stack on this computer's engine: "container NAME", "network NAME", "volume NAME". */
export async function everythingOf(stack: string): Promise<string[]> {
  const filter = `label=drover.stack=${stack}`;
  const kinds = {
    container: docker("ps", "-a", "--filter", filter, "--format", "{{.Names}}"),
    network: docker("network", "ls", "--filter", filter, "--format", "{{.Name}}"),
    volume: docker("volume", "ls", "--filter", filter, "--format", "{{.Name}}"),
  };
  const found: string[] = [];
  for (const [kind, names] of Object.entries(kinds)) {
    found.push(...lines(await names).map((name) => `${kind} ${name}`));
  }
  return found.sort();
}

/** The running containers of a stack, machines and front door, by name without the stack's prefix. */
export async function runningOf(stack: string): Promise<Record<string, Seen>> {
  const ids = lines(await docker("ps", "-q", "--no-trunc", "--filter", `label=drover.stack=${stack}`));
  if (ids.length === 0) return {};
  const format = "{{.Name}} {{.Id}} {{.State.StartedAt}}";
  const found = lines(await docker("inspect", "-f", format, ...ids)).map((line): [string, Seen] => {
    const [name = "", id = "", startedAt = ""] = line.split(" ");
    return [name.replace(`/drover-${stack}-`, ""), { id, startedAt }];
  });
  return Object.fromEntries(found.sort(([a], [b]) => a.localeCompare(b)));
}
