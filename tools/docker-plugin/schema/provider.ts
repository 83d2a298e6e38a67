import { boolean, list, optional, string, unsupported, type ValuesOf } from "./types";

const TLS = "it connects to a unix socket or over ssh:// only; set `host` to unix://<path> or ssh://<user>@<address>";

/** The provider's own inputs: where the engine is. */
export const providerInputs = {
  caMaterial: unsupported(TLS),
  certMaterial: unsupported(TLS),
  certPath: unsupported(TLS),
  context: unsupported("set `host` to the context's endpoint instead"),
  disableDockerDaemonCheck: optional(boolean, { change: "update" }),
  host: optional(string, { change: "update" }),
  keyMaterial: unsupported(TLS),
  registryAuth: unsupported(
    "images come without credentials; `docker login` and pull on the host, or build the image there",
  ),
  sshOpts: optional(list(string), { change: "update" }),
};

export type ProviderInputs = ValuesOf<typeof providerInputs>;
