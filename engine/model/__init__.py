"""Mapped entities and the rules between them: what is stored, what states it has, and what may follow what."""
