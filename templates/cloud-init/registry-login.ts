import type { MachineFile } from "./user-data";

const program = "/usr/local/sbin/drover-registry-login";

/** Tokens of the registry are good for three hours. */
const renewMinutes = 60;

/**
 * Logs the Docker client of root in to an Azure registry as the machine's own identity: the metadata service gives a
 * token for the identity, the registry gives one of its own for that. No password is stored anywhere.
 */
const text = (server: string, clientId: string) => `#!/usr/bin/python3
import json, subprocess, urllib.parse, urllib.request

server = "${server}"
identity = urllib.request.Request(
    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
    "&resource=https%3A%2F%2Fmanagement.azure.com%2F&client_id=${clientId}",
    headers={"Metadata": "true"},
)
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
token = json.load(direct.open(identity, timeout=30))["access_token"]
form = urllib.parse.urlencode({"grant_type": "access_token", "service": server, "access_token": token})
answer = urllib.request.urlopen(f"https://{server}/oauth2/exchange", form.encode(), timeout=30)
subprocess.run(
    ["docker", "--config", "/root/.docker", "login", server, "-u", "00000000-0000-0000-0000-000000000000", "--password-stdin"],
    input=json.load(answer)["refresh_token"].encode(),
    check=True,
)
`;

const service = (proxy: Readonly<Record<string, string>>) => `[Unit]
Description=Log in to the registry as this machine
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
${Object.entries(proxy)
  .map(([name, value]) => `Environment="${name}=${value}"\n`)
  .join("")}ExecStart=${program}
Restart=on-failure
RestartSec=10
`;

const timer = `[Unit]
Description=Log in to the registry again before the token ends

[Timer]
OnActiveSec=0
OnUnitActiveSec=${renewMinutes}min

[Install]
WantedBy=timers.target
`;

/** What a machine needs to pull from an Azure registry as its own identity. */
export function registryLogin(
  server: string,
  clientId: string,
  proxy: Readonly<Record<string, string>>,
): { files: MachineFile[]; units: Record<string, string> } {
  return {
    files: [
      { path: program, content: text(server, clientId), permissions: "0755" },
      { path: "/etc/systemd/system/drover-registry-login.service", content: service(proxy) },
    ],
    units: { "drover-registry-login.timer": timer },
  };
}
