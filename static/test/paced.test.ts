import { expect, test, vi } from "vitest";
import { paced } from "../src/lib/paced";

test("of many calls the first and the last run, with the pause between them", () => {
  vi.useFakeTimers();
  let calls = 0;
  let seen = 0;
  const call = paced(() => {
    seen = calls;
  }, 1000);
  for (calls = 1; calls <= 5; calls++) call();
  expect(seen).toBe(1);
  calls = 5;
  vi.advanceTimersByTime(1000);
  expect(seen).toBe(5);
  calls = 6;
  vi.advanceTimersByTime(5000);
  expect(seen).toBe(5);
  vi.useRealTimers();
});
