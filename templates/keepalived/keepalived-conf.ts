import { HEALTH_PATH } from "../haproxy/base";

export interface KeepalivedOptions {
  /** This machine's address and those of the others. */
  address: string;
  peers: readonly string[];
  /** The address that one of them holds. */
  virtualAddress: string;
  /** 1 to 254; the healthy machine with the highest holds the address. */
  priority: number;
  /** Network interface that the address is put on. */
  interface: string;
}

/** Number of the group of routers in VRRP; one network has one cluster. */
const routerId = 51;

/** What a machine whose front proxy is not healthy loses: more than priorities differ by. */
const unhealthyWeight = -100;

/** Succeeds when the front proxy of the machine answers. Only bash is needed. */
export function renderCheckScript(address: string): string {
  return `#!/bin/bash
exec 3<>/dev/tcp/${address}/80 || exit 1
printf 'GET ${HEALTH_PATH} HTTP/1.0\\r\\nHost: ${address}\\r\\n\\r\\n' >&3
timeout 2 head -n 1 <&3 | grep -q ' 200'
`;
}

/** keepalived.conf: the machines agree by unicast, which clouds let through, and the first check counts at once. */
export function renderKeepalivedConf(options: KeepalivedOptions, checkScript: string): string {
  return `global_defs {
  enable_script_security
  script_user root
}
vrrp_script front_proxy {
  script "${checkScript}"
  interval 2
  timeout 3
  fall 2
  rise 2
  weight ${unhealthyWeight}
}
vrrp_instance front_door {
  state BACKUP
  interface ${options.interface}
  virtual_router_id ${routerId}
  priority ${options.priority}
  advert_int 1
  unicast_src_ip ${options.address}
  unicast_peer {
${options.peers.map((peer) => `    ${peer}\n`).join("")}  }
  virtual_ipaddress {
    ${options.virtualAddress}/32
  }
  track_script {
    front_proxy
  }
}
`;
}
