"""Callback campaigns: whom a supervisor chose, whom that reaches and whom not and why, starting, stopping, and what came of it."""

from engine.services.campaigns.choosing import EXCLUSIONS, Choice, Chosen, Excluded, choose
from engine.services.campaigns.running import (
    CampaignView,
    change_campaign,
    create_campaign,
    get_campaign,
    list_campaigns,
    preview,
    start_campaign,
    stop_campaign,
)
from engine.services.campaigns.wishes import Wishes, wishes_from

__all__ = [
    "EXCLUSIONS",
    "CampaignView",
    "Choice",
    "Chosen",
    "Excluded",
    "Wishes",
    "change_campaign",
    "choose",
    "create_campaign",
    "get_campaign",
    "list_campaigns",
    "preview",
    "start_campaign",
    "stop_campaign",
    "wishes_from",
]
