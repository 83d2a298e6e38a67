import type { Labels, Value } from "./common";
import type { Volume } from "./container";

export interface Range {
  begin: number;
  end: number;
}

export type ValueType = "SCALAR" | "RANGES" | "SET" | "TEXT";

export interface Resource {
  name: string;
  type: ValueType;
  scalar?: { value: number };
  ranges?: { range: Range[] };
  set?: { item: string[] };
  role?: string;
  allocation_info?: { role?: string };
  reservation?: ReservationInfo;
  reservations?: ReservationInfo[];
  disk?: DiskInfo;
  revocable?: Record<string, unknown>;
  shared?: Record<string, unknown>;
  provider_id?: Value;
}

/** A volume, or where a disk is; a plain share of the agent's work directory has neither. */
export interface DiskInfo {
  persistence?: { id: string; principal?: string };
  volume?: Volume;
  source?: {
    type: "PATH" | "MOUNT" | "BLOCK" | "RAW" | "UNKNOWN";
    path?: { root?: string };
    mount?: { root?: string };
    id?: string;
    vendor?: string;
    profile?: string;
  };
}

export interface ReservationInfo {
  type?: "STATIC" | "DYNAMIC";
  role?: string;
  principal?: string;
  labels?: Labels;
}

export interface Attribute {
  name: string;
  type: ValueType;
  scalar?: { value: number };
  ranges?: { range: Range[] };
  set?: { item: string[] };
  text?: { value: string };
}
