"""The plan file: read with every mistake told at its place, watched, described for editors.

guard (limits on the event stream) -> nodes (plain values and places) -> shape (keys, forms) -> resolve (the
domain's plan). When the shape does not fit, `schema` finds all mistakes; `problems` holds every sentence.
"""

from gonogo.adapters.plan_yaml.schema import json_schema
from gonogo.adapters.plan_yaml.source import PlanFile, find_plan, parse_plan

__all__ = ["PlanFile", "find_plan", "json_schema", "parse_plan"]
