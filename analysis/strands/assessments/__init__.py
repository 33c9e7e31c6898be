"""Examination of assessments: sampling, ratings, agreement of raters, and detail of use against thoroughness."""
