import { createWriteStream } from "node:fs";
import { copyFile } from "node:fs/promises";
import { get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { pipeline } from "node:stream/promises";

const MAX_REDIRECTS = 5;

/**
 * Gets `http://`, `https://`, `file://` or an absolute path into a file.
 * @param stallMs how long nothing may arrive (flag fetcher_stall_timeout)
 * @throws Error for other schemes, answers other than 200, a stalled or broken connection
 */
export async function download(uri: string, target: string, stallMs: number, signal: AbortSignal): Promise<void> {
  if (uri.startsWith("/") || uri.startsWith("file://")) {
    await copyFile(uri.replace(/^file:\/\//, ""), target);
    return;
  }
  if (!/^https?:\/\//.test(uri)) {
    throw new Error(`'${uri}' cannot be fetched: use http://, https://, file:// or an absolute path`);
  }
  await pipeline(await open(uri, stallMs, signal), createWriteStream(target), { signal });
}

async function open(uri: string, stallMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  let url = uri;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await respond(url, stallMs, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) {
      return response;
    }
    response.destroy();
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) {
      throw new Error(`${url} answered ${statusCode}`);
    }
    url = new URL(headers.location, url).href;
  }
  throw new Error(`${uri} redirects more than ${MAX_REDIRECTS} times`);
}

function respond(url: string, stallMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith("https:") ? httpsGet : httpGet;
    const request = get(url, { signal, timeout: stallMs, headers: { Connection: "close" } });
    const onTimeout = (stalled: { destroy(error: Error): unknown }) => () =>
      stalled.destroy(new Error(`${url}: nothing arrived for ${stallMs} ms`));
    request.once("timeout", onTimeout(request));
    request.once("error", reject);
    request.once("response", (response) => {
      request.removeAllListeners("timeout").once("timeout", onTimeout(response));
      resolve(response);
    });
  });
}
