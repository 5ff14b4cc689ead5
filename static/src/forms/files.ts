/** Files that were chosen in a form: uploaded when it is sent, and named in the answer by what the server made of them. */
import { gettext } from "../lib/gettext";
import { upload } from "../lib/http";

export interface StoredFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

/** Where a stored file is read, for a form that shows documents. Whoever may not read it is told so there. */
export const documentEndpoints = {
  documentEndpointBuilder: [
    "value",
    {
      buildUrl: ({ documentId }: { documentId: string }) =>
        new URL(`/files/${documentId}/`, location.href).href,
    },
  ],
};

const SHOWN = ["application/pdf", "image/png", "image/jpeg", "image/gif"];

/** The data with every stored file also as the form knows documents; what cannot be shown can be downloaded. */
export function withDocuments<T>(data: T): T {
  return JSON.parse(
    JSON.stringify(data, (_name, value: unknown) =>
      isStored(value)
        ? {
            ...value,
            documentId: value.id,
            metadata: {
              fileName: value.name,
              size: value.size,
              contentType: SHOWN.includes(value.type) ? value.type : "application/octet-stream",
            },
          }
        : value,
    ),
  ) as T;
}

interface Component {
  type?: string;
  key?: string;
  text?: string;
  components?: Component[];
}

/** A file field cannot show files that are there already: a text behind it names them. */
export function nameKept<T extends Component>(schema: T, data: Record<string, unknown>): T {
  const components = schema.components?.flatMap((one): Component[] => {
    const there = one.type === "filepicker" && one.key ? data[one.key] : null;
    const names = Array.isArray(there) ? there.filter(isStored).map((file) => plain(file.name)) : [];
    if (names.length === 0) return [one.type === "group" ? nameKept(one, data) : one];
    const text = gettext("There already: %(names)s. What you choose takes their place.", {
      names: names.join(", "),
    });
    return [one, { type: "text", text }];
  });
  return components ? { ...schema, components } : schema;
}

/** A name that is neither markup nor a template. */
function plain(name: string): string {
  return name.replace(/[{}]/g, "").replace(/[\\`*_[\]<>#|~]/g, "\\$&");
}

function isStored(value: unknown): value is StoredFile {
  if (value === null || typeof value !== "object") return false;
  return ["id", "name", "size", "type"].join() === Object.keys(value).sort().join();
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
