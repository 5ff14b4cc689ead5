/**
 * One list of problems from two sources: the lint rules that run while drawing, and the engine's own deployment
 * checks over the API. Both appear in the same badges on the diagram, because the engine's are merged in as a rule.
 */
import { type Finding, post } from "../lib/http";
import type { Bench } from "./bench";
import { translate } from "./words";

export interface DiagramProblem {
  node: string | null;
  message: string;
  severity: "error" | "warning" | "info";
  line: number | null;
}

interface LintReport {
  id: string;
  message: string;
  category: string;
  rule?: string;
  actualElementId?: string;
}

interface Linting {
  lint(): Promise<Record<string, LintReport[]>>;
  update(): void;
}

/** The name under which the engine's answer stands among the rules. */
const ENGINE = "engine";

/** The engine's last answer; the merge below reads it at each lint. */
class ServerFindings {
  static readonly $inject = ["linting", "canvas"];
  findings: Finding[] = [];

  constructor(
    private readonly linting: Linting,
    canvas: { getRootElement(): { id: string } },
  ) {
    const update = linting.update.bind(linting);
    let rest: ReturnType<typeof setTimeout> | undefined;
    // Asking every rule about every element after each move would make large diagrams slow.
    linting.update = () => {
      clearTimeout(rest);
      rest = setTimeout(update, 250);
    };
    const lint = linting.lint.bind(linting);
    linting.lint = async () => {
      const reports = await lint();
      if (this.findings.length === 0) return reports;
      const own = this.findings.map(({ node, message, severity }) => ({
        id: node || canvas.getRootElement().id,
        message,
        category: severity === "warning" ? "warn" : (severity ?? "error"),
      }));
      return { ...reports, [ENGINE]: own };
    };
  }

  show(findings: Finding[]): void {
    this.findings = findings;
    this.linting.update();
  }
}

export const serverFindingsModule = {
  __init__: ["serverFindings"],
  serverFindings: ["type", ServerFindings],
};

const SEVERITIES: Record<string, DiagramProblem["severity"]> = {
  error: "error",
  warn: "warning",
  warning: "warning",
  info: "info",
};
const ORDER = ["error", "warning", "info"];

export class Checks {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  /** What the drawing's own rules said last; it keeps nobody from deploying. */
  hints: Finding[] = [];

  constructor(
    private readonly bench: Bench,
    onChange: (problems: DiagramProblem[]) => void,
  ) {
    bench.tool.on("linting.completed", (event: { issues: Record<string, LintReport[]> }) =>
      onChange(this.collect(event.issues)),
    );
  }

  /** Asks the engine when drawing has paused. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), 700);
  }

  show(findings: Finding[]): void {
    this.bench.tool.get<ServerFindings>("serverFindings").show(findings);
  }

  /** Another diagram comes: answers about the one before are of no use, those under way included. */
  forget(): void {
    this.asked += 1;
    this.bench.tool.get<ServerFindings>("serverFindings").findings = [];
  }

  private async ask(): Promise<void> {
    const number = ++this.asked;
    try {
      const { props } = this.bench;
      const body = { xml: await this.bench.readXml(), files: this.bench.files.list() };
      const { problems } = await post<{ problems: Finding[] }>(props.check_url, body);
      // An older answer must not overwrite a younger one.
      if (number === this.asked) this.show(problems);
    } catch {
      // The draft's own saving tells of a lost connection; the lint rules go on without the server.
    }
  }

  private collect(issues: Record<string, LintReport[]>): DiagramProblem[] {
    const lines = new Map(
      this.bench.tool
        .get<ServerFindings>("serverFindings")
        .findings.map(({ message, line }) => [message, line ?? null]),
    );
    this.hints = Object.entries(issues).flatMap(([id, reports]) =>
      reports
        .filter(({ rule }) => rule !== ENGINE)
        .map(({ message, actualElementId }) => ({
          message: translate(message),
          severity: "warning" as const,
          node: actualElementId ?? id,
        })),
    );
    return Object.entries(issues)
      .flatMap(([id, reports]) =>
        reports.map((report) => ({
          node: report.actualElementId ?? id,
          message: report.rule === ENGINE ? report.message : translate(report.message),
          severity: SEVERITIES[report.category] ?? "error",
          line: lines.get(report.message) ?? null,
        })),
      )
      .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  }
}
