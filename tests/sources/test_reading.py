"""Files are read strictly: every way in which one can be broken is one clear error."""

import pytest

from analysis.errors import DataError
from analysis.sources.reading import read_text_table


def write(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_cells_stay_text_and_the_index_is_the_line_number(tmp_path):
    frame = read_text_table(write(tmp_path, "a,b\n01,NA\n,x\n"))
    assert frame.index.tolist() == [2, 3]
    assert frame.loc[2].tolist() == ["01", "NA"]
    assert frame.loc[3, "a"] == ""


def test_quoted_cells_with_commas_and_line_breaks(tmp_path):
    frame = read_text_table(write(tmp_path, 'a,b\n"1,5","two\nlines"\n2,3\n'))
    assert frame.iloc[0].tolist() == ["1,5", "two\nlines"]
    assert frame.iloc[1].tolist() == ["2", "3"]


def test_byte_order_mark_blank_lines_and_windows_line_ends(tmp_path):
    frame = read_text_table(write(tmp_path, b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n"))
    assert list(frame.columns) == ["a", "b"]
    assert frame.index.tolist() == [2, 4]


def test_repeated_headers_are_kept(tmp_path):
    assert list(read_text_table(write(tmp_path, "a,a\n1,2\n")).columns) == ["a", "a"]


@pytest.mark.parametrize(("content", "words"), [
    ("", "file table.csv: the file is empty"),
    ("a,b\n1,2\n3", "row 3: the last line does not end"),
    ("a,b\n1,2\n3\n4,5\n", "row 3: the line has 1 fields"),
    ('a,b\n"1",2\n3,4,5\n', "row 3: the line has 3 fields"),
    (b"a,b\n\xff,2\n", "not UTF-8"),
])
def test_broken_files(tmp_path, content, words):
    with pytest.raises(DataError) as caught:
        read_text_table(write(tmp_path, content))
    assert words in str(caught.value)
