import { gunzipSync, gzipSync } from "node:zlib";
import { ApiError } from "../model/api-error";

const gzipMark = 0x1f;

export interface NodeLimits {
  /** `--zk_max_node_size` */
  maxNodeBytes: number;
  /** Larger values are compressed, `--zk_compression_threshold`; infinite with `--disable_zk_compression`. */
  compressAboveBytes: number;
}

/** Packs a value for a node. @throws ApiError 422 when it is larger than a node may be */
export function encode(value: unknown, { maxNodeBytes, compressAboveBytes }: NodeLimits): Buffer {
  const plain = Buffer.from(JSON.stringify(value));
  const packed = plain.length > compressAboveBytes ? gzipSync(plain) : plain;
  if (packed.length <= maxNodeBytes) return packed;
  throw new ApiError(422, `the definition takes ${packed.length} bytes, at most ${maxNodeBytes} can be stored`);
}

/** Unpacks what {@link encode} has packed, compressed or not. */
export function decode<T>(data: Buffer): T {
  const plain = data[0] === gzipMark ? gunzipSync(data) : data;
  return JSON.parse(plain.toString("utf8")) as T;
}
