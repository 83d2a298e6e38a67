import { type StorageTls, tlsFiles } from "./glusterd";

/** Name of the shared volume, and where every slave has it. */
export const sharedVolume = { name: "gv0", mountPoint: "/mnt/gv0" } as const;

const script = "/usr/local/sbin/drover-shared-volume";

/** The command that ends when the volume is mounted and answers; what needs the volume starts after it. */
export const waitForSharedVolume = `${script} wait`;

/**
 * guard: nothing but a read-only, empty file system lies below the mount, so that no one, root and the Docker engine
 * included, can write into the bare folder while the volume is away.
 * wait: until a server answers for what is mounted there. One question, so that a mount that goes in between is seen.
 */
const guardScript = `#!/bin/sh
set -eu
at=${sharedVolume.mountPoint}
mounted() { grep -q " $at fuse.glusterfs " /proc/mounts; }
case "$1" in
guard)
  # Mounts below /mnt reach containers that were started before.
  mount --make-rshared /
  while mounted; do umount -l "$at"; done
  mkdir -p "$at"
  grep -q " $at tmpfs ro" /proc/mounts || mount -t tmpfs -o ro,size=4k,mode=0555 no-shared-volume "$at"
  ;;
wait)
  until [ "$(timeout 10 stat -f -c %T "$at" 2>/dev/null)" = fuseblk ]; do sleep 0.5; done
  ;;
esac
`;

/** The client as a service in the foreground: it is tried again until a server answers, and when it crashed. */
function unit(servers: readonly string[]): string {
  const from = servers.map((server) => `--volfile-server=${server}`).join(" ");
  return `[Unit]
Description=Shared volume ${sharedVolume.name} at ${sharedVolume.mountPoint}
After=network.target drover-resolver.service
Before=docker.service
StartLimitIntervalSec=0

[Service]
ExecStartPre=${script} guard
ExecStart=/usr/sbin/glusterfs --no-daemon --process-name=fuse --log-level=WARNING --log-file=- --fuse-mountopts=nodev,nosuid ${from} --volfile-id=/${sharedVolume.name} ${sharedVolume.mountPoint}
Restart=always
RestartSec=1
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`;
}

/** What gives a slave the shared volume: files and units of its user data. */
export function sharedVolumeClient(servers: readonly string[], tls: StorageTls | undefined) {
  return {
    packages: ["glusterfs-client"],
    files: [{ path: script, content: guardScript, permissions: "0755" }, ...(tls ? tlsFiles(tls) : [])],
    units: { "drover-shared-volume.service": unit(servers) },
  };
}
