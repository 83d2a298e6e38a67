/** What a machine's Docker engine is told. */
export interface DaemonArgs {
  /** Resolvers of containers in bridge networks: the core machines' BIND. */
  resolvers: readonly string[];
  /** URL of a mirror of the public registry. */
  registryMirror?: string;
}

/** /etc/docker/daemon.json: bounded logs for every container, names resolved by the cluster. */
export function renderDaemonJson({ resolvers, registryMirror }: DaemonArgs): string {
  const config = {
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m", "max-file": "3" },
    dns: resolvers,
    ...(registryMirror && { "registry-mirrors": [registryMirror] }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
