"""How much one FEEL text and one evaluation may take; every limit of the language is a constant here."""

import time

# Seconds are the thread's own, of the processor: a busy or paused machine is not the expression's fault.
spent = time.thread_time

MAX_TEXT_BYTES = 64 * 1024
MAX_NESTING = 80  # brackets, if/for/function bodies inside each other
MAX_CHAIN = 200  # postfix parts (.a[1](x)) and comparisons in a row
MAX_LIST_ITEMS = 100_000
MAX_STRING_LENGTH = 1_000_000
MAX_UNITS = 1_000_000  # list cells, context entries and loop turns of one evaluation together
MAX_SECONDS = 1.0
MAX_CALL_DEPTH = 64  # user functions calling themselves
MAX_DEPTH = 100  # lists and contexts inside each other in a result
MAX_PATTERN_LENGTH = 1_000
MAX_PATTERN_REPEAT = 10_000  # all repeat counts of a pattern multiplied
REGEX_SECONDS = 0.1
CHARACTERS_A_UNIT = 16  # a long string counts as this many characters a list cell
UNITS_BETWEEN_CLOCK_READS = 500
