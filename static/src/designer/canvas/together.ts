/** Several changes as one step of undo. */
import type { DrawingTool } from "../modeler";

interface CommandStack {
  execute(command: string, context: object): void;
  registerHandler(command: string, handler: unknown): void;
}

const COMMAND = "page.together";

/** What happens before the (empty) command itself belongs to its step. */
class TogetherHandler {
  preExecute(context: { run(): void }): void {
    context.run();
  }
}

class Together {
  static readonly $inject = ["commandStack"];

  constructor(private readonly stack: CommandStack) {
    stack.registerHandler(COMMAND, TogetherHandler);
  }

  run(change: () => void): void {
    this.stack.execute(COMMAND, { run: change });
  }
}

export const together = (get: DrawingTool["get"], change: () => void): void =>
  get<Together>("together").run(change);

export const togetherModule = { __init__: ["together"], together: ["type", Together] };
