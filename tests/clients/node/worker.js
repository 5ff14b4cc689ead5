// A worker as the official client's documentation shows it.
import { BasicAuthInterceptor, Client, Variables, logger } from "camunda-external-task-client-js";

const client = new Client({
  baseUrl: process.env.ENGINE_URL,
  use: logger,
  workerId: "node",
  asyncResponseTimeout: 5000,
  interceptors: new BasicAuthInterceptor({ username: "admin", password: "admin-demo" }),
});

client.subscribe("node-work", { lockDuration: 10000 }, async ({ task, taskService }) => {
  const amount = task.variables.get("amount");
  if (amount < 0) {
    await taskService.handleBpmnError(task, "DECLINED", "below nothing");
    return;
  }
  if (amount === 13) {
    await taskService.handleFailure(task, { errorMessage: "unlucky", errorDetails: "a trace", retries: 0 });
    return;
  }
  await taskService.extendLock(task, 20000);
  const file = task.variables.get("file");
  const loaded = file ? (await file.load()).content.toString() : "";
  const result = new Variables();
  result.setAll({ doubled: amount * 2, list: [1, { a: "ä" }], loaded, order: task.variables.get("order").id });
  await taskService.complete(task, result, new Variables().set("only", "here"));
});
console.log("subscribed");
