import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type LiveEvent, LiveSocket } from "../src/lib/live";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: (event: { code: number }) => void;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
  say(event: LiveEvent): void {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
  close(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const socketNumber = (number: number): FakeSocket => {
  const socket = FakeSocket.all[number];
  if (!socket) throw new Error(`There is no socket ${number}.`);
  return socket;
};

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function follow(after: number, resync?: () => Promise<number>) {
  const received: number[] = [];
  const live = new LiveSocket("ws://server/ws/");
  live.subscribe({
    subscribe: "instance",
    id: "7",
    after,
    receive: (event) => received.push(event.sequence ?? -1),
    ...(resync ? { resync } : {}),
  });
  socketNumber(0).open();
  return { live, received };
}

const step = (sequence: number): LiveEvent => ({ type: "steps", instance: "7", sequence });

test("a subscription says the last sequence number that the page shows", () => {
  follow(4);
  expect(socketNumber(0).sent).toEqual([{ subscribe: "instance", id: "7", after: 4 }]);
});

test("events come in order and an event seen before is not repeated", () => {
  const { received } = follow(4);
  for (const sequence of [5, 5, 4, 6]) socketNumber(0).say(step(sequence));
  expect(received).toEqual([5, 6]);
});

test("events of another instance are not received", () => {
  const { received } = follow(4);
  socketNumber(0).say({ type: "steps", instance: "8", sequence: 5 });
  expect(received).toEqual([]);
});

test("a missing event makes the topic read its state and subscribe again from there", async () => {
  const { received } = follow(4, async () => 9);
  socketNumber(0).say(step(7));
  socketNumber(0).say(step(8));
  await vi.runAllTimersAsync();
  socketNumber(0).say(step(10));
  expect(received).toEqual([10]);
  expect(socketNumber(0).sent.at(-1)).toEqual({ subscribe: "instance", id: "7", after: 9 });
});

test("after a lost connection it subscribes from the last event that it received", async () => {
  const { live, received } = follow(4);
  socketNumber(0).say(step(5));
  socketNumber(0).close();
  expect(live.status).toBe("offline");
  await vi.runOnlyPendingTimersAsync();
  socketNumber(1).open();
  expect(live.status).toBe("live");
  expect(socketNumber(1).sent).toEqual([{ subscribe: "instance", id: "7", after: 5 }]);
  expect(received).toEqual([5]);
});

test("pauses between attempts grow to half a minute", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  follow(0);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 9; attempt += 1) {
    socketNumber(attempt).close();
    const before = Date.now();
    await vi.advanceTimersToNextTimerAsync();
    pauses.push(Date.now() - before);
  }
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("a connection that the server refuses is not tried again", async () => {
  follow(0);
  socketNumber(0).close(4403);
  await vi.runAllTimersAsync();
  expect(FakeSocket.all).toHaveLength(1);
});
