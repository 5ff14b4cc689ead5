"""BPMN and DMN files into plain data; the only room that knows XML."""
