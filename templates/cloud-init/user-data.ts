import { stringify } from "yaml";
import { bootScriptPath, bootUnit, renderBootScript, resolverFile } from "./boot";
import { renderDaemonJson } from "./daemon";
import { aptConfig, type Mirrors, proxyVariables } from "./mirrors";
import { ownFiles, self } from "./self";

/** The account that operators and the provisioner log in with; keys only. */
export const adminUser = "drover";

/** A file that the machine gets at its first boot. */
export interface MachineFile {
  path: string;
  content: string;
  /** Octal, "0644" by default. */
  permissions?: string;
}

export interface UserDataArgs {
  /** {@link self}.hostname leaves the name to the cloud. */
  hostname: string;
  /** Domain that short names are looked up in. */
  domain: string;
  /** Addresses of the cluster's resolvers: the core machines. */
  resolvers: readonly string[];
  /** A resolver outside, for machines that must find names before the cluster's resolvers run. Default: none. */
  fallbackResolver?: string;
  /** Public half of the cluster's SSH key, in authorized_keys form. */
  sshPublicKey: string;
  /** False on machines that run no containers. Default: true. */
  engine?: boolean;
  /** Where packages and images come from in a closed network. */
  mirrors?: Mirrors;
  /** Where the disk for /disk/ssd may appear. Default: it is on the root disk, or mounted by others. */
  dataDisk?: readonly string[];
  /** Debian packages of the machine's role. */
  packages?: readonly string[];
  /** Files of the machine's role. */
  files?: readonly MachineFile[];
  /** systemd units by name, enabled and started once Docker runs. */
  units?: Readonly<Record<string, string>>;
}

/** Puts the cluster's resolvers in place at every boot: what a DHCP client or container engine wrote comes after. */
const resolverUnit = `[Unit]
Description=Resolve names through the cluster's DNS servers
Before=docker.service
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c '[ ! -L /etc/resolv.conf ] || rm /etc/resolv.conf; cat ${resolverFile} > /etc/resolv.conf'

[Install]
WantedBy=multi-user.target
`;

const sshdConfig = `PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
X11Forwarding no
AllowUsers ${adminUser}
MaxStartups 64
MaxSessions 64
`;

/** The cloud-init user data of a machine: the same on every cloud. */
export function renderUserData(args: UserDataArgs): string {
  const { engine = true, mirrors = {} } = args;
  const units = { ...args.units };
  const files: MachineFile[] = [
    { path: "/etc/ssh/sshd_config.d/50-drover.conf", content: sshdConfig },
    { path: unitPath("drover-boot.service"), content: bootUnit },
    ...(engine ? engineFiles(args, mirrors) : []),
    ...Object.entries(units).map(([name, content]) => ({ path: unitPath(name), content })),
    ...(args.files ?? []),
  ];
  const boot = renderBootScript({ ...args, engine, units: Object.keys(units), own: ownFiles(files) });
  const named = args.hostname !== self.hostname;
  const config = {
    ...(named && { hostname: args.hostname, fqdn: `${args.hostname}.${args.domain}` }),
    manage_etc_hosts: false,
    ...aptConfig(mirrors),
    groups: ["docker"],
    users: [
      {
        name: adminUser,
        groups: ["docker"],
        shell: "/bin/bash",
        lock_passwd: true,
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        ssh_authorized_keys: [args.sshPublicKey],
      },
    ],
    ssh_pwauth: false,
    disable_root: true,
    write_files: [...files, { path: bootScriptPath, content: boot, permissions: "0755" }].map(
      ({ path, content, permissions = "0644" }) => ({ path, content, permissions }),
    ),
    runcmd: [["systemctl", "enable", "--now", "--no-block", "drover-boot.service"]],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

function unitPath(name: string): string {
  return `/etc/systemd/system/${name}`;
}

/** /etc/resolv.conf has room for three. With one outside the order counts, so that names inside are asked for inside. */
function resolvConf({ resolvers, fallbackResolver, domain }: UserDataArgs): string {
  const addresses = fallbackResolver ? [...resolvers.slice(0, 2), fallbackResolver] : resolvers;
  const options = `timeout:1 attempts:2${fallbackResolver ? "" : " rotate"}`;
  return `${addresses.map((address) => `nameserver ${address}\n`).join("")}search ${domain}\noptions ${options}\n`;
}

/** What the Docker engine and the containers of the machine need. */
function engineFiles(args: UserDataArgs, mirrors: Mirrors): MachineFile[] {
  const { resolvers } = args;
  const proxy = Object.entries(proxyVariables(mirrors)).map(([name, value]) => `Environment="${name}=${value}"\n`);
  const dropIn = (name: string, content: string) => ({ path: `${unitPath("docker.service.d")}/${name}`, content });
  return [
    { path: resolverFile, content: resolvConf(args) },
    { path: unitPath("drover-resolver.service"), content: resolverUnit },
    {
      path: "/etc/docker/daemon.json",
      content: renderDaemonJson({ resolvers, registryMirror: mirrors.registryMirror }),
    },
    // Containers that came up without the disk would begin with empty folders.
    ...(args.dataDisk ? [dropIn("40-disk.conf", "[Unit]\nRequiresMountsFor=/disk/ssd\n")] : []),
    ...(proxy.length > 0 ? [dropIn("50-proxy.conf", `[Service]\n${proxy.join("")}`)] : []),
  ];
}

/** NoCloud's meta-data. A changed instance id makes cloud-init treat the machine as a new one. */
export function renderMetaData(hostname: string, instanceId: string): string {
  return stringify({ "instance-id": instanceId, "local-hostname": hostname });
}
