"""Connectors that speak HTTP and JSON. To connect another shop, courier or message operator, copy one of these modules."""
