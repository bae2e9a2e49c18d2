"""Which scope a token needs for which call: by method and path, the first that fits. A call that fits none is refused.

A person with a name and a password has every scope; what they may do there is their permissions' matter, as it is a token's.
"""

from __future__ import annotations

import re
from functools import lru_cache

READ = "GET .*|POST .*/search|POST .*/statistics/.*"
RULES = [
    ("", "GET /v2/(topology|status|license|authentication/me)"),
    ("admin", "PUT /v2/clock|POST /v2/clock/reset"),
    ("admin", ".* /v2/(users|groups|roles|tenants|authorizations|mapping-rules)(/.*)?"),
    ("processes:deploy", "POST /v2/deployments|POST /v2/resources/.*/deletion"),
    ("decisions:evaluate", "POST /v2/(decision-definitions|expression)/evaluation"),
    ("instances:read", "POST /v2/process-definitions/(.*/)?statistics/.*"),
    ("processes:read", f"(?=.* /v2/(process-definitions|decision-definitions|decision-requirements|resources|forms))({READ})"),
    ("instances:read", f"(?=.* /v2/)({READ})"),
    ("instances:start", "POST /v2/process-instances|POST /v2/(messages|signals)/.*"),
    ("tasks:work", ".* /v2/user-tasks/.*"),
    ("jobs:work", ".* /v2/jobs/.*"),
    ("instances:manage", ".* /v2/(process-instances|element-instances|incidents|decision-instances|batch-operations|timers)/.*"),
    ("cases:write", "(POST|PUT|PATCH) /api/cases(/.*)?"),
    ("cases:read", "GET /api/cases(/.*)?"),
    ("customers:read", "GET /api/customers(/.*)?"),
    ("figures:read", "GET /api/figures(/.*)?"),
]  # fmt: skip
_COMPILED = [(scope, re.compile(pattern)) for scope, pattern in RULES]


@lru_cache(maxsize=1000)
def needed_scope(method: str, path: str) -> str | None:
    """The scope for a call; "" when any will do, None when no token may make it. `path` as a route or as called."""
    call = f"{method} {path}"
    return next((scope for scope, pattern in _COMPILED if pattern.fullmatch(call)), None)
