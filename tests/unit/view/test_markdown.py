"""Markdown of a plan as lines of a terminal: what a person reads, and nothing that acts."""

from hypothesis import given
from hypothesis import strategies as st

from gonogo.text.tones import Tone, line_text
from gonogo.view.markdown import markdown_lines

TEXT = """\
# Cut the branch
From the commit that
passed the **night run**.

1. Look at `CI`
   - twice
2. Ask [QA](https://qa.example.com)

```
make rc
```
<b>loud</b>
"""


def texts(text: str) -> list[str]:
    """Its lines without tones."""
    return [line_text(line) for line in markdown_lines(text)]


def test_blocks_become_lines_that_read_as_they_were_meant() -> None:
    """Paragraphs are one line each, lists are indented, a link shows where it leads."""
    assert texts(TEXT) == [
        "Cut the branch",
        "From the commit that passed the night run.",
        "1. Look at CI",
        "  - twice",
        "2. Ask QA (https://qa.example.com)",
        "  make rc",
        "<b>loud</b>",
    ]


def test_stress_is_a_tone() -> None:
    """Bold and headings stand out, the words beside them do not."""
    tones = {span.text: span.tone for line in markdown_lines(TEXT) for span in line}
    assert tones["night run"] is Tone.STRONG
    assert tones["Cut the branch"] is Tone.STRONG
    assert tones["From the commit that"] is Tone.PLAIN


@given(st.text(max_size=300))
def test_no_text_breaks_out_of_its_lines(text: str) -> None:
    """Whatever stands there: printable lines, without an escape."""
    for line in texts(text):
        assert "\n" not in line
        assert "\x1b" not in line
