import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../stacks/environment";
import { exec } from "../system/exec";
import { binDir, pulumiHome } from "../system/paths";
import { pulumiEnv } from "../system/pulumi-env";
import { azurePluginVersion, openStackPluginVersion } from "../toolchain/versions";
import type { Step } from "./step";

const limitMinutes = 15;

/** The plugin of each cloud's provider; docker's comes with the others, since core machines of every cloud need it. */
const clouds: Record<Environment["cloud"], { name: string; version: string } | undefined> = {
  docker: undefined,
  azure: { name: "azure-native", version: azurePluginVersion },
  openstack: { name: "openstack", version: openStackPluginVersion },
};

/**
 * The Pulumi plugin of a cloud, undefined where none is needed. Left to itself, Pulumi would look for those of all
 * clouds at every start (Pulumi's own switch for that is in system/pulumi-env.ts).
 */
export function cloudPlugin(cloud: Environment["cloud"]): Step | undefined {
  const plugin = clouds[cloud];
  if (!plugin) return undefined;
  const { name, version } = plugin;
  const binary = join(pulumiHome, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
  return {
    name: `Pulumi plugin ${name} ${version}`,
    limitMinutes,
    check: async () => existsSync(binary),
    async apply(note) {
      note("fetching it");
      await exec(join(binDir, "pulumi"), ["plugin", "install", "resource", name, version], {
        env: pulumiEnv(),
        limitMs: limitMinutes * 60_000,
      });
    },
  };
}
