"""Writes to materials: slides, minutes, photographs, the scan of a sign-in sheet."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from zhiheng.core.files import operations as files
from zhiheng.core.operations import operation, record
from zhiheng.core.people.models import Account
from zhiheng.gatherings.models import MATERIAL, Edition, Material, Session, Visibility


@operation("gatherings.add_material", "上传资料", "add a material")
def add_material(
    *,
    by: Account,
    edition: Edition,
    content: UploadedFile[bytes] | bytes | None,
    title: str = "",
    visibility: Visibility = Visibility.STAFF,
    session: Session | None = None,
    name: str = "",
) -> Material:
    """Keep a file with an edition, or with one of its sessions, for those who may see it."""
    file = files.keep(by=by, purpose=MATERIAL, content=content, name=name, about=edition)
    material = Material(
        edition=edition, session=session, file=file, title=title.strip() or file.name, visibility=visibility
    )
    material.full_clean()
    material.save()
    record(by, "gatherings.add_material", material, ["edition", "session", "file", "title", "visibility"])
    record(by, "gatherings.add_material", edition, ["materials"])
    return material


@operation("gatherings.add_material", "删除资料", "remove a material")
def remove_material(*, by: Account, material: Material) -> None:
    """Remove a material and the bytes of its file."""
    file = material.file
    record(by, "gatherings.remove_material", material)
    record(by, "gatherings.remove_material", material.edition, ["materials"])
    material.delete()
    files.delete(by=by, file=file)
