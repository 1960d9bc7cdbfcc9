"""Questionnaires written as XLSForms: so far their labels and choice lists.

>>> from zhiheng.xform import read_form
>>> form = read_form("questionnaire.xlsx")  # doctest: +SKIP
>>> form.question("q1").label.zh  # doctest: +SKIP
'您对公交的总体评价'
"""

from __future__ import annotations

from zhiheng.xform.form import Choice, Form, Label, Question, read_form
from zhiheng.xform.problems import Problem

__all__ = ["Choice", "Form", "Label", "Problem", "Question", "read_form"]
