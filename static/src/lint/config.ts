/** The rules that run while drawing: bpmnlint's, compiled at build time, and our own. */
import compiled from "./.bpmnlintrc";
import { type Known, OWN_RULES } from "./rules";

interface Resolver {
  resolveRule(pkg: string, name: string): unknown;
}

const PACKAGE = "bpmnlint-plugin-statewright";

export function lintConfig(known: Known): { config: { rules: Record<string, string> }; resolver: Resolver } {
  const others = compiled.resolver as Resolver;
  const own = Object.entries(OWN_RULES).map(([name, { category }]) => [`statewright/${name}`, category]);
  return {
    config: { ...compiled.config, rules: { ...compiled.config.rules, ...Object.fromEntries(own) } },
    resolver: {
      ...others,
      resolveRule(pkg, name) {
        const rule = pkg === PACKAGE ? OWN_RULES[name] : undefined;
        return rule ? () => rule.make(known) : others.resolveRule(pkg, name);
      },
    },
  };
}
