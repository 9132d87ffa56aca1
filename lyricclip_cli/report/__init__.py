"""The report of a render (`metrics.json`)."""

from lyricclip_cli.report.building import RenderResult, RunFacts, build_report, by_number, render_status
from lyricclip_cli.report.model import (
    ClipReport,
    EarlierLine,
    EarlierRun,
    RenderStatus,
    Report,
    read_report,
    report_json,
    report_schema,
)

__all__ = [
    "ClipReport",
    "EarlierLine",
    "EarlierRun",
    "RenderResult",
    "RenderStatus",
    "Report",
    "RunFacts",
    "build_report",
    "by_number",
    "read_report",
    "render_status",
    "report_json",
    "report_schema",
]
