import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Draft, type DraftStatus } from "../src/designer/draft";

const URL = "/api/v1/drafts/expense/";
const statuses: DraftStatus["kind"][] = [];
let onServer: { xml: string; revision: number };
let failure: { status: number; body: object } | "offline" | null;
let drawn: string;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  statuses.length = 0;
  onServer = { xml: "<one/>", revision: 1 };
  failure = null;
  drawn = "<one/>";
  vi.stubGlobal("fetch", async (_url: string, options: { method: string; body?: string }) => {
    if (failure === "offline") throw new TypeError("offline");
    if (failure) return Response.json(failure.body, { status: failure.status });
    if (options.method === "PUT") {
      const { xml, revision } = JSON.parse(options.body ?? "{}");
      if (revision !== onServer.revision) return Response.json({ saved_by: "grace" }, { status: 409 });
      onServer = { xml, revision: revision + 1 };
    }
    return Response.json({ key: "expense", name: "", saved_at: null, saved_by: null, ...onServer });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const openDraft = async () => {
  const draft = new Draft(
    URL,
    async () => ({ xml: drawn, files: [] }),
    (status) => statuses.push(status.kind),
  );
  const { kept } = await draft.load();
  return { draft, kept };
};
const draw = (draft: Draft, xml: string) => {
  drawn = xml;
  return draft.change();
};

test("a change is saved a moment later and leaves nothing in the browser", async () => {
  const { draft } = await openDraft();
  await draw(draft, "<two/>");
  await vi.runAllTimersAsync();
  expect(onServer).toEqual({ xml: "<two/>", revision: 2 });
  expect(statuses).toEqual(["saved", "changed", "saving", "saved"]);
  expect(localStorage).toHaveLength(0);
});

test("without a connection the work is kept in the browser and sent when the server is back", async () => {
  const { draft } = await openDraft();
  failure = "offline";
  await draw(draft, "<two/>");
  await vi.advanceTimersByTimeAsync(2000);
  expect(draft.status.kind).toBe("offline");
  expect(JSON.parse(localStorage.getItem(`statewright:draft:${URL}`) ?? "{}").xml).toBe("<two/>");
  failure = null;
  await vi.advanceTimersByTimeAsync(6000);
  expect(onServer.xml).toBe("<two/>");
  expect(draft.status.kind).toBe("saved");
});

test("what never reached the server is offered when the page opens again", async () => {
  const { draft } = await openDraft();
  failure = "offline";
  await draw(draft, "<two/>");
  await vi.advanceTimersByTimeAsync(300);
  failure = null;
  const { kept } = await openDraft();
  expect(kept).toMatchObject({ xml: "<two/>", revision: 1 });
});

test("somebody else's newer draft is not written over", async () => {
  const { draft } = await openDraft();
  onServer = { xml: "<theirs/>", revision: 2 };
  await draw(draft, "<mine/>");
  await vi.runAllTimersAsync();
  expect(onServer.xml).toBe("<theirs/>");
  expect(draft.status).toEqual({ kind: "conflict", by: "grace" });
  expect(JSON.parse(localStorage.getItem(`statewright:draft:${URL}`) ?? "{}").xml).toBe("<mine/>");
});

test("after a conflict the person may choose to write over it", async () => {
  const { draft } = await openDraft();
  onServer = { xml: "<theirs/>", revision: 2 };
  await draw(draft, "<mine/>");
  await vi.runAllTimersAsync();
  await draft.overwrite();
  expect(onServer).toEqual({ xml: "<mine/>", revision: 3 });
});

test("a change made while saving is saved too", async () => {
  const { draft } = await openDraft();
  await draw(draft, "<two/>");
  const saving = draft.save();
  await draw(draft, "<three/>");
  await saving;
  expect(draft.status.kind).toBe("changed");
  await vi.advanceTimersByTimeAsync(300);
  expect(localStorage.getItem(`statewright:draft:${URL}`)).toContain("<three/>");
  await vi.runAllTimersAsync();
  expect(onServer.xml).toBe("<three/>");
  expect(draft.status.kind).toBe("saved");
});

test("what was changed a moment ago is kept when the page goes", async () => {
  const { draft } = await openDraft();
  await draw(draft, "<two/>");
  await draft.keepNow();
  expect(localStorage.getItem(`statewright:draft:${URL}`)).toContain("<two/>");
});

test("many changes in a row are told once", async () => {
  const { draft } = await openDraft();
  statuses.length = 0;
  for (let move = 0; move < 20; move += 1) await draft.change();
  expect(statuses).toEqual(["changed"]);
});
