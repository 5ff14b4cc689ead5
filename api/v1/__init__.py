"""The REST API, version 1: a module for each thing that it is about, views and answers together."""
