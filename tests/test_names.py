from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.models import AuthorityName
from annotations.queries.names import known_names, things_called
from annotations.services.names import NamesRefused, import_names

HEADER = "id\tclass\tfields_of_numismatics\tprop\tlang\tlabel\n"
ROWS = (
    "nike\twordnet:Deity\t\taltLabel\ten\tNice\n"
    "nike\twordnet:Deity\t\tprefLabel\ten\tNike\n"
    "nike\twordnet:Deity\t\tprefLabel\tde\tNiké\n"
    "nike\twordnet:Deity\t\tprefLabel\tel\tΝίκη\n"
    "nice\tnmo:Mint\t\tprefLabel\ten\tNice\n"
    "wreck\tnmo:TypeSeries\t\tprefLabel\ten\t\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "labels.tsv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_names_come_in_with_kind_and_language_and_the_same_file_again_adds_nothing(table: Path) -> None:
    assert import_names(path=table) == {"names": 5, "new": 5, "refused": 1}
    assert import_names(path=table) == {"names": 5, "new": 0, "refused": 1}
    row = AuthorityName.objects.get(name="Niké")
    assert (row.uri, row.kind, row.language, row.folded) == ("http://nomisma.org/id/nike", "deity", "de", "nike")


@pytest.mark.django_db
def test_a_name_is_found_without_case_and_accents_and_brings_its_translations(table: Path) -> None:
    import_names(path=table)
    (nike,) = things_called("NIKE")
    assert nike.names == {"en": "Nike", "de": "Niké", "el": "Νίκη"}, "the preferred name wins over the other"
    assert [thing.uri for thing in things_called("νικη")] == [nike.uri]
    assert things_called("quadriga") == []


@pytest.mark.django_db
def test_of_several_things_of_one_name_the_one_that_coins_show_comes_first(table: Path) -> None:
    import_names(path=table)
    assert [thing.kind for thing in things_called("Nice")] == ["deity", "mint"]
    assert known_names({"nike", "eagle"}) == {"nike": "deity"}


@pytest.mark.django_db
def test_a_file_of_another_shape_is_refused_with_its_missing_columns(tmp_path: Path) -> None:
    path = tmp_path / "other.tsv"
    path.write_text("name\tlang\nNike\ten\n")
    with pytest.raises(NamesRefused, match="no column id, class, prop, label"):
        import_names(path=path)
    path.write_bytes(HEADER.encode() + b"a\tb\t\tprefLabel\ten\t\xff\xfe\n")
    with pytest.raises(CommandError, match="not UTF-8"):
        call_command("import_names", str(path))
    with pytest.raises(CommandError, match="no file"):
        call_command("import_names", str(tmp_path / "nowhere.tsv"))
    assert not AuthorityName.objects.exists()


@pytest.mark.django_db
def test_the_labels_of_nomisma_come_in(shared: Path, tmp_path: Path) -> None:
    some = tmp_path / "some.tsv"
    with (shared / "nomisma" / "nomisma_labels.tsv").open(encoding="utf-8") as lines:
        some.write_text("".join(line for place, line in enumerate(lines) if place < 3000), encoding="utf-8")
    out = StringIO()
    call_command("import_names", str(some), stdout=out)
    assert "0 refused" in out.getvalue()
    assert 2800 < AuthorityName.objects.count() < 3000
