"""The connector that only maps data: FEEL over the variables of the process, without any I/O."""

from __future__ import annotations

from engine.service.jobs import LeasedJob
from engine.worker.connectors import output
from engine.worker.connectors.registry import Connector, Input, Inputs, connector
from engine.worker.results import Result

MAPPING = Connector(
    type="statewright:map",
    name="Map data",
    doc="Makes variables out of others. Its expressions read every variable that the step sees, and its inputs.",
    inputs=(Input("data", "any", "Data", "What the result variable gets, if there is one."),),
    headers=output.HEADERS,
    outputs="the variables",
)


@connector(MAPPING, timeout=10.0)
def map_data(job: LeasedJob, inputs: Inputs) -> Result:
    output.throw_error(job.headers, job.variables)
    return Result(output.make_variables(job.headers, job.variables, inputs["data"]))
