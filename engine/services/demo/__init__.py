"""A demo desk: people, customers, orders and a few complaints, made up, and the same at every loading."""

from engine.services.demo.loading import load
from engine.services.demo.year import load_year

__all__ = ["load", "load_year"]
