import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "../tools/setup";
import { exec, tryExec } from "../tools/system/exec";
import { root } from "../tools/system/paths";
import { say } from "../tools/system/progress";
import { configFile, outputs, pulumi, stackExists } from "../tools/system/stack";
import { computer } from "./computer";
import { totalMb } from "./memory";
import { type StateResource, writePlainInputs } from "./plain-inputs";
import { isBroken, type Measured, renderTable } from "./table";

const stack = "local";

/** Limits of the result: what a user was promised. */
const limits = { readySeconds: 75, secondUpSeconds: 6, downSeconds: 15, memoryMb: 4000 };

/** How long one measured command may take before the bench gives up. */
const commandLimitMs = 10 * 60_000;

/** Seconds that something takes. */
async function seconds(what: string, work: () => Promise<unknown>): Promise<number> {
  say(`bench: ${what}`);
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const npm = (...words: string[]) => exec("npm", ["run", "--silent", ...words], { cwd: root, limitMs: commandLimitMs });
const pulumiUp = () => pulumi(["up", "--yes", "--skip-preview", "-s", stack], { limitMs: commandLimitMs });
const plain = (command: string, folder: string) =>
  exec(join(__dirname, "plain.sh"), [command, folder], { limitMs: commandLimitMs });

/** Measures the stack's life, and leaves in the folder what plain.sh needs to make the same. */
async function measureDrover(folder: string) {
  const config = readFileSync(configFile(stack), "utf8");
  try {
    const ready = await seconds("up, images warm", () => npm("up"));
    const secondUp = await seconds("second up", pulumiUp);
    const memory = await totalMb(stack);
    const exported = await pulumi(["stack", "export", "--show-secrets", "-s", stack]);
    const { deployment } = JSON.parse(exported) as { deployment: { resources: StateResource[] } };
    const made = await outputs(stack);
    writePlainInputs(folder, deployment.resources, made);
    const slaves = made.machines.filter(({ role }) => role === "slave").length;
    await pulumi(["config", "set", "slaves", String(slaves + 1), "-s", stack]);
    const oneMore = await seconds("one slave more", pulumiUp);
    await pulumi(["config", "set", "slaves", String(slaves), "-s", stack]);
    const oneLess = await seconds("one slave less", pulumiUp);
    return { ready, secondUp, memory, oneMore, oneLess, down: await seconds("down", () => npm("down")) };
  } finally {
    await npm("down");
    writeFileSync(configFile(stack), config);
  }
}

/** The same cluster by a shell script. */
async function measurePlain(folder: string) {
  try {
    const ready = await seconds("plain script: up", () => plain("up", folder));
    const memory = await totalMb(stack);
    return { ready, memory, down: await seconds("plain script: down", () => plain("down", folder)) };
  } finally {
    // What the script could not remove carries the stack's label.
    await npm("down");
  }
}

/**
 * Measures the life of the stack `local` next to a plain script that makes the same containers, and prints a table:
 * `npm run bench -- first-light`. The stack must be down before, and is down afterwards. Gives 1 when a limit is broken.
 */
export async function firstLight(): Promise<number> {
  await setUp();
  if ((await stackExists(stack)) || (await tryExec("docker", ["network", "inspect", `drover-${stack}-network`]))) {
    throw new Error(`the bench brings ${stack} up and down, and it is running: \`npm run down\` first`);
  }
  const setUpAgain = await seconds("set-up, nothing to do", () => npm("setup"));
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  try {
    const drover = await measureDrover(folder);
    const script = await measurePlain(folder);
    const row = (what: string, ours: number, plainly?: number, limit?: number): Measured => {
      return { what, unit: what.startsWith("memory") ? "MB" : "s", drover: ours, plain: plainly, limit };
    };
    const rows = [
      row("set-up, nothing to do", setUpAgain),
      row("up until ready, images warm", drover.ready, script.ready, limits.readySeconds),
      row("second up, nothing to do", drover.secondUp, undefined, limits.secondUpSeconds),
      row("one slave more", drover.oneMore),
      row("one slave less", drover.oneLess),
      row("down", drover.down, script.down, limits.downSeconds),
      row("memory of the machines", drover.memory, script.memory, limits.memoryMb),
    ];
    process.stdout.write(`\n${computer()}\n\n${renderTable(rows)}`);
    return rows.some(isBroken) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
