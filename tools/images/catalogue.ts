import { join } from "node:path";
import { root } from "../system/paths";

/** An image that is built here: its folder, and the bundle that goes into it when it runs a service of ours. */
export interface ImageRecipe {
  /** Short name: the folder in images/, the key in images.json. */
  name: string;
  /** Build context with the Dockerfile. */
  folder: string;
  /** Entry point of the TypeScript service; staged as `<name>.cjs`, with a `node` binary beside it. */
  entry?: string;
  /**
   * What an app definition calls it, on the machines. This computer knows it as `drover/<name>:<digest of its content>`
   * like all others, so that an image of the user's own is not replaced.
   */
  tag?: string;
  /** Goes into the image store that every machine starts with. */
  stored: boolean;
}

const image = (name: string, entry?: string): ImageRecipe => ({
  name,
  folder: join(root, "images", name),
  entry: entry && join(root, entry),
  stored: true,
});

/** Every image that set-up builds. `machine` first: the image store is made inside one. */
export const catalogue: readonly ImageRecipe[] = [
  { ...image("machine"), stored: false },
  image("zookeeper"),
  image("haproxy"),
  image("bind"),
  image("config-server"),
  image("edge", "services/edge/main.ts"),
  image("volumes", "services/volumes/main.ts"),
  image("mesos-master", "emulator/mesos-master/main.ts"),
  image("mesos-agent", "emulator/mesos-agent/main.ts"),
  image("marathon", "emulator/marathon/main.ts"),
  image("chronos", "emulator/chronos/main.ts"),
  image("mesos-dns", "emulator/mesos-dns/main.ts"),
  { name: "demo-nginx", folder: join(root, "apps", "demo-nginx"), tag: "nginx:latest", stored: true },
  { name: "postgis", folder: join(root, "apps", "postgis"), tag: "postgis:15-3.3", stored: true },
  {
    name: "apache2",
    folder: join(root, "apps", "apache2"),
    // The name that a registry on Marathon would give it; here the image store has it.
    tag: "docker.marathon.mesos:5000/apache2",
    stored: true,
  },
];
