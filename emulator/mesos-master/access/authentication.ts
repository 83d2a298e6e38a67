import type { IncomingMessage } from "node:http";
import { Credentials } from "@drover/emulator/http/credentials";
import type { MasterFlags } from "../flags";

const SWITCHES = {
  "mesos-master-readonly": "authenticate_http_readonly",
  "mesos-master-readwrite": "authenticate_http_readwrite",
  "mesos-master-scheduler": "authenticate_http_frameworks",
  "mesos-master-agent": "authenticate_agents",
} as const;

export type Realm = keyof typeof SWITCHES;

/** Asks for HTTP basic credentials where the flags say so. */
export class Authentication {
  private readonly credentials: Credentials | undefined;

  /** @throws Error when the credentials file cannot be used */
  constructor(private readonly flags: MasterFlags) {
    this.credentials = flags.credentials === undefined ? undefined : Credentials.read(flags.credentials);
  }

  /** The principal that is proved; undefined where none is asked for. @throws HttpError 401 */
  check(request: IncomingMessage, realm: Realm): string | undefined {
    return this.flags[SWITCHES[realm]] ? this.credentials?.authenticate(request, realm) : undefined;
  }
}
