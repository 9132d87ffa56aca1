"""The bench: ours beside the method it replaces, a careful script and the floor, with all targets in one table.

    just bench [--quick] [--repeat 3] [--jobs processor,network] [--contenders ours,floor]

Contenders take turns within a round and rounds are repeated, so that all see the same machine; nothing else should run
meanwhile. Sources are made once, in `artifacts/bench/sources`. `--quick` only shows that everything works.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.contenders import CONTENDERS, Result, Stage, render, run_ours
from bench.network import Cdn
from bench.sources import sources
from bench.table import data, text
from bench.targets import Book, Round, rows
from bench.work import Work, compared_work, own_work

FOLDER = Path("artifacts/bench")


def main() -> None:
    """Measure, and show."""
    asked = _arguments()
    root = sources(FOLDER / "sources").resolve()
    compared, own = compared_work(quick=asked.quick), own_work(quick=asked.quick)
    works = {name: work for name, work in (compared | own).items() if name in asked.jobs}
    rounds = []
    with Cdn(root) as cdn:
        for number in range(asked.repeat):
            rounds.append(_round(number, works, set(compared), asked.contenders, cdn, root))
            book = Book(rounds, works, root)
            _write(book)  # after each round: a bench that is broken off has not been in vain
    print(text(book, list(rows(book))))


def _arguments() -> argparse.Namespace:
    jobs = [*compared_work(quick=True), *own_work(quick=True)]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=None, help="rounds; default 3, with --quick 1")
    parser.add_argument("--jobs", default=",".join(jobs), help="default: %(default)s")
    parser.add_argument("--contenders", default=",".join(CONTENDERS), help="default: %(default)s")
    parser.add_argument("--quick", action="store_true", help="few lines, one round: whether it works, not how fast")
    asked = parser.parse_args()
    asked.repeat = asked.repeat or (1 if asked.quick else 3)
    asked.jobs, asked.contenders = asked.jobs.split(","), asked.contenders.split(",")
    unknown = {*asked.jobs} - {*jobs} | {*asked.contenders} - {*CONTENDERS}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return asked


def _round(
    number: int, works: dict[str, Work], compared: set[str], contenders: Sequence[str], cdn: Cdn, root: Path
) -> Round:
    """Every job by everybody once; who begins changes with each round."""
    done: Round = {}
    turn = [*contenders[number % len(contenders) :], *contenders[: number % len(contenders)]]
    for name, work in works.items():
        for contender in turn if name in compared else ["ours"] if "ours" in contenders else []:
            with _stage(cdn, root) as stage:
                own = _with_resume if name == "four-minutes" else run_ours
                result = CONTENDERS[contender](work, stage) if name in compared else own(work, stage)
            done[name, contender] = result
            print(f"round {number + 1}, {name}, {contender}: {result.wall_s:.2f} s", file=sys.stderr, flush=True)
    return done


def _with_resume(work: Work, stage: Stage) -> Result:
    """The same command twice: the second one finds all clips of the first."""
    first = run_ours(work, stage)
    second = render(work, stage.folder / f"{work.name}.json", stage)
    first.facts["resume_s"] = second.wall_s
    return first


@contextmanager
def _stage(cdn: Cdn, root: Path) -> Iterator[Stage]:
    """An empty folder for one run, gone afterwards."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=FOLDER)).resolve()
    try:
        yield Stage(folder, cdn, root)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(book: Book) -> None:
    found = list(rows(book))
    (FOLDER / "bench.json").write_text(json.dumps(data(book, found), indent=2) + "\n", encoding="utf-8")
    (FOLDER / "bench.md").write_text(text(book, found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
