/** Deployment from the designer: the draft is saved, then diagram, forms and decisions go to the server as one. */
import { describe, Problem, post } from "../lib/http";
import { toast } from "../lib/toast";
import type { Bench } from "./bench";
import type { Checks } from "./checks";

interface Deployed {
  processes: { key: string; name: string; version: number; url: string }[];
}

export async function deploy(bench: Bench, checks: Checks, showProblems: () => void): Promise<void> {
  try {
    await bench.draft.save();
    const { processes } = await post<Deployed>(bench.props.deploy_url, { files: await bench.readFiles() });
    checks.show([]);
    const [first] = processes;
    if (first)
      toast(`${first.name} is deployed as version ${first.version}.`, {
        kind: "done",
        action: { label: "Open the process", run: () => location.assign(first.url) },
      });
  } catch (error) {
    if (error instanceof Problem && error.findings.length > 0) {
      checks.show(error.findings);
      showProblems();
    }
    toast(`Not deployed: ${describe(error)} Your draft is kept.`, { kind: "incident" });
  }
}
