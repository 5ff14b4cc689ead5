/**
 * The page's one WebSocket: subscribes to topics from a sequence number, hands events on in order, reconnects with
 * growing pauses, and asks a topic to read its state again when an event is missing.
 */

export type LiveStatus = "connecting" | "live" | "offline";

/** An event of a topic; `sequence` counts without gaps within one topic. */
export interface LiveEvent {
  type: string;
  sequence?: number;
  /** Of an event that tells of several steps: the sequence number before the first of them. */
  after?: number;
  [field: string]: unknown;
}

export interface Topic {
  /** What to subscribe to, and which one of it. */
  subscribe: string;
  id?: string;
  /** The last sequence number that the page already shows. */
  after?: number;
  receive(event: LiveEvent): void;
  /** Reads the state again over HTTP and returns its sequence number. */
  resync?(): Promise<number>;
}

interface Subscription extends Topic {
  isSyncing: boolean;
}

const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Closed on purpose by the server: signed out, or not allowed. Trying again would change nothing. */
const REFUSED = new Set([4401, 4403]);

export class LiveSocket {
  private socket: WebSocket | null = null;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly watchers = new Set<(status: LiveStatus) => void>();
  private pause = SHORTEST_PAUSE;
  private timer: ReturnType<typeof setTimeout> | undefined;
  status: LiveStatus = "connecting";

  constructor(private readonly url: string) {
    globalThis.addEventListener?.("online", () => this.connectNow());
  }

  /** Starts a subscription; the returned function ends it. */
  subscribe(topic: Topic): () => void {
    const key = keyOf(topic.subscribe, topic.id);
    const subscription: Subscription = Object.assign(topic, { isSyncing: false });
    this.subscriptions.set(key, subscription);
    if (this.socket?.readyState === WebSocket.OPEN) this.announce(subscription);
    else if (!this.socket) this.connect();
    return () => {
      this.subscriptions.delete(key);
      this.send({ unsubscribe: topic.subscribe, id: topic.id });
    };
  }

  watch(watcher: (status: LiveStatus) => void): void {
    this.watchers.add(watcher);
    watcher(this.status);
  }

  private connect(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.pause = SHORTEST_PAUSE;
      this.become("live");
      for (const subscription of this.subscriptions.values()) this.announce(subscription);
    };
    socket.onmessage = (message) => this.receive(JSON.parse(String(message.data)) as LiveEvent);
    socket.onclose = (event) => {
      this.socket = null;
      this.become("offline");
      if (REFUSED.has(event.code)) return;
      // A random part keeps a thousand pages from coming back in the same instant.
      this.timer = setTimeout(() => this.connect(), this.pause * (0.75 + Math.random() / 2));
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    };
  }

  private connectNow(): void {
    if (!this.socket && this.subscriptions.size > 0) this.connect();
  }

  private announce({ subscribe, id, after }: Subscription): void {
    this.send({ subscribe, id, after });
  }

  private send(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private receive(event: LiveEvent): void {
    const subscription = this.find(event);
    if (!subscription || subscription.isSyncing) return;
    if (event.type === "resync") return void this.resync(subscription);
    if (event.sequence !== undefined && subscription.after !== undefined) {
      if (event.sequence <= subscription.after) return;
      if ((event.after ?? event.sequence - 1) > subscription.after) return void this.resync(subscription);
    }
    if (event.sequence !== undefined) subscription.after = event.sequence;
    subscription.receive(event);
  }

  private find(event: LiveEvent): Subscription | undefined {
    const topic = typeof event.topic === "string" ? event.topic : "instance";
    const id = event.id ?? event.instance;
    return this.subscriptions.get(keyOf(topic, id === undefined ? undefined : String(id)));
  }

  private async resync(subscription: Subscription): Promise<void> {
    if (!subscription.resync) return;
    subscription.isSyncing = true;
    try {
      subscription.after = await subscription.resync();
    } catch {
      // The page keeps what it shows; closing brings the ordinary pause and a fresh subscription.
      this.socket?.close();
    } finally {
      subscription.isSyncing = false;
    }
    // What came while the state was read is sent again from there on.
    this.announce(subscription);
  }

  private become(status: LiveStatus): void {
    this.status = status;
    for (const watcher of this.watchers) watcher(status);
  }
}

const keyOf = (subscribe: string, id?: string): string => `${subscribe}:${id ?? ""}`;

let shared: LiveSocket | undefined;

/** The one socket of this page. */
export function live(): LiveSocket {
  if (!shared) {
    const path = document.documentElement.dataset.live ?? "/ws/";
    shared = new LiveSocket(new URL(path, location.href).href.replace(/^http/, "ws"));
  }
  return shared;
}
