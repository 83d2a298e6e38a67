import { parseArgs } from "node:util";
import { createLogger } from "@drover/lib/log";
import { readConfig } from "./config";
import { VERSION } from "./http-api";
import { MesosDns } from "./mesos-dns";

/** Go's flag package takes one dash or two. */
function arguments_(argv: string[]) {
  const { values } = parseArgs({
    args: argv.map((argument) => argument.replace(/^-(?=[a-z]+(=|$))/, "--")),
    options: {
      config: { type: "string", default: "config.json" },
      v: { type: "string", default: "0" },
      version: { type: "boolean", default: false },
    },
  });
  if (!/^\d+$/.test(values.v))
    throw new Error(`-v=${values.v} must be a number: 0 for warnings only, 1 or more for all`);
  return values;
}

async function main(): Promise<void> {
  const fail = (error: unknown) => {
    createLogger("mesos-dns").fatal((error as Error).message);
    process.exit(1);
  };
  try {
    const { config: path, v, version } = arguments_(process.argv.slice(2));
    if (version) {
      console.log(VERSION);
      return;
    }
    const log = createLogger("mesos-dns", v === "0" ? "info" : "debug");
    const config = readConfig(path);
    if (config.unknownKeys.length > 0) log.warn({ keys: config.unknownKeys }, "config.json has keys without a meaning");
    const server = new MesosDns(config, log, fail);
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => void server.stop().then(() => process.exit(0)));
    }
    await server.start();
  } catch (error) {
    fail(error);
  }
}

void main();
