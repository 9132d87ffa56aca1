# Everything that is done to this project more than once. The tools come from .venv, active or not.

export PATH := justfile_directory() / ".venv/bin" + ":" + env_var("PATH")

# how `check` shares the tests out: whole files, in their order (the long ones come early), a worker for each core
workers := "--numprocesses logical --dist loadfile --no-loadscope-reorder"

# list the recipes
default:
    @just --list --unsorted

# make .venv if it is not there and install lyricclip with its development tools
setup:
    test -d .venv || python3 -m venv .venv
    .venv/bin/pip install --quiet --editable ".[dev]"

# put all code into the one format, and repair what ruff can repair
format:
    ruff check --fix-only .
    ruff format .

# style and common mistakes; changes nothing
lint:
    ruff check .
    ruff format --check .

# types, strictly
types:
    mypy

# a line of the layer list imports only lines below it
layers:
    lint-imports

# run the tests: `just test`, `just test tests/frames -k held`
test *ARGS:
    pytest {{ ARGS }}

# fuzz every reader of files and of what servers send, at length (an hour): `just fuzz`, `just fuzz 5 -k playlist`
fuzz TIMES="50" *ARGS:
    FUZZ_TIMES={{ TIMES }} pytest tests/property --timeout 0 -k "fuzz" {{ ARGS }}

# everything that must hold before a commit; CI runs the same
check: lint types layers (test workers)

# the README's two commands, in a fresh clone of what is committed with environments of their own (minutes)
fresh:
    CI_FRESH_CLONE=1 pytest tests/service/test_readme.py -k fresh

# make the README's pictures again, from one render of the demo
pictures:
    python -m docs.make_pictures

# render the demo film to artifacts/renders/demo/film.mp4
demo *ARGS:
    lyricclip render fixtures/demo/timeline.json --job-id demo {{ ARGS }}

# draw and encode the demo's footage and song again (minutes): `just demo-footage`, `just demo-footage dawn song`
demo-footage *NAMES:
    python fixtures/demo/make_demo.py {{ NAMES }}

# make the placeholder clip again: 3 s of black and a gentle 500 Hz beep
placeholder:
    "$(python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" -v error -y -fflags +bitexact \
        -f lavfi -i color=black:size=1280x720:rate=25:duration=3 \
        -f lavfi -i sine=frequency=500:sample_rate=48000:duration=3 \
        -af "volume=-6dB,afade=t=in:d=0.03,afade=t=out:st=2.97:d=0.03,aformat=channel_layouts=stereo" \
        -c:v libx264 -preset slow -crf 30 -threads 2 -pix_fmt yuv420p -profile:v high -level 3.1 \
        -g 25 -flags:v +cgop+bitexact -color_primaries bt709 -color_trc bt709 -colorspace bt709 \
        -c:a aac -b:a 64k -flags:a +bitexact -map_metadata -1 -movflags +faststart \
        lyricclip_cli/assets/clip_placeholder.mp4

# make the packaged lyric font again from the unpacked Debian packages fonts-noto-cjk and fonts-noto-core
font FOLDER:
    python fixtures/fonts/make_font.py {{ FOLDER }}
    python fixtures/fonts/make_widths.py

# draw the golden frames of the lyrics again (look at them before you commit), and the contact sheet docs/lyrics.png
golden:
    python -m tests.golden.pictures

# what burning lyrics costs, in CPU time of the clips
bench-lyrics *ARGS:
    python bench/lyrics_cost.py {{ ARGS }}

# remove what tools and renders leave behind; .venv and finished films under artifacts/renders stay
clean:
    rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build artifacts/render_tmp
    find . -name __pycache__ -type d -not -path "./.venv/*" -prune -exec rm -rf {} +

# cut every shape of stream beside ffmpeg's own seeks, and write the table of docs/frames.md
bench-shapes:
    python bench/shapes.py

# ours beside the method it replaces, a careful script and the floor: minutes to make the sources once, then an hour
bench *ARGS:
    python -m bench {{ ARGS }}
