"""One file per BPMN element: how it is compiled and what it does; elements do not know one another."""
