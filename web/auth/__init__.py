"""Signing in and out: sessions by Flask-Login, passwords checked by the people services."""
