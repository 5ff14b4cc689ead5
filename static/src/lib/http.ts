/** Calls the API with the session's CSRF token and turns every failure into a `Problem` with plain words. */
import { gettext } from "./gettext";

/** One finding of the server: about a field of a form or about a node of a diagram. */
export interface Finding {
  message: string;
  code?: string;
  severity?: "error" | "warning" | "info";
  field?: string | null;
  node?: string | null;
  line?: number | null;
}

/** A failed call: the fields of problem+json (RFC 9457), or status 0 when the server could not be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly findings: Finding[];
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    const title = typeof body.title === "string" ? body.title : wordsFor(status);
    super(typeof body.detail === "string" ? body.detail : title);
    this.name = "Problem";
    this.status = status;
    this.title = title;
    this.code = typeof body.code === "string" ? body.code : "";
    this.findings = Array.isArray(body.problems) ? (body.problems as Finding[]) : [];
    this.body = body;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }

  /** True when trying the same call again later can succeed. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function wordsFor(status: number): string {
  if (status === 0) return gettext("The server cannot be reached.");
  if (status === 401) return gettext("You are signed out. Sign in again in another tab, then repeat this.");
  if (status === 403) return gettext("You may not do this.");
  if (status === 404) return gettext("This does not exist, or you may not see it.");
  if (status === 409) return gettext("Somebody else changed this meanwhile.");
  if (status === 413) return gettext("This is too large.");
  if (status === 429) return gettext("Too many requests. Wait a moment.");
  if (status >= 500) return gettext("The server failed. Nothing was stored.");
  return gettext("The server refused this.");
}

function csrfToken(): string {
  const field = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]");
  return field?.content ?? "";
}

/** Browsers let requests outlive their page that have so many bytes together, and refuse one more at once. */
const OUTLIVING_BYTES = 60_000;
let outliving = 0;

export async function call<T>(method: string, url: string, body?: unknown): Promise<T> {
  const isFile = body instanceof FormData;
  const content = body === undefined || isFile ? body : JSON.stringify(body);
  // Drafts are what is sent while a page is left.
  const size = method === "PUT" && typeof content === "string" ? new Blob([content]).size : 0;
  const keepalive = size > 0 && outliving + size <= OUTLIVING_BYTES;
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined && !isFile) headers["Content-Type"] = "application/json";
  let response: Response;
  if (keepalive) outliving += size;
  try {
    response = await fetch(url, {
      method,
      headers,
      credentials: "same-origin",
      keepalive,
      ...(content === undefined ? {} : { body: content }),
    });
  } catch {
    throw new Problem(0, {});
  } finally {
    if (keepalive) outliving -= size;
  }
  if (response.status === 204) return undefined as T;
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const answer: unknown = isJson ? await response.json().catch(() => ({})) : {};
  if (!response.ok) throw new Problem(response.status, (answer ?? {}) as Record<string, unknown>);
  return answer as T;
}

export const get = <T>(url: string): Promise<T> => call<T>("GET", url);
export const post = <T>(url: string, body: unknown): Promise<T> => call<T>("POST", url, body);
export const put = <T>(url: string, body: unknown): Promise<T> => call<T>("PUT", url, body);

export function upload<T>(url: string, file: File): Promise<T> {
  const body = new FormData();
  body.append("file", file);
  return call<T>("POST", url, body);
}

/** Any thrown thing in words for a person. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
