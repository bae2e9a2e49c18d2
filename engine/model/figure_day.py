"""The samples of figures on days that are over, packed by day, so that a long period need not be read from the cases again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, KeyType, Name

KEEP_FIGURES = "kefuflow:keep-figures"  # the type of the job that keeps them


class FigureDay(Base):
    """One day (ISO 8601, on the wall of the desk's `zone`) and the cases that count on it; true as of a moment.

    `cases` has their keys, `sides` what they can be grouped by as places in `names`; see `engine.services.figures.packing`.
    """

    __tablename__ = "figure_day"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    zone: Mapped[str | None] = mapped_column(String(64))  # None: kept before it was said; the next night says it
    as_of: Mapped[datetime]
    names: Mapped[list[str]]
    cases: Mapped[bytes] = mapped_column(LargeBinary)
    sides: Mapped[bytes] = mapped_column(LargeBinary)


class FigureSamples(Base):
    """One figure's samples of one day."""

    __tablename__ = "figure_samples"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    figure: Mapped[Name] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    samples: Mapped[bytes] = mapped_column(LargeBinary)


class FigureMonth(Base):
    """The days of a month in one piece, when all of them are kept and settled: the samples of a figure, or a column of their lines.

    It goes when one of its days is made again; see `engine.services.figures.months`.
    """

    __tablename__ = "figure_month"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    name: Mapped[Name] = mapped_column(primary_key=True)
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class StepDay(Base):
    """The visits of one version's steps that ended on one day; see `engine.services.figures.step_days`.

    With the key 0 it says that the day is kept, whatever happened on it.
    """

    __tablename__ = "step_day"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True, default=DEFAULT_TENANT)
    process_definition_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    visits: Mapped[bytes] = mapped_column(LargeBinary)
