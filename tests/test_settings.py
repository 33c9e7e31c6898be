"""The project's own YAML files: a broken one is one clear sentence with file and line."""

import pytest

from analysis.design import load_design
from analysis.errors import DesignError
from analysis.sources.catalogue import catalogue

BROKEN = {"seed: 1\nsurvey: [open\n": "file settings.yml, row", "": "holds no mapping", "- a\n": "holds no mapping",
          "just text\n": "holds no mapping"}


@pytest.mark.parametrize("read", [load_design, catalogue])
@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_is_one_sentence(content, read, tmp_path):
    file = tmp_path / "settings.yml"
    file.write_text(content)
    with pytest.raises(DesignError, match=BROKEN[content]) as caught:
        read(file)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["datasets: [1, 2]\n", "datasets: {}\n", "datasets: {costs: text}\n"])
def test_a_catalogue_of_another_shape_is_refused(content, tmp_path):
    file = tmp_path / "catalogue.yml"
    file.write_text(content)
    with pytest.raises(DesignError, match="expected"):
        catalogue(file)


@pytest.mark.parametrize("read", [load_design, catalogue])
def test_a_missing_file_is_named(read, tmp_path):
    with pytest.raises(DesignError, match="file gone.yml: the file cannot be read"):
        read(tmp_path / "gone.yml")


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "settings.yml").write_bytes("seed: 1\n".encode("utf-16"))
    with pytest.raises(DesignError, match="settings.yml: the file is not UTF-8"):
        load_design(tmp_path / "settings.yml")
