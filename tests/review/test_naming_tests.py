"""Which tests are said to be about a function."""

from analysis.review.naming_tests import TestFile, about, read_tests


def file(name, modules, tests, bundles=()):
    return TestFile(name, frozenset(modules), {test: frozenset(used) for test, used in tests.items()},
                    frozenset(bundles))


FILES = (file("a.py", ["analysis.strands.costs"], {"test_one": ["by_heading"], "test_two": ["other"]}),
         file("b.py", ["analysis.methods.costs"], {"test_three": ["by_heading"]}),
         file("c.py", ["analysis.strands"], {"test_four": ["by_heading"]}, ["costs"]),
         file("d.py", [], {"test_five": []}, ["costs"]))


def test_tests_that_name_the_function_of_that_module():
    """Of b.py the module is another; c.py imports the package, which passes the name on."""
    assert about("analysis.strands.costs.by_heading", "costs", FILES) == ("a.py::test_one", "c.py::test_four")


def test_failing_those_the_files_that_import_it_then_those_that_build_its_bundle():
    assert about("analysis.strands.costs.unnamed", "costs", FILES) == ("a.py",)
    assert about("analysis.exhibits.costing.table", "costs", FILES) == ("c.py", "d.py")
    assert about("analysis.exhibits.costing.table", "survey", FILES) == ()


def test_the_projects_own_tests_are_read_with_what_their_helpers_use():
    files = {one.file: one for one in read_tests()}
    own = files["tests/review/test_naming_tests.py"]
    assert "analysis.review.naming_tests" in own.modules
    # The tests call `file` only through the constant FILES, but this one names read_tests through no helper.
    assert "read_tests" in own.tests["test_the_projects_own_tests_are_read_with_what_their_helpers_use"]
