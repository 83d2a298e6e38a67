import { ApiError } from "../model/api-error";

/** A yes/no parameter, in upper or lower case. @throws ApiError 400 for anything else than true and false */
export function queryFlag(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name)?.toLowerCase();
  if (text === undefined) return otherwise;
  if (text === "true" || text === "false") return text === "true";
  throw new ApiError(400, `the parameter ${name} must be true or false, not '${text}'`);
}
