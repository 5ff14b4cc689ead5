/** Files that were chosen in a form: uploaded when it is sent, and named in the answer by what the server made of them. */
import { upload } from "../lib/http";

export interface StoredFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

type Files = Map<string, File[]>;
const PREFIX = "files::";

/** The answer with the stored files instead of the form's own names for them. */
export async function sendFiles(data: unknown, files: Files, url: string | null): Promise<unknown> {
  if (typeof data === "string" && data.startsWith(PREFIX)) {
    const chosen = files.get(data) ?? [];
    if (!url) return [];
    const stored: StoredFile[] = [];
    for (const file of chosen) stored.push(await upload<StoredFile>(url, file));
    return stored;
  }
  if (Array.isArray(data)) return Promise.all(data.map((one) => sendFiles(one, files, url)));
  if (data !== null && typeof data === "object") {
    const entries = Object.entries(data).map(async ([name, value]) => [
      name,
      await sendFiles(value, files, url),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  }
  return data;
}

/** For a draft: a file that is not sent yet cannot be kept. */
export function withoutFiles<T>(data: T): T {
  return JSON.parse(
    JSON.stringify(data, (_name, value: unknown) =>
      typeof value === "string" && value.startsWith(PREFIX) ? undefined : value,
    ),
  ) as T;
}
