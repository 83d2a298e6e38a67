/** Where a call to a cloud belongs. */
export interface CallContext {
  /** "-" for calls about no volume in particular. */
  volume: string;
  slave: string;
  /** What was asked, for instance `POST /volumes`. */
  call: string;
}

/** A call that a cloud refused, failed or did not finish in time. */
export class CloudError extends Error {
  constructor(
    readonly context: CallContext,
    detail: string,
    /** HTTP status, where there was an answer. */
    readonly status?: number,
    /** The cloud's id of the request, by which its operators find it. */
    readonly requestId?: string,
  ) {
    const { volume, slave, call } = context;
    const id = requestId ? `, request ${requestId}` : "";
    super(
      `volume ${volume}, slave ${slave}: ${call}${status === undefined ? "" : ` is answered ${status}`}${id}: ${detail}`,
    );
    this.name = "CloudError";
  }
}
