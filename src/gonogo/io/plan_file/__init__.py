"""The plan file: read with every mistake told at its place, watched, described for editors.

`source` finds and reads the file; `kept` knows plans that were read before. Any other goes through `parsing`:
guard (limits on the event stream) -> nodes (plain values and places) -> shape (keys, forms) -> resolve (the
domain's plan). When the shape does not fit, `schema` finds all mistakes; `problems` holds every sentence.
"""

from gonogo.io.plan_file.kept import KeptPlans
from gonogo.io.plan_file.source import PlanFile, find_plan

__all__ = ["KeptPlans", "PlanFile", "find_plan"]
