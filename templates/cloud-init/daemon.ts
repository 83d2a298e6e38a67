/** What a machine's Docker engine is told. */
export interface DaemonArgs {
  /** Resolvers of containers in bridge networks: the core machines' BIND. */
  resolvers: readonly string[];
}

/** /etc/docker/daemon.json: bounded logs for every container, names resolved by the cluster. */
export function renderDaemonJson({ resolvers }: DaemonArgs): string {
  const config = {
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m", "max-file": "3" },
    dns: resolvers,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
