import { blockStoreFolder } from "@drover/lib/block-volume";
import { choiceFlag, integerFlag, parseFlags, requiredFlag, textFlag } from "@drover/lib/flags";
import { parseZookeeperUrl, type ZookeeperUrl } from "@drover/lib/zookeeper/url";
import { parseSizeGb } from "./create-options";

/** Clouds that volumes can come from. */
export const backendNames = ["loop", "cinder", "azuredisk"] as const;
export type BackendName = (typeof backendNames)[number];

export interface Settings {
  backend: BackendName;
  zookeeper: ZookeeperUrl;
  /** This machine's name. */
  slave: string;
  /** Volumes of other clusters in the same project or subscription are not seen. */
  cluster: string;
  /** How long a lease outlives its holder's last sign of life: the ZooKeeper session time-out. */
  graceMs: number;
  /** Below it each volume is mounted at a folder of its name; mounts must propagate to the machine. */
  folder: string;
  /** Where Docker looks for plugins. */
  pluginFolder: string;
  controlSocket: string;
  defaultSizeGb: number;
  /** Backend loop: the shared folder. */
  loopFolder: string;
  /** Backend cinder. */
  cinder: { authUrl?: string; region?: string; credentialId?: string; credentialSecret?: string };
  /** Backend azuredisk. */
  azure: { clientId?: string; managementUrl: string };
}

function parseWord(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(text)) {
    throw new Error(`'${text}' is no name: use letters, digits, dots and dashes`);
  }
  return text;
}

const FLAGS = {
  backend: choiceFlag(backendNames, "loop"),
  zk: requiredFlag(parseZookeeperUrl),
  slave: requiredFlag(parseWord),
  cluster: requiredFlag(parseWord),
  grace_seconds: integerFlag(10, 1, 600),
  folder: textFlag("/var/lib/drover/volumes"),
  plugin_folder: textFlag("/run/docker/plugins"),
  control_socket: textFlag("/run/drover-volumes.sock"),
  default_size_gb: { parse: parseSizeGb, initial: "16" },
  loop_folder: textFlag(blockStoreFolder),
  cinder_auth_url: textFlag(),
  cinder_region: textFlag(),
  cinder_credential_id: textFlag(),
  /** `file:///…`, so that the secret is in no process list. */
  cinder_credential_secret: textFlag(),
  /** The managed identity, where the machine has several. */
  azure_client_id: textFlag(),
  azure_management_url: textFlag("https://management.azure.com"),
};

/** Reads VOLUMES_* from the environment. @throws FlagError with all that is wrong */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const { values } = parseFlags(FLAGS, environment, { prefix: "VOLUMES_" });
  return {
    backend: values.backend,
    zookeeper: values.zk,
    slave: values.slave,
    cluster: values.cluster,
    graceMs: values.grace_seconds * 1000,
    folder: values.folder,
    pluginFolder: values.plugin_folder,
    controlSocket: values.control_socket,
    defaultSizeGb: values.default_size_gb,
    loopFolder: values.loop_folder,
    cinder: {
      authUrl: values.cinder_auth_url,
      region: values.cinder_region,
      credentialId: values.cinder_credential_id,
      credentialSecret: values.cinder_credential_secret,
    },
    azure: { clientId: values.azure_client_id, managementUrl: values.azure_management_url },
  };
}
