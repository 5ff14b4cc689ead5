import { afterEach, expect, test, vi } from "vitest";
import { get, type Problem, post, put } from "../src/lib/http";

afterEach(() => {
  vi.unstubAllGlobals();
  document.head.replaceChildren();
});

function answer(status: number, body: unknown, type = "application/json"): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(
    async () => new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } }),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const caught = (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => {
      throw new Error("The call did not fail.");
    },
    (problem: Problem) => problem,
  );

test("a change carries the page's CSRF token, a read does not", async () => {
  document.head.innerHTML = '<meta name="csrf-token" content="token-of-the-page">';
  const fetched = answer(200, {});
  await post("/api/", { a: 1 });
  await get("/api/");
  const headers = fetched.mock.calls.map(([, options]) => options.headers);
  expect(headers[0]).toMatchObject({
    "X-CSRFToken": "token-of-the-page",
    "Content-Type": "application/json",
  });
  expect(headers[1]).not.toHaveProperty("X-CSRFToken");
});

test("a refusal brings the server's words and findings", async () => {
  const findings = [{ node: "pay", line: 31, message: "No handler.", severity: "error" }];
  answer(
    400,
    { title: "Refused", detail: "The diagram has 1 problem.", problems: findings },
    "application/problem+json",
  );
  const problem = await caught(post("/api/", {}));
  expect(problem.message).toBe("The diagram has 1 problem.");
  expect(problem.findings).toEqual(findings);
  expect(problem.isPassing).toBe(false);
});

test("an unreachable server is a passing problem that says so", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  const problem = await caught(get("/api/"));
  expect(problem.isOffline && problem.isPassing).toBe(true);
  expect(problem.message).toContain("cannot be reached");
});

test("a failure page in HTML still becomes words", async () => {
  vi.stubGlobal("fetch", async () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  const problem = await caught(get("/api/"));
  expect(problem.message).toBe("The server failed. Nothing was stored.");
});

test("drafts outlive their page as far as browsers let them, all together", async () => {
  const outlives: unknown[] = [];
  vi.stubGlobal("fetch", async (_: string, options: RequestInit) => {
    outlives.push(options.keepalive);
    return new Response("{}", { status: 200, headers: { "Content-Type": "application/json" } });
  });
  const draft = { xml: "ä".repeat(20_000) };
  await Promise.all([put("/draft/", draft), put("/draft/", draft), post("/check/", { xml: "" })]);
  await put("/draft/", draft);
  expect(outlives).toEqual([true, false, false, true]);
});
