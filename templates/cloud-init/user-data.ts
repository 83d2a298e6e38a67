import { stringify } from "yaml";
import { renderDaemonJson } from "./daemon";

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
  hostname: string;
  /** Domain that short names are looked up in. */
  domain: string;
  /** Addresses of the cluster's resolvers: the core machines. */
  resolvers: readonly string[];
  /** Public half of the cluster's SSH key, in authorized_keys form. */
  sshPublicKey: string;
  /** Files of the machine's role. */
  files?: readonly MachineFile[];
  /** systemd units by name, enabled and started once Docker runs. */
  units?: Readonly<Record<string, string>>;
}

const resolverFile = "/etc/drover/resolv.conf";

/** Puts the cluster's resolvers in place at every boot: what a DHCP client or container engine wrote comes after. */
const resolverUnit = `[Unit]
Description=Resolve names through the cluster's DNS servers
Before=docker.service
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cat ${resolverFile} > /etc/resolv.conf'

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

/** Runs once, at the first boot, after all files are in place. */
function bootScript(units: readonly string[]): string {
  return `#!/bin/sh
set -eu
# A cloud's plain image has no Docker engine yet; an image made for Drover has.
command -v dockerd >/dev/null || {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy docker.io
}
mkdir -p /disk/ssd/data /disk/ssd/log
systemctl daemon-reload
systemctl enable --now drover-resolver.service
systemctl enable --now docker.service
${units.map((unit) => `systemctl enable --now --no-block ${unit}`).join("\n")}
`;
}

/** The cloud-init user data of a machine: the same on every cloud. */
export function renderUserData(args: UserDataArgs): string {
  const units = Object.entries(args.units ?? {});
  const file = ({ path, content, permissions = "0644" }: MachineFile) => ({ path, content, permissions });
  const resolvers = args.resolvers.map((address) => `nameserver ${address}\n`).join("");
  const config = {
    hostname: args.hostname,
    fqdn: `${args.hostname}.${args.domain}`,
    manage_etc_hosts: false,
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
    write_files: [
      { path: "/etc/ssh/sshd_config.d/50-drover.conf", content: sshdConfig },
      { path: "/etc/docker/daemon.json", content: renderDaemonJson({ resolvers: args.resolvers }) },
      { path: resolverFile, content: `${resolvers}search ${args.domain}\noptions timeout:1 attempts:2 rotate\n` },
      { path: "/etc/systemd/system/drover-resolver.service", content: resolverUnit },
      ...units.map(([name, content]) => ({ path: `/etc/systemd/system/${name}`, content })),
      ...(args.files ?? []),
      { path: "/usr/local/sbin/drover-boot", content: bootScript(units.map(([name]) => name)), permissions: "0755" },
    ].map(file),
    runcmd: [["/usr/local/sbin/drover-boot"]],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

/** NoCloud's meta-data. A changed instance id makes cloud-init treat the machine as a new one. */
export function renderMetaData(hostname: string, instanceId: string): string {
  return stringify({ "instance-id": instanceId, "local-hostname": hostname });
}
