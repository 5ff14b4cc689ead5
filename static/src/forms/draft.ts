/** What a person typed into a form: in the browser at once, on the server a moment later, until it is sent. */
import { call, put } from "../lib/http";

type Answers = Record<string, unknown>;

const SAVE_AFTER = 800;

export class FormDraft {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly url: string | null,
    private isOnServer = false,
    private readonly store: Storage = localStorage,
  ) {}

  read(): Answers | null {
    try {
      return JSON.parse(this.store.getItem(this.key) ?? "null") as Answers | null;
    } catch {
      return null;
    }
  }

  change(answers: Answers, onKept: (isOnServer: boolean) => void): void {
    try {
      this.store.setItem(this.key, JSON.stringify(answers));
    } catch {
      // No room in the browser: the server's draft still holds it.
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.sending = this.send(answers, onKept);
    }, SAVE_AFTER);
  }

  /** It was sent. The server forgets it too, after what is still on its way there. */
  forget(): void {
    clearTimeout(this.timer);
    this.store.removeItem(this.key);
    const url = this.url;
    if (url && this.isOnServer) void this.sending.then(() => call("DELETE", url)).catch(() => undefined);
  }

  private async send(answers: Answers, onKept: (isOnServer: boolean) => void): Promise<void> {
    if (!this.url) return onKept(true);
    try {
      this.isOnServer = true;
      await put(this.url, { variables: answers });
      // From here on the server's draft is the one that counts, also on another machine.
      this.store.removeItem(this.key);
      onKept(true);
    } catch {
      onKept(false);
    }
  }

  private get key(): string {
    return `statewright:form:${this.name}`;
  }
}
