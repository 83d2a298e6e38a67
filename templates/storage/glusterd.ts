import type { MachineFile } from "../cloud-init/user-data";

/** Certificate, key and authority that a machine shows to the others, PEM. */
export interface StorageTls {
  certificate: string;
  key: string;
  authority: string;
}

/** Where GlusterFS looks for them: compiled into it, with OpenSSL's own folder on Debian (seen with 10.3). */
export function tlsFiles({ certificate, key, authority }: StorageTls): MachineFile[] {
  return [
    { path: "/usr/lib/ssl/glusterfs.pem", content: certificate },
    { path: "/usr/lib/ssl/glusterfs.key", content: key, permissions: "0600" },
    { path: "/usr/lib/ssl/glusterfs.ca", content: authority },
    // Turns TLS on for management, between servers and towards clients.
    { path: "/var/lib/glusterd/secure-access", content: "option transport.socket.ssl-cert-depth 1\n" },
  ];
}

/**
 * Moves glusterd's state to the data disk: who this server is, its peers and volumes. A machine that is made again on
 * its old disk is then the server it was. Runs before each start and does its work once.
 */
const stateScript = `#!/bin/sh
set -eu
state=/disk/ssd/data/glusterd
[ -L /var/lib/glusterd ] && exit 0
mkdir -p "$state" /disk/ssd/data/bricks
[ -e /var/lib/glusterd/secure-access ] || rm -f "$state/secure-access"
cp -a --update /var/lib/glusterd/. "$state/"
rm -rf /var/lib/glusterd
ln -s "$state" /var/lib/glusterd
`;

/**
 * In the place of the package's unit: starts glusterd again whatever ends it, and leaves the bricks alone meanwhile,
 * which serve without it.
 */
const unit = `[Unit]
Description=GlusterFS server
After=network.target drover-resolver.service
StartLimitIntervalSec=0

[Service]
Type=forking
PIDFile=/run/glusterd.pid
ExecStartPre=/usr/local/sbin/drover-glusterd-state
ExecStart=/usr/sbin/glusterd -p /run/glusterd.pid --log-level WARNING
KillMode=process
Restart=always
RestartSec=2
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`;

/** What makes a machine a GlusterFS server: files and units of its user data. */
export function glusterServer(tls: StorageTls | undefined) {
  return {
    packages: ["glusterfs-server"],
    files: [
      { path: "/usr/local/sbin/drover-glusterd-state", content: stateScript, permissions: "0755" },
      ...(tls ? tlsFiles(tls) : []),
    ],
    units: { "glusterd.service": unit },
  };
}
