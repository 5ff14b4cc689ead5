/** The forms and decisions of a draft, by name: kept, saved and deployed together with its diagram. */
import type { NamedFile } from "./bench";

export class DraftFiles {
  private readonly contents = new Map<string, string>();
  private readonly listeners: (() => void)[] = [];

  list(): NamedFile[] {
    return [...this.contents].map(([name, content]) => ({ name, content }));
  }

  read(name: string): string | undefined {
    return this.contents.get(name);
  }

  write(name: string, content: string): void {
    if (this.contents.get(name) === content) return;
    this.contents.set(name, content);
    this.tell();
  }

  remove(name: string): void {
    if (this.contents.delete(name)) this.tell();
  }

  /** All of them at once, as the server or the browser kept them; nobody is told, because nothing was changed. */
  replace(files: readonly NamedFile[]): void {
    this.contents.clear();
    for (const { name, content } of files) this.contents.set(name, content);
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
