"""质衡 (zhiheng): measures quality, from rows to a report that carries its own uncertainty.

The rooms are imported by their full path: `zhiheng.measure` (the engine), `zhiheng.xform` (questionnaires),
`zhiheng.documents` (charts and tables in every format) and `zhiheng.programme` (a measuring programme as a
folder of plain files, and the command line).
"""

from __future__ import annotations

__version__ = "0.1.0"
