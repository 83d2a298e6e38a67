import { expect, test, vi } from "vitest";
import { OfferInterest } from "./offer-interest";

test("offers are asked for when something new waits, not too often, and refused when nothing does", () => {
  vi.useFakeTimers();
  try {
    const calls: string[] = [];
    const flow = { revive: async () => void calls.push("revive"), suppress: async () => void calls.push("suppress") };
    const interest = new OfferInterest(flow, 1000);
    interest.update([]);
    interest.update(["/a"]);
    interest.update(["/a"]);
    expect(calls).toEqual(["revive"]);
    interest.update(["/a", "/b"]);
    interest.refresh();
    expect(calls).toEqual(["revive"]);
    vi.advanceTimersByTime(1000);
    expect(calls).toEqual(["revive", "revive"]);
    interest.update([]);
    expect(calls.at(-1)).toBe("suppress");
    vi.advanceTimersByTime(1000);
    interest.update(["/a"], true);
    interest.update([], true);
    interest.update(["/a"], true);
    expect(calls.slice(3)).toEqual(["revive"]);
    interest.close();
  } finally {
    vi.useRealTimers();
  }
});
