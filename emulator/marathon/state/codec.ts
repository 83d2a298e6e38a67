import { gunzipSync, gzipSync } from "node:zlib";
import { ApiError } from "../model/api-error";

/** Larger values are compressed, as upstream's `--zk_compression_threshold`. */
const compressAboveBytes = 64 * 1024;
const gzipMark = 0x1f;

/** Packs a value for a node. @throws ApiError 422 when it is larger than a node may be */
export function encode(value: unknown, maxNodeBytes: number): Buffer {
  const plain = Buffer.from(JSON.stringify(value));
  const packed = plain.length > compressAboveBytes ? gzipSync(plain) : plain;
  if (packed.length <= maxNodeBytes) return packed;
  throw new ApiError(422, `the definition takes ${packed.length} bytes, at most ${maxNodeBytes} can be stored`);
}

export function decode<T>(data: Buffer): T {
  const plain = data[0] === gzipMark ? gunzipSync(data) : data;
  return JSON.parse(plain.toString("utf8")) as T;
}
