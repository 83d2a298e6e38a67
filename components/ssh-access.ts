import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../provider/sdk/resources";
import type { SshTarget } from "../provider/ssh/connection";
import { adminUser } from "../templates/cloud-init/user-data";
import type { Machine } from "./clouds/cloud";
import { hostKeyAlias, keyFile, knownHosts, sshFolder } from "./ssh-files";

/**
 * The private key as a file, which OpenSSH insists on: written whenever the program runs and the file is not right, so
 * that a fresh clone on a remote backend works too.
 */
function writeKey(stack: string, key: string): string {
  const file = keyFile(stack);
  if (!existsSync(file) || readFileSync(file, "utf8") !== key) {
    mkdirSync(sshFolder, { recursive: true, mode: 0o700 });
    writeFileSync(file, key, { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  return file;
}

/** How the provider `drover` reaches a machine. */
export function sshTarget(stack: string, machine: Machine, identity: Identity): pulumi.Output<SshTarget> {
  return pulumi.all([machine.instance, identity.sshPrivateKey]).apply(([instance, privateKey]) => ({
    hostname: machine.hostname,
    address: machine.address,
    user: adminUser,
    privateKey,
    hostKeyAlias: hostKeyAlias(machine.hostname, instance),
    knownHostsFile: knownHosts(stack),
  }));
}

/** Options of the system's `ssh` for the docker provider of a machine. */
export function sshOptions(stack: string, machine: Machine, identity: Identity): pulumi.Output<string[]> {
  return pulumi.all([machine.instance, identity.sshPrivateKey]).apply(([instance, key]) => {
    const options = {
      BatchMode: "yes",
      IdentitiesOnly: "yes",
      ConnectTimeout: "5",
      ServerAliveInterval: "5",
      StrictHostKeyChecking: "accept-new",
      HashKnownHosts: "no",
      UserKnownHostsFile: knownHosts(stack),
      HostKeyAlias: hostKeyAlias(machine.hostname, instance),
      LogLevel: "ERROR",
    };
    const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    // The list names the key's file and never holds the key, so it need not be secret.
    return ["-i", writeKey(stack, key), ...words];
  });
}
