import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Project, type Run } from "../test/engine/support/project";
import { setUpTools } from "../tools/setup";
import { say } from "../tools/system/progress";
import { configFile } from "../tools/system/stack";
import { computer } from "./computer";

/** What was promised: against a bare program in the same run, against growth, and for a plan without changes. */
const limits = { ratio: 1.3, growth: 1.3, nothingToDoSeconds: 6 };

const sizes = [10, 100, 1000];
const unchangedSlaves = 20;
/** The middle one counts. */
const unchangedRuns = 3;

type Config = Record<string, unknown>;

function ended(run: Run): Run {
  if (!run.ok) throw new Error(`pulumi failed:\n${run.output.slice(-2000)}`);
  return run;
}

/** How many resources a preview would create. */
function created(output: string): number {
  return Number(/\+ (\d+) to create/.exec(output)?.[1] ?? 0);
}

/** A bare program is run as Pulumi itself runs programs; tsx aside, which compiles quicker than the SDK. */
const bareNodeArgs = "--require tsx/cjs";

interface Plan {
  slaves: number;
  resources: number;
  seconds: number;
  bareSeconds: number;
  /** The bare program with what Drover's Pulumi.yaml does for a quick start. */
  quickBareSeconds: number;
}

/** How long a preview of a program takes that declares so many resources and nothing else. */
async function bareSeconds(resources: number, nodeargs?: string): Promise<number> {
  const project = await Project.make(
    "bare",
    { "drover:bare": { resources } },
    join(__dirname, "bare-program.ts"),
    nodeargs,
  );
  try {
    return ended(await project.run("preview")).seconds;
  } finally {
    project.remove();
  }
}

async function plan(config: Config, slaves: number): Promise<Plan> {
  say(`bench: plan of ${slaves} slaves`);
  const policy = { ...(config["drover:policy"] as Config), maximumSlaves: Math.max(...sizes) };
  const project = await Project.make("openstack", { ...config, "drover:slaves": slaves, "drover:policy": policy });
  try {
    const { output, seconds } = ended(await project.run("preview"));
    const resources = created(output);
    say(`bench: ${resources} resources in a bare program`);
    return {
      slaves,
      resources,
      seconds,
      bareSeconds: await bareSeconds(resources, bareNodeArgs),
      quickBareSeconds: await bareSeconds(resources),
    };
  } finally {
    project.remove();
  }
}

async function nothingToDo(config: Config): Promise<number> {
  say(`bench: a plan without changes, ${unchangedSlaves} slaves`);
  const project = await Project.make("openstack", { ...config, "drover:slaves": unchangedSlaves });
  try {
    ended(await project.run("up", "--yes", "--skip-preview"));
    const seconds: number[] = [];
    for (let i = 0; i < unchangedRuns; i++) {
      const { output, seconds: took } = ended(await project.run("preview"));
      if (!/Resources:\n +\d+ unchanged/.test(output)) throw new Error(`the plan has changes:\n${output.slice(-2000)}`);
      seconds.push(took);
    }
    return seconds.sort((a, b) => a - b)[Math.floor(unchangedRuns / 2)] ?? Number.NaN;
  } finally {
    project.remove();
  }
}

/**
 * Measures plans of clusters on OpenStack with doubles of its provider: `npm run bench -- plan`. Gives 1 when a limit is
 * broken.
 */
export async function benchPlans(): Promise<number> {
  await setUpTools();
  const { config } = parse(readFileSync(configFile("openstack"), "utf8")) as { config: Config };
  const plans: Plan[] = [];
  for (const slaves of sizes) plans.push(await plan(config, slaves));
  const unchanged = await nothingToDo(config);

  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).padStart(10)).join(" | ")} |\n`;
  const rows = plans.map((plan) => {
    const { slaves, resources, seconds } = plan;
    const against = (bare: number) => [bare.toFixed(1), (seconds / bare).toFixed(2)];
    return line([
      slaves,
      resources,
      seconds.toFixed(1),
      ...against(plan.bareSeconds),
      ...against(plan.quickBareSeconds),
    ]);
  });
  const [hundred, thousand] = plans.slice(-2);
  if (!hundred || !thousand) throw new Error("the bench needs two sizes");
  const ratio = thousand.seconds / thousand.bareSeconds;
  const growth = thousand.seconds / thousand.resources / (hundred.seconds / hundred.resources);
  const kept = (value: number, limit: number) =>
    `${value.toFixed(2)} (${value <= limit ? "kept" : "BROKEN"}, ${limit})`;
  process.stdout.write(
    [
      `${computer()}\n`,
      line(["slaves", "resources", "preview s", "bare s", "ratio", "bare quick", "ratio"]),
      ...rows,
      `\nratio to the bare program at ${thousand.slaves}: ${kept(ratio, limits.ratio)}\n`,
      `time a resource at ${thousand.slaves} against ${hundred.slaves}: ${kept(growth, limits.growth)}\n`,
      `seconds of a plan without changes, ${unchangedSlaves} slaves: ${kept(unchanged, limits.nothingToDoSeconds)}\n`,
    ].join(""),
  );
  return ratio <= limits.ratio && growth <= limits.growth && unchanged <= limits.nothingToDoSeconds ? 0 : 1;
}
