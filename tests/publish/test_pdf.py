"""From the book on one page to the version that is printed."""

import builtins

import pytest

from analysis.errors import DataError
from analysis.publish.pdf import print_pdf, print_version

PAGE = ('<html><head><title>T</title></head><body><nav>menu</nav><article><h1>Front</h1>'
        '<div class="toctree-wrapper"><section><h2>Chapter</h2><h3>Part</h3>'
        '<details class="hide"><summary>Show the code</summary>x = 1</details><img src="a.svg" alt="A"></section></div>'
        '</article></body></html>')


def test_chapters_become_first_level_headings_and_code_is_left_out(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    html = print_version(PAGE, tmp_path)
    assert "<h1>Chapter</h1>" in html and "<h2>Part</h2>" in html
    assert "Show the code" not in html and "menu" not in html


def test_a_missing_picture_is_an_error(tmp_path):
    with pytest.raises(DataError, match="a.svg"):
        print_version(PAGE, tmp_path)


def test_a_system_without_pango_is_named_in_one_line(monkeypatch, capsys):
    real = builtins.__import__

    def without_pango(name, *rest):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'\nmore lines")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    assert print_pdf() == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and "libpango-1.0-0" in lines[0]
