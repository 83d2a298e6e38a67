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
  /** Shell commands that run before it starts. */
  prepare?: readonly string[];
  /** A shell command that ends when the service can be used; units after this one wait for it. */
  ready?: string;
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
${(args.prepare ?? []).map((line) => `ExecStartPre=/bin/sh -c ${unitWord(line)}\n`).join("")}ExecStart=/usr/bin/docker ${run.map(unitWord).join(" ")}
${args.ready ? `ExecStartPost=/bin/sh -c ${unitWord(args.ready)}\n` : ""}ExecStop=-/usr/bin/docker stop -t 10 ${args.name}
Restart=always
RestartSec=1
# The first start may have to pull the image.
TimeoutStartSec=600
TimeoutStopSec=30

[Install]
WantedBy=multi-user.target
`;
}
