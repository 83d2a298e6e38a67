import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { hostKeyAlias, knownHosts } from "../../components/ssh-files";
import { ClusterLink } from "../../provider/ready/link";
import type { SshTarget } from "../../provider/ssh/connection";
import { root } from "../system/paths";
import type { Outputs } from "../system/stack";

/** The core machines, as SSH reaches them. */
export function coreTargets(stack: string, { machines, ssh, bastion }: Outputs): SshTarget[] {
  const target = ({ hostname, address, instance }: { hostname: string; address: string; instance: string }) => ({
    hostname,
    address,
    user: ssh.user,
    privateKey: ssh.privateKey,
    hostKeyAlias: hostKeyAlias(hostname, instance),
    stack,
    knownHostsFile: join(root, knownHosts(stack)),
  });
  return machines
    .filter(({ role }) => role === "core")
    .map((machine) => ({ ...target(machine), ...(bastion && { bastion: target(bastion) }) }));
}

/** A port of this computer that leads to a port inside the cluster. */
function tunnel(link: ClusterLink, address: string, port: number): Promise<Server> {
  const server = createServer((socket) => {
    link.dial(address, port).then(
      (stream) => {
        socket.pipe(stream).pipe(socket);
        socket.on("error", () => stream.destroy());
        stream.on("error", () => socket.destroy());
      },
      () => socket.destroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** Works with the cluster's ZooKeeper through SSH, so that its port need not be reachable from here. */
export async function withZooKeeper<T>(
  core: readonly SshTarget[],
  work: (client: ZookeeperClient) => Promise<T>,
): Promise<T> {
  const link = new ClusterLink(core);
  const tunnels = await Promise.all(core.map(({ address }) => tunnel(link, address, 2181)));
  try {
    const servers = tunnels.map((server) => {
      const address = server.address();
      return `127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    });
    const client = await ZookeeperClient.connect({ servers });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  } finally {
    for (const server of tunnels) server.close();
    link.close();
  }
}
