"""Forms: form-js JSON read, checked when it is deployed, validated when it is sent, and drawn as plain HTML fields.

Pure: no database and no Flask. What form-js does in the browser is done again here, because the server's check is the rule;
`docs/forms.md` lists where the two differ.
"""

from engine.forms.checks import check_form
from engine.forms.form import Component, Form, build_form, parse_form
from engine.forms.localization import localized, localized_form, untranslated
from engine.forms.messages import FieldError
from engine.forms.plain import PlainField, PlainOption, plain_fields
from engine.forms.plain_input import change_rows, parse_plain
from engine.forms.schema import FormSchema, form_schema
from engine.forms.submission import Submission, field_errors, merged, validate

__all__ = [
    "Component",
    "FieldError",
    "Form",
    "FormSchema",
    "PlainField",
    "PlainOption",
    "Submission",
    "build_form",
    "change_rows",
    "check_form",
    "field_errors",
    "form_schema",
    "localized",
    "localized_form",
    "merged",
    "parse_form",
    "parse_plain",
    "plain_fields",
    "untranslated",
    "validate",
]
