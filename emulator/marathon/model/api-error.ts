import { HttpError } from "@drover/lib/http/reply";
import type { ErrorBody, ErrorDetail } from "@drover/lib/marathon/types";

/** An error answer in Marathon's form. */
export class ApiError extends HttpError {
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody | string) {
    const whole = typeof body === "string" ? { message: body } : body;
    super(status, whole.message);
    this.name = "ApiError";
    this.body = whole;
  }
}

/** JSON of the wrong shape: a number where a string belongs and the like. */
export function invalidJson(details: ErrorDetail[]): ApiError {
  return new ApiError(422, { message: "Invalid JSON", details });
}

/** Well-formed, but breaks a rule. */
export function invalidObject(details: ErrorDetail[]): ApiError {
  return new ApiError(422, { message: "Object is not valid", details });
}

/** @throws ApiError 422 when there are details */
export function refuseInvalid(details: ErrorDetail[]): void {
  if (details.length > 0) throw invalidObject(details);
}

export function unknownApp(id: string, version?: string): ApiError {
  const which = version === undefined ? "" : ` in version ${version}`;
  return new ApiError(404, `App '${id}' does not exist${which}`);
}

export function unknownPod(id: string, version?: string): ApiError {
  const which = version === undefined ? "" : ` in version ${version}`;
  return new ApiError(404, `Pod '${id}' does not exist${which}`);
}

export function unknownGroup(id: string): ApiError {
  return new ApiError(404, `Group '${id}' does not exist`);
}

/** Upstream's words for what a feature of `--enable_features` would allow. */
export function featureDisabled(path: string, feature: string): ErrorDetail {
  return { path, errors: [`Feature ${feature} is not enabled. Enable with --enable_features ${feature})`] };
}

/** What this Marathon does not do is refused, never ignored. */
export function unsupported(path: string, what: string): ErrorDetail {
  return { path, errors: [`${what} not supported by this Marathon`] };
}
