import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from engine.clock import MovableClock
from engine.errors import Forbidden, InvalidInput, NotFound
from engine.runtime import Runtime
from engine.services import attachments, cases, settings, uploads
from engine.services.customers.files import new_customer
from tests.engine.services.desk_people import ADMIN, AGENT, WAREHOUSE, person

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "red").save(drawn, kind, **options)
    return drawn.getvalue()


@pytest.fixture
def number(runtime: Runtime) -> str:
    with runtime.unit_of_work() as uow:
        customer = new_customer(runtime, uow, {"name": "王小明", "phone": "13800138000"})
        return cases.open_case(runtime, uow, "alice", "complaint", "online", "破损", customer_key=customer.key).number


def owner(runtime: Runtime, number: str) -> Any:
    view = cases.get_case(runtime, number, actor=AGENT)
    assert view.customer is not None
    return person("wang", "customer", customer_key=view.customer.key)


def test_a_picture_is_kept_with_a_thumbnail_and_on_the_timeline(runtime: Runtime, number: str) -> None:
    content = picture()
    kept = attachments.attach(runtime, number, "破损照片.png", content, actor=AGENT)
    assert (kept.media_type, kept.size, kept.has_thumbnail) == ("image/png", len(content), True)
    assert attachments.read_attachment(runtime, number, kept.key, actor=AGENT).content == content
    small = attachments.read_attachment(runtime, number, kept.key, actor=AGENT, thumbnail=True)
    with Image.open(io.BytesIO(small.content)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (320, 240))
    entries = cases.timeline(runtime, number, actor=AGENT, kinds=("file",))
    assert [entry.text for entry in entries] == ["破损照片.png"]


@pytest.mark.parametrize(("kind", "media_type"), list(attachments.PICTURES.items()))
def test_the_content_says_what_a_file_is_and_not_its_name(kind: str, media_type: str) -> None:
    assert attachments.inspect(picture(kind))[0] == media_type


def test_a_pdf_is_taken_without_a_thumbnail() -> None:
    assert attachments.inspect(PDF) == ("application/pdf", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"MZ\x90\x00",
        b"%PDF-1.7 that never ends",
        picture()[:200],
        picture("TIFF"),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        attachments.inspect(content)
    assert "file" in refused.value.fields


def test_a_picture_that_unfolds_into_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_PIXELS", 100)
    with pytest.raises(InvalidInput):
        attachments.inspect(picture(size=(11, 10)))


def test_where_a_photo_was_taken_does_not_show_in_its_thumbnail() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    _, thumbnail = attachments.inspect(picture("JPEG", exif=exif))
    assert thumbnail is not None
    assert b"at home" not in thumbnail


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd.png"), ("C:\\x\\a.png", "a.png"), ("run.exe", "run.exe.png"), ("\x00\n", "file.png")],
)
def test_a_name_leads_nowhere_and_ends_as_its_type(sqlite_runtime: Runtime, name: str, kept: str) -> None:
    assert attachments._clean_name(name, "image/png") == kept


def test_limits_of_size_and_number_are_kept(runtime: Runtime, number: str) -> None:
    settings.change_setting(runtime, "attachments.most_files", 1, actor=ADMIN)
    attachments.attach(runtime, number, "a.pdf", PDF, actor=AGENT)
    with pytest.raises(InvalidInput, match="too many"):
        attachments.attach(runtime, number, "b.pdf", PDF, actor=AGENT)
    settings.change_setting(runtime, "attachments.most_bytes", 1024, actor=ADMIN)
    with pytest.raises(InvalidInput, match="too large"):
        attachments.attach(runtime, number, "c.png", picture(size=(2000, 2000)), actor=AGENT)


def test_a_customer_sees_the_own_files_and_not_internal_ones(runtime: Runtime, number: str) -> None:
    customer = owner(runtime, number)
    internal = attachments.attach(runtime, number, "检测报告.pdf", PDF, actor=AGENT)
    own = attachments.attach(runtime, number, "a.png", picture(), actor=customer)
    assert [view.key for view in attachments.list_attachments(runtime, number, actor=customer)] == [own.key]
    with pytest.raises(NotFound):
        attachments.read_attachment(runtime, number, internal.key, actor=customer)
    assert len(attachments.list_attachments(runtime, number, actor=WAREHOUSE)) == 2


def test_a_stranger_reads_nothing(runtime: Runtime, number: str) -> None:
    kept = attachments.attach(runtime, number, "a.pdf", PDF, actor=AGENT, public=True)
    with pytest.raises(NotFound):
        attachments.read_attachment(runtime, number, kept.key, actor=person("eve", "customer", customer_key=1))
    with pytest.raises(Forbidden):
        attachments.list_attachments(runtime, number, actor=person("owner", "process_owner"))


def test_a_file_is_not_read_through_another_case(runtime: Runtime, number: str) -> None:
    kept = attachments.attach(runtime, number, "a.pdf", PDF, actor=AGENT)
    with runtime.unit_of_work() as uow:
        other = cases.open_case(runtime, uow, "alice", "complaint", "online", "另一件").number
    with pytest.raises(NotFound):
        attachments.read_attachment(runtime, other, kept.key, actor=AGENT)


def test_an_upload_that_reaches_no_case_is_removed_after_its_time_and_another_stays(
    runtime: Runtime, clock: MovableClock, number: str
) -> None:
    forgotten = uploads.keep(runtime, "a.png", picture(), actor=AGENT)
    sent = uploads.keep(runtime, "b.png", picture(), actor=AGENT)
    with runtime.unit_of_work() as uow:
        uploads.place(runtime, uow, cases.find_case(uow, number), [sent.key], AGENT)
    clock.advance(timedelta(days=6))
    assert runtime.transact(uploads.purge) == 0
    clock.advance(timedelta(days=2))
    assert runtime.transact(uploads.purge) == 1
    assert uploads.names(runtime, [forgotten.key], actor=AGENT) == {}
    with runtime.unit_of_work(read_only=True) as uow:
        assert attachments.store.get(uow, forgotten.key, "original") is None
    assert attachments.read_attachment(runtime, number, sent.key, actor=AGENT).name == "b.png"
