// @vitest-environment node
import { BpmnModdle } from "bpmn-moddle";
import { expect, test } from "vitest";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import statewright from "../src/designer/extension/statewright.json";

/** What the properties panel writes, of every element of ours. */
const OURS = `<statewright:outcome value="approve" label="Yes, send it" />
        <statewright:fourEyes nodes="check" />
        <statewright:starter variable="claimant" />
        <statewright:businessKey value="=order" />
        <statewright:retry pauses="PT1M, PT10M" />
        <statewright:comment author="ada" at="2026-03-01T10:00:00Z">Who checks on Sundays? &lt;b&gt;</statewright:comment>`;
const FILE = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:statewright="https://statewright.dev/schema/bpmn/1.0" id="file" targetNamespace="test">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:userTask id="approve">
      <bpmn:extensionElements>
        <zeebe:assignmentDefinition candidateGroups="managers" />
        ${OURS}
      </bpmn:extensionElements>
    </bpmn:userTask>
  </bpmn:process>
</bpmn:definitions>`;

interface Tool {
  fromXML(xml: string): Promise<{ rootElement: object; warnings: unknown[] }>;
  toXML(root: object, options: { format: boolean }): Promise<{ xml: string }>;
}

const passThrough = async (tool: Tool, xml: string): Promise<string> => {
  const { rootElement, warnings } = await tool.fromXML(xml);
  expect(warnings).toEqual([]);
  return (await tool.toXML(rootElement, { format: true })).xml;
};
const lines = (xml: string): string[] =>
  xml
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replace(/&#(60|62);|&(lt|gt);/g, (_, code, word) => (code === "60" || word === "lt" ? "<" : ">")),
    )
    .filter((line) => line.startsWith("<statewright:") || line.startsWith("<zeebe:"));

const ours = new BpmnModdle({ zeebe, statewright }) as unknown as Tool;
const others = new BpmnModdle({ zeebe }) as unknown as Tool;

test("what the panel writes comes through a tool that knows nothing of it", async () => {
  const through = await passThrough(others, await passThrough(ours, FILE));
  expect(lines(through)).toEqual(lines(FILE));
  expect(lines(await passThrough(ours, through))).toEqual(lines(FILE));
});
