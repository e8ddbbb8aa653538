"""History as changes: which tag a product comes from, what was committed since, read as git prints it.

One `git log` is parsed while it runs; tags are listed by name and never opened one by one (11,815 of them
cost 6 ms by name and 38 s by object). GitPython is not imported: see `git.door`. All of this is synchronous
and meant for a worker thread. Whole histories, release by release, are `past`'s business.
"""

from gonogo.io.git.history.layout import fingerprint
from gonogo.io.git.history.reading import Progress, changes
from gonogo.io.git.history.repository import Found, Repository
from gonogo.io.git.history.survey import survey
from gonogo.io.git.history.tags import TagRef

__all__ = ["Found", "Progress", "Repository", "TagRef", "changes", "fingerprint", "survey"]
