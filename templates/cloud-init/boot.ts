import { renderSelfLines } from "./self";

export const bootScriptPath = "/usr/local/sbin/drover-boot";

/** The cluster's resolvers, put in place at every boot. */
export const resolverFile = "/etc/drover/resolv.conf";

/** Runs the boot script at every boot, so that a reboot in the middle of the first one is carried on. */
export const bootUnit = `[Unit]
Description=Finish setting up this machine
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${bootScriptPath}
TimeoutStartSec=1200
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

export interface BootArgs {
  engine: boolean;
  /** Debian packages beside the engine's. */
  packages?: readonly string[];
  dataDisk?: readonly string[];
  /** Names of the units of the machine's role. */
  units: readonly string[];
  /** Files with values that the machine learns now. */
  own: readonly string[];
  /** Addresses in the cluster. */
  resolvers: readonly string[];
}

/** How long to wait for a disk that the cloud attaches after the start. */
const diskLimitSeconds = 300;

/** Memory of containers is accounted, swap too; and one hierarchy of control groups, which Mesos up to 1.11 knows. */
const kernelWords = "cgroup_enable=memory swapaccount=1 systemd.unified_cgroup_hierarchy=0";

/**
 * A plain cloud image's kernel gets its words and starts again, once. Where there is no boot loader, in a container or
 * an image made for Drover, there is nothing to do.
 */
const kernelLines = `if command -v update-grub >/dev/null && [ ! -e /var/lib/drover/kernel ]; then
  mkdir -p /etc/default/grub.d /var/lib/drover
  echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX ${kernelWords}"' > /etc/default/grub.d/90-drover.cfg
  update-grub
  touch /var/lib/drover/kernel
  systemctl reboot
  exit 0
fi
`;

/** Makes a file system on a disk that has none, and mounts it by its own id. */
function diskLines(candidates: readonly string[]): string {
  return `if ! mountpoint -q /disk/ssd; then
  disk=
  for second in $(seq ${diskLimitSeconds}); do
    for candidate in ${candidates.join(" ")}; do
      if [ -b "$candidate" ]; then disk=$candidate; break 2; fi
    done
    sleep 1
  done
  [ -n "$disk" ] || { echo "no data disk: none of ${candidates.join(" ")} appeared in ${diskLimitSeconds} s" >&2; exit 1; }
  blkid "$disk" >/dev/null || mkfs.ext4 -q -m 1 -L drover-data "$disk"
  mkdir -p /disk/ssd
  id=$(blkid -s UUID -o value "$disk")
  grep -q "$id" /etc/fstab || echo "UUID=$id /disk/ssd ext4 defaults,nofail,noatime 0 2" >> /etc/fstab
  mount /disk/ssd
fi
`;
}

/** Runs at every boot after all files are in place; does what has not been done. */
export function renderBootScript(args: BootArgs): string {
  const packages = args.packages ?? [];
  return `#!/bin/sh
set -eu
${args.engine ? kernelLines : ""}${args.dataDisk ? diskLines(args.dataDisk) : ""}mkdir -p /disk/ssd/data /disk/ssd/log
${renderSelfLines(args.own, args.resolvers[0] ?? "")}${args.engine ? engineLines : ""}${packages.length > 0 ? packageLines(packages) : ""}systemctl daemon-reload
${args.engine ? "systemctl enable --now drover-resolver.service\nsystemctl enable --now docker.service\n" : ""}${args.units.map((unit) => `systemctl enable --now --no-block ${unit}\n`).join("")}`;
}

const engineLines = `# A cloud's plain image has no Docker engine yet; an image made for Drover has.
command -v dockerd >/dev/null || {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy docker.io
}
`;

function packageLines(packages: readonly string[]): string {
  const words = packages.join(" ");
  return `dpkg -s ${words} >/dev/null 2>&1 || {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy ${words}
}
`;
}
