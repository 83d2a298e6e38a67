/**
 * Arguments for dockerode's create calls. It would put all of the body into the URL as well, where it is cut off
 * when it is long and seen when it is secret; with these two keys each part goes where it belongs.
 */
export function requestBody<T extends object>(body: T, query: Record<string, string> = {}): T {
  return { _body: body, _query: query } as unknown as T;
}
