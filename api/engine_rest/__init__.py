"""`/engine-rest`: as much of Camunda 7's REST API as existing clients need, so that they run unmodified.

Names, shapes and statuses here are that API's, also where ours would be others; docs/camunda-7.md says what is covered.
"""
