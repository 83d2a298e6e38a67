/**
 * Health commands for containers: with nothing but bash, which both Debian's and the upstream images have, so that no
 * client has to be installed in them.
 */

/** Succeeds when `GET path` is answered with 200. */
export function httpHealth(address: string, port: number, path: string): string[] {
  const request = `GET ${path} HTTP/1.0\\r\\nHost: ${address}\\r\\n\\r\\n`;
  return tcp(address, port, `printf '${request}' >&3; timeout 5 head -n 1 <&3 | grep -q ' 200'`);
}

/** Succeeds when a ZooKeeper member serves: it leads, follows, or stands alone. */
export function zooKeeperHealth(address: string): string[] {
  return tcp(address, 2181, "printf srvr >&3; timeout 5 grep -q ^Mode: <&3");
}

/** Succeeds when a connection is accepted. Small images have busybox's nc in place of bash. */
export function tcpHealth(address: string, port: number): string[] {
  const [bash = "", ...words] = tcp(address, port, "true");
  const [flag = "", script = ""] = words;
  return [
    "sh",
    "-c",
    `if command -v ${bash} >/dev/null; then ${bash} ${flag} '${script}'; else nc -z ${address} ${port}; fi`,
  ];
}

function tcp(address: string, port: number, then: string): string[] {
  return ["bash", "-c", `exec 3<>/dev/tcp/${address}/${port} && ${then}`];
}
