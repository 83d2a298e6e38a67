import { BinaryReader } from "google-protobuf";

/** One message of the engine's build stream. */
export interface BuildMessage {
  stream?: string;
  error?: string;
  id?: string;
  /** BuildKit's trace as base64, or the id of the built image. */
  aux?: string | { ID?: string };
}

/** The lines that a message adds to the build's log. */
export function logLines(message: BuildMessage): string[] {
  if (message.id === "moby.buildkit.trace" && typeof message.aux === "string") {
    return traceTexts(Buffer.from(message.aux, "base64")).flatMap(nonEmptyLines);
  }
  return nonEmptyLines(message.stream ?? "");
}

function nonEmptyLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

// BuildKit's StatusResponse: field 1 are its steps (3: name, 5: when it started, 6: when it ended), field 3 pieces of output (4: bytes).
const STEP = 1;
const STEP_NAME = 3;
const STEP_ENDED = 6;
const OUTPUT = 3;
const OUTPUT_BYTES = 4;

/** Names of steps that began, and what steps wrote. */
function traceTexts(trace: Uint8Array): string[] {
  const texts: string[] = [];
  const reader = new BinaryReader(trace);
  while (reader.nextField() && !reader.isEndGroup()) {
    const field = reader.getFieldNumber();
    if (field === STEP) {
      const step = fields(reader.readBytes() as Uint8Array);
      const name = step.get(STEP_NAME);
      if (name !== undefined && !step.has(STEP_ENDED)) texts.push(name);
    } else if (field === OUTPUT) {
      texts.push(fields(reader.readBytes() as Uint8Array).get(OUTPUT_BYTES) ?? "");
    } else {
      reader.skipField();
    }
  }
  return texts;
}

/** The length-delimited fields of a message as text; other fields do not matter here. */
function fields(message: Uint8Array): Map<number, string> {
  const found = new Map<number, string>();
  const reader = new BinaryReader(message);
  while (reader.nextField() && !reader.isEndGroup()) {
    if (reader.getWireType() === 2)
      found.set(reader.getFieldNumber(), Buffer.from(reader.readBytes() as Uint8Array).toString());
    else reader.skipField();
  }
  return found;
}
