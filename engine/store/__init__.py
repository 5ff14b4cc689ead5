"""All reading and writing of the runtime tables; rules and permissions are in engine.service."""
