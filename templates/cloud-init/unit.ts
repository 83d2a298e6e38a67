/** A container that a machine's own systemd keeps running: how slaves get their services, without SSH. */
export interface ContainerUnitArgs {
  /** Name of the unit and of the container. */
  name: string;
  description: string;
  image: string;
  /** Arguments of `docker run` before the image, one word each. */
  options: readonly string[];
  /** Arguments after the image. */
  command?: readonly string[];
  memoryMb: number;
  cpus: number;
  /** Units that must be up before, beside Docker. */
  after?: readonly string[];
}

/** Escapes one word for ExecStart: systemd knows quotes, backslashes, percent and dollar signs. */
export function unitWord(word: string): string {
  const escaped = word.replace(/%/g, "%%").replace(/\$/g, "$$$$");
  return /^[A-Za-z0-9_@:,./=+%$-]+$/.test(word)
    ? escaped
    : `"${escaped.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`;
}

/** The systemd unit of a container. It starts again whatever ends it, and pulls its image when it is not there. */
export function renderContainerUnit(args: ContainerUnitArgs): string {
  const after = ["docker.service", ...(args.after ?? [])].join(" ");
  const limits = ["--memory", `${args.memoryMb}m`, "--cpus", String(args.cpus)];
  const run = ["run", "--rm", "--name", args.name, ...limits, ...args.options, args.image, ...(args.command ?? [])];
  return `[Unit]
Description=${args.description}
After=${after}
Requires=docker.service

[Service]
ExecStartPre=-/usr/bin/docker rm -f ${args.name}
ExecStart=/usr/bin/docker ${run.map(unitWord).join(" ")}
ExecStop=-/usr/bin/docker stop -t 10 ${args.name}
Restart=always
RestartSec=1
# The first start may have to pull the image.
TimeoutStartSec=600
TimeoutStopSec=30

[Install]
WantedBy=multi-user.target
`;
}
