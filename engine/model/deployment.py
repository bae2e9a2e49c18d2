"""What owners deploy: files, and the versions of processes, decisions and forms that they define."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from engine.model.base import Base, Keyed, KeyType


class Deployment(Keyed, Base):
    """One call of deploy: who brought which files, and when."""

    __tablename__ = "deployment"

    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(String(255))


class Resource(Keyed, Base):
    """One file as it was sent. A file that has not changed since its last deployment is not stored again."""

    __tablename__ = "resource"
    __table_args__ = (Index(None, "tenant_id", "name", "key"),)

    deployment_key: Mapped[int] = mapped_column(ForeignKey("deployment.key"))
    name: Mapped[str] = mapped_column(String(255))
    checksum: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary), raiseload=True)


class DeploymentItem(Base):
    """A definition that a deployment brought, new or unchanged: what the binding `deployment` looks up."""

    __tablename__ = "deployment_item"

    deployment_key: Mapped[int] = mapped_column(KeyType, ForeignKey("deployment.key"), primary_key=True)
    definition_key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))  # process, requirements, decision, form


class _Definition(Keyed):
    """One version of one id. `deployment_key` is the deployment that made this version.

    A version that was deleted is not started, called, evaluated or opened any more, and its number is never given again; the
    row stays for what ran on it.
    """

    resource_key: Mapped[int] = mapped_column(ForeignKey("resource.key"))
    deployment_key: Mapped[int] = mapped_column(ForeignKey("deployment.key"))
    resource_name: Mapped[str] = mapped_column(String(255))
    checksum: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(255))
    version: Mapped[int]
    version_tag: Mapped[str | None] = mapped_column(String(255))
    deployed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ProcessDefinition(_Definition, Base):
    """A version of a process."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("tenant_id", "process_id", "version"),)

    process_id: Mapped[str] = mapped_column(String(255))
    start_form_id: Mapped[str | None] = mapped_column(String(255))
    name_en: Mapped[str | None] = mapped_column(String(255))  # "" where the diagram says none; None until it was read


class ElementName(Base):
    """How a version of a process names an element, so that what passed it can be searched by that name.

    The process itself has one, its id where it has no name; an element without a name has none.
    """

    __tablename__ = "element_name"

    definition_key: Mapped[int] = mapped_column(
        KeyType, ForeignKey("process_definition.key"), primary_key=True, autoincrement=False
    )
    element_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class DecisionRequirements(_Definition, Base):
    """A version of a DMN file as a whole: its decisions and how they need each other."""

    __tablename__ = "decision_requirements"
    __table_args__ = (UniqueConstraint("tenant_id", "requirements_id", "version"),)

    requirements_id: Mapped[str] = mapped_column(String(255))
    namespace: Mapped[str] = mapped_column(String(255))


class DecisionDefinition(_Definition, Base):
    """A version of one decision of a DMN file."""

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("tenant_id", "decision_id", "version"),)

    decision_id: Mapped[str] = mapped_column(String(255))
    type: Mapped[str | None] = mapped_column(String(24))  # as in a trace: DECISION_TABLE, LITERAL_EXPRESSION, CONTEXT …
    requirements_id: Mapped[str] = mapped_column(String(255))
    requirements_key: Mapped[int] = mapped_column(KeyType, ForeignKey("decision_requirements.key"))


class FormDefinition(_Definition, Base):
    """A version of a form."""

    __tablename__ = "form_definition"
    __table_args__ = (UniqueConstraint("tenant_id", "form_id", "version"),)

    form_id: Mapped[str] = mapped_column(String(255))
