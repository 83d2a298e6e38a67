import { statfsSync } from "node:fs";
import { createServer } from "node:net";
import { parse } from "yaml";
import { environmentOf } from "../../stacks/environment";
import { exec, tryExec } from "./exec";

/** What images, stores and two machines' disks need, with room for the users' own images. */
const neededGb = 10;

/** Throws when the disk has less than {@link neededGb} GB free for the caller. */
export function checkFreeDisk(folder: string, statfs: typeof statfsSync = statfsSync): void {
  const { bavail, bsize } = statfs(folder);
  const freeGb = (bavail * bsize) / 1e9;
  if (freeGb < neededGb) {
    throw new Error(
      `not enough disk: ${freeGb.toFixed(1)} GB are free below ${folder}, ${neededGb} GB are needed. Free some (\`docker system df\` shows what Docker holds), then run again.`,
    );
  }
}

/** Where the Docker engine keeps its data, when that is on this computer. */
export async function dockerFolder(): Promise<string> {
  return (await exec("docker", ["info", "-f", "{{.DockerRootDir}}"], { limitMs: 10_000 })).trim();
}

/** The environment that a stack's file describes, read as Pulumi would. Throws its configuration errors. */
export function environmentIn(stack: string, yaml: string) {
  const config = ((parse(yaml) as { config?: Record<string, unknown> } | null)?.config ?? {}) as Record<
    string,
    unknown
  >;
  const texts = Object.entries(config).map(([key, value]): [string, string] => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return environmentOf(stack, Object.fromEntries(texts));
}

function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Ports of this computer that a container holds; none when there is no such container, or it does not run. */
async function portsOf(container: string): Promise<number[]> {
  const lines = await tryExec("docker", ["port", container]);
  return (lines ?? "").split("\n").flatMap((line) => Number(line.match(/:(\d+)$/)?.[1]) || []);
}

/** Throws when a port of the front door is taken by something else than this stack's own front door. */
export async function checkPorts(stack: string, ports: Readonly<Record<string, number>>): Promise<void> {
  const own = await portsOf(`drover-${stack}-front-door`);
  for (const [key, port] of Object.entries(ports)) {
    if (own.includes(port) || (await portIsFree(port))) continue;
    throw new Error(
      `port ${port} on 127.0.0.1 is taken. \`ss -ltnp 'sport = :${port}'\` shows by what; stop that, or choose another port: pulumi config set --path drover:frontDoor.${key} <port> -s ${stack}`,
    );
  }
}
