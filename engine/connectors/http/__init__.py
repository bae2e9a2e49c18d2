"""Connectors that speak HTTP and JSON. To connect another shop or courier, copy one of these modules."""
