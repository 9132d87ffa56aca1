"""Job folders: which names are taken, and that the temporary one goes."""

from datetime import datetime
from pathlib import Path

import pytest

from lyricclip_cli.errors import MachineError, UsageError
from lyricclip_cli.job import JobFolder, job_folder, job_id_of, work_folder

OUT = Path("artifacts/renders")
NOW = datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    "job_id",
    ["demo", "My song (live)", "夢", "a.b", "-v", "_", "con1", "console", "null", "a" * 100, "com0", "x.nul"],
)
def test_a_plain_folder_name_is_a_job_id(job_id: str) -> None:
    assert job_folder(OUT, job_id) == JobFolder(job_id, OUT / job_id)
    assert (OUT / job_id).parent == OUT


@pytest.mark.parametrize(
    "job_id",
    [
        "",
        ".",
        "..",
        "../x",
        "../../etc",
        "a/b",
        "/etc",
        "a\\b",
        "C:",
        "C:x",
        ".hidden",
        "a.",
        "a ",
        "a\0b",
        "a\nb",
        "a\x1bb",
        'a"b',
        "a*",
        "a?",
        "a|b",
        "<a>",
        "NUL",
        "nul",
        "CON",
        "con.txt",
        "Aux.tar.gz",
        "prn",
        "COM1",
        "lpt9.x",
        "CONIN$",
        "a" * 101,
        "a" * 300,
    ],
)
def test_what_could_lead_elsewhere_or_not_exist_is_refused(job_id: str) -> None:
    with pytest.raises(UsageError) as caught:
        job_folder(OUT, job_id)
    assert caught.value.message == f"{job_id[:60]!r} cannot be a job id"
    assert caught.value.exit_code == 2


def test_a_name_that_takes_more_than_255_bytes_is_refused() -> None:
    with pytest.raises(UsageError):
        job_folder(OUT, "夢" * 100)


@pytest.mark.parametrize(
    ("timeline", "job_id"),
    [("a/demo.json", "demo"), ("demo.v2.json", "demo.v2"), ("demo", "demo"), ("x.json.json", "x.json")],
)
def test_without_an_id_the_job_has_the_timelines_name(timeline: str, job_id: str) -> None:
    assert job_id_of(Path(timeline)) == job_id


def test_a_jobs_files_have_these_names(tmp_path: Path) -> None:
    folder = job_folder(tmp_path, "demo")
    files = [folder.film, folder.report, folder.log, folder.clips]
    assert [str(file.relative_to(tmp_path)) for file in files] == [
        "demo/film.mp4",
        "demo/metrics.json",
        "demo/render.log.jsonl",
        "demo/clips",
    ]
    with folder.held(NOW):
        assert folder.clips.is_dir()


def test_a_folder_that_cannot_be_made_is_the_machines_fault(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(MachineError) as caught:
        job_folder(tmp_path, "demo").held(NOW).__enter__()
    assert (caught.value.exit_code, caught.value.hint) == (4, "name another folder with -o")
    assert caught.value.message == f"{tmp_path / 'demo'} cannot be written: File exists"


def test_the_work_folder_is_a_runs_own_and_gone_in_the_end(tmp_path: Path) -> None:
    root = tmp_path / "tmp"
    with work_folder(root, "demo") as one, work_folder(root, "demo") as other:
        assert one != other
        assert (one.parent, one.name[:5]) == (root, "demo-")
        (one / "clip-1").mkdir()
        (one / "clip-1" / "x.nut").write_bytes(b"x")
    assert list(root.iterdir()) == []


def test_the_work_folder_is_gone_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), work_folder(tmp_path, "demo"):
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []
