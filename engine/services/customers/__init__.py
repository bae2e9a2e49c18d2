"""Customer files: finding and matching, changing with consent, and the single view of everything about a customer."""

from engine.services.customers.files import (
    CustomerView,
    change_customer,
    create_customer,
    get_customer,
    mark_reviewed,
    match_customer,
    search_customers,
    stale_customers,
)
from engine.services.customers.history import CustomerHistory, history
from engine.services.customers.masking import mask_address, mask_email, mask_name, mask_phone
from engine.services.customers.standing import Standing, review_after, standing
from engine.services.customers.tiers import churn_risks, retier, tier_for

__all__ = [
    "CustomerHistory",
    "CustomerView",
    "Standing",
    "change_customer",
    "churn_risks",
    "create_customer",
    "get_customer",
    "history",
    "mark_reviewed",
    "mask_address",
    "mask_email",
    "mask_name",
    "mask_phone",
    "match_customer",
    "retier",
    "review_after",
    "search_customers",
    "stale_customers",
    "standing",
    "tier_for",
]
