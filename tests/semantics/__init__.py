"""What BPMN 2.0.2 says of each element, told as sentences; nothing here looks behind engine.core.simulate."""
