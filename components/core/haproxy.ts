import * as pulumi from "@pulumi/pulumi";
import type { Environment, PlannedCore } from "../../stacks/environment";
import { type Alias, ELECTED_MASTER, ELECTED_MASTER_BY_STATE, PING } from "../../templates/haproxy/alias";
import { renderFrontProxy } from "../../templates/haproxy/front-proxy";
import { chronosPort, marathonPort, mesosMasterPort } from "./addresses";
import type { ServiceFile, ServiceSpec } from "./core-service";
import { proxyCommand, proxyConfigFile, proxyFolders, proxyPaths } from "./edge";
import { httpHealth } from "./health";

/** What the front proxies need of the cluster's identity. */
export interface FrontProxySecrets {
  /** Certificate, then the authority's, then the key: PEM. */
  certificate: pulumi.Input<string>;
  /** SHA-256, hexadecimal, of the Authorization header that opens the aliases. */
  authorizationSha256: pulumi.Input<string>;
}

const certificateFile = "/usr/local/etc/haproxy/front-door.pem";

/** Services that have a host name of their own below the domain, behind the password. */
export function aliases({ core, masterCheck, chronos }: Environment): Alias[] {
  const servers = (port: number) => core.map(({ hostname, address }) => ({ name: hostname, address, port }));
  const electedMaster = masterCheck === "light" ? ELECTED_MASTER : ELECTED_MASTER_BY_STATE;
  return [
    { name: "mesos", servers: servers(mesosMasterPort), check: electedMaster },
    { name: "marathon", servers: servers(marathonPort), check: PING },
    ...(chronos.placement === "core" ? [{ name: "chronos", servers: servers(chronosPort), check: PING }] : []),
  ];
}

/** haproxy.cfg and the certificate, for HAProxy and for the edge beside it, which checks what it adds to them. */
export function frontProxyFiles(environment: Environment, secrets: FrontProxySecrets): ServiceFile[] {
  const config = pulumi.output(secrets.authorizationSha256).apply((authorizationSha256) =>
    renderFrontProxy({
      ...proxyPaths,
      domain: environment.domain,
      httpPort: 80,
      httpsPort: 443,
      publicHttpsPort: environment.frontDoor.httpsPort,
      certificatePath: certificateFile,
      authorizationSha256,
      aliases: aliases(environment),
      // On Marathon, Chronos is an app whose name is reserved for the cluster's users.
      protectedApps: environment.chronos.placement === "marathon" ? ["chronos"] : [],
      requiredAliases: ["mesos", "marathon"],
    }),
  );
  return [
    { path: proxyConfigFile, content: config },
    { path: certificateFile, content: secrets.certificate, permissions: "0600" },
  ];
}

/** The front proxy on each core machine: aliases and apps by host name, at ports 80 and 443. */
export function haproxy(machine: PlannedCore, files: readonly ServiceFile[]): ServiceSpec {
  return {
    name: "haproxy",
    memoryMb: 256,
    cpus: 1,
    env: {},
    user: "root",
    // KILL: the master process, root, ends old workers, which run as haproxy.
    capabilities: ["KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"],
    command: proxyCommand,
    files,
    folders: proxyFolders,
    health: httpHealth(machine.address, 80, "/_drover/health"),
    stopSignal: "SIGUSR1",
  };
}
