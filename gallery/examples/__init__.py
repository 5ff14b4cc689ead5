"""The examples, one folder each; docs/patterns says how to read them and CONTRIBUTING.md how to add one."""
