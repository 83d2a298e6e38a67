import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppDefinition } from "@drover/lib/marathon/types";
import type { Environment } from "../stacks/environment";
import { chronosFlags } from "./core/chronos";

const definitionFile = join(__dirname, "..", "apps", "chronos", "app.json");

/**
 * Chronos as an app of Marathon: three instances, spread over the slaves, on ports that Marathon gives them. They share
 * the jobs in ZooKeeper with instances on core machines, so moving from one placement to the other loses none.
 */
export function chronosApp(environment: Environment, image: string, publicUrl: string): Partial<AppDefinition> {
  const definition = JSON.parse(readFileSync(definitionFile, "utf8")) as Partial<AppDefinition>;
  const flags = chronosFlags(environment.core, publicUrl).join(" ");
  return {
    ...definition,
    // A shell, because only the slave knows its address.
    cmd: `LIBPROCESS_IP=$HOST exec /chronos/bin/start.sh --hostname $HOST ${flags}`,
    container: {
      type: "DOCKER",
      docker: { image, forcePullImage: false, privileged: false, parameters: [] },
      volumes: [],
    },
    env: { JVM_OPTS: "-Xmx160m" },
  };
}
