"""Models side by side, and pictures of their answers."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import ModelVersion
from tests.learning_rows import make_model, measured
from tests.review_steps import page_of


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def two_models() -> list[ModelVersion]:
    better, worse = measured(), measured(seed=1)
    for slug, row in worse["test"].items():  # measured on the same sides
        row |= {key: better["test"][slug][key] for key in ("n", "positives")}
    better["test"]["eagle"]["ap"], worse["test"]["eagle"]["ap"] = 0.9, 0.4
    better["cost"] = {"epochs": 60, "minutes": 12.5, "parameters": 5_000_000, "images_per_second": None}
    return [make_model(metrics=better), make_model(metrics=worse)]


def test_the_best_figure_of_each_line_is_bold_and_the_others_are_not(page: Client) -> None:
    first, second = two_models()
    html = page_of(page.get(reverse("model_table"), {"models": [first.pk, second.pk], "metrics": "ap"}).content)
    eagle = next(row for row in html.select("tbody tr") if row.th.get_text(strip=True) == "eagle")
    assert [cell.get_text(strip=True)[:5] for cell in eagle.select("td")[1:]] == ["0.900", "0.400"]
    assert [cell.find("strong") is not None for cell in eagle.select("td")[1:]] == [True, False]
    assert "12.5" in html.text and "5,000,000" in html.text


def test_the_cost_of_features_stands_apart_from_learning(page: Client) -> None:
    one, resting = two_models()
    resting.metrics["cost"] = {"epochs": 60, "minutes": 3.0, "features_minutes": 2.5, "features_kept": 1200}
    resting.metrics["cost"] |= {"images_per_second": None, "features_per_second": 26_009.0}
    resting.save()
    rows = rows_of(page, [one, resting], metrics="ap")
    assert rows["Training"] == ["minutes", "12.5", "3"] and rows["Of it making features"] == ["minutes", "–", "2.5"]
    assert rows["Features kept since earlier runs"][2] == "1,200"
    assert rows["Learning from features"] == ["sides/s", "–", "26,009"] and "Learning" not in rows


def test_epochs_of_networks_of_their_own_are_told_for_one_network(page: Client) -> None:
    one, several = two_models()
    several.metrics |= {
        "cost": {"epochs": 5, "minutes": 1.0, "predict_images_per_second": 90.0},
        "epochs": [{"epoch": place, "concept": "horse" if place > 3 else "eagle"} for place in range(1, 6)],
    }
    several.save()
    rows = rows_of(page, [one, several], metrics="ap")
    assert rows["Networks"][1:] == ["1", "2"]
    assert rows["Epochs of a network, on average"][1:] == ["60", "2.5"]
    assert rows["Answering; of several networks, pictures partly from memory"][1:] == ["–", "90"]
    alone = rows_of(page, [one], metrics="ap")
    assert alone["Epochs"][1:] == ["60"] and "Networks" not in alone


def rows_of(page: Client, models: list[ModelVersion], **asked: str) -> dict[str, list[str]]:
    """Cells by the name of their line."""
    html = page_of(page.get(reverse("model_table"), {"models": [each.pk for each in models], **asked}).content)
    return {
        row.th.get_text(strip=True): [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in html.select("tbody tr")
    }


def bold(page: Client, models: list[ModelVersion]) -> list[str]:
    asked = {"models": [each.pk for each in models], "metrics": "ap"}
    return [each.get_text() for each in page_of(page.get(reverse("model_table"), asked).content).select("td strong")]


def test_the_mean_goes_over_the_concepts_that_every_model_has(page: Client) -> None:
    first, second = two_models()
    del second.metrics["test"]["horse"]
    second.save()
    first.metrics["test"]["eagle"] |= {"ap": 0.9}
    first.metrics["test"]["horse"] |= {"ap": 0.1}
    first.save()
    rows = rows_of(page, [first, second], metrics="ap")
    assert [cell[:5] for cell in rows["Mean of the 1 with all figures"][1:]] == ["0.900", "0.400"]
    for figures in second.metrics["test"], second.metrics["test_expert"]:
        figures.pop("eagle")
    second.save()
    assert not [name for name in rows_of(page, [first, second], metrics="ap") if name.startswith("Mean")]


def test_a_figure_that_stands_alone_or_was_measured_on_other_sides_is_not_bold(page: Client) -> None:
    first, second = two_models()
    second.metrics["test"]["horse"]["ap"] = None
    second.save()
    assert "0.900" in bold(page, [first, second])
    assert f"{first.metrics['test']['horse']['ap']:.3f}" not in bold(page, [first, second])
    second.metrics["test"]["eagle"]["n"] -= 1
    second.save()
    assert not bold(page, [first, second])
    sides = rows_of(page, [first, second], metrics="ap")["eagle"][0]
    assert sides.count(" of ") == 2, "each model's own count stands there"


def test_answers_of_experts_come_first_where_every_model_was_measured_on_them(page: Client) -> None:
    with_experts, without = make_model(metrics=measured(expert_answers=40)), make_model()

    def part(*models: ModelVersion) -> str:
        return str(page.get(reverse("model_table"), {"models": [each.pk for each in models]}).context["choice"].part)

    assert (part(with_experts), part(with_experts, without)) == ("test_expert", "test")


def test_how_quickly_each_model_answers_stands_with_the_device(page: Client) -> None:
    first, second = two_models()
    for version, rate in ((first, 31.5), (second, None)):
        version.metrics["cost"] = {"epochs": 2, "predict_images_per_second": rate}
        version.save()
    first.run.device = "NVIDIA H200"
    first.run.save()
    html = page_of(page.get(reverse("model_table"), {"models": [first.pk, second.pk], "metrics": "ap"}).content)
    answering = next(row for row in html.select(".cost-row") if row.th.get_text(strip=True) == "Answering")
    assert [cell.get_text(strip=True) for cell in answering.select("td")] == ["images/s", "31.5", "–"]
    assert [head.get_text().endswith("on NVIDIA H200") for head in html.select(".model-head")] == [True, False]


def test_a_small_calibration_error_is_the_best(page: Client) -> None:
    first, second = two_models()
    first.metrics["test"]["eagle"]["calibration_error"] = 0.3
    second.metrics["test"]["eagle"]["calibration_error"] = 0.1
    first.save(), second.save()
    asked = {"models": [first.pk, second.pk], "metrics": "calibration_error"}
    eagle = next(
        row
        for row in page_of(page.get(reverse("model_table"), asked).content).select("tbody tr")
        if row.th.get_text(strip=True) == "eagle"
    )
    assert [cell.get_text(strip=True) for cell in eagle.select("td strong")] == ["0.100"]


def test_expert_labels_and_text_labels_stand_apart(page: Client) -> None:
    version = make_model(metrics=measured(expert_answers=0))
    shown = page.get(reverse("model_table"), {"models": version.pk, "part": "test_expert"})
    assert "Nothing was measured here" in shown.content.decode()
    assert "Nothing was measured here" not in page.get(reverse("model_table"), {"models": version.pk}).content.decode()


def test_models_of_different_snapshots_come_with_a_warning(page: Client) -> None:
    first, second = two_models()
    asked = {"models": [first.pk, second.pk]}
    assert not page_of(page.get(reverse("model_table"), asked).content).select(".alert-warning")
    second.run.snapshot.sha256 = "cd" * 32
    second.run.snapshot.save()
    assert page_of(page.get(reverse("model_table"), asked).content).select(".alert-warning")


def test_the_csv_holds_every_figure_with_its_interval(page: Client) -> None:
    first, second = two_models()
    answer = page.get(reverse("model_table_csv"), {"models": [first.pk, second.pk], "metrics": "ap"})
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0][3:] == [f"model {pk} ap{end}" for pk in (first.pk, second.pk) for end in ("", " low", " high")]
    eagle = next(row for row in rows if row[0] == "eagle")
    assert [float(eagle[3]), float(eagle[6])] == [0.9, 0.4]
    assert float(eagle[4]) <= float(eagle[5])


def test_the_latex_is_a_table_with_bold_figures_and_harmless_names(page: Client, concepts: None) -> None:
    from annotations.models import Concept

    Concept.objects.filter(slug="eagle").update(name="Eagle & $snake_")
    first, second = two_models()
    answer = page.get(reverse("model_table_tex"), {"models": [first.pk, second.pk], "metrics": "ap"})
    tex = answer.content.decode()
    assert r"Eagle \& \$snake\_ & \textbf{0.900} & 0.400 \\" in tex
    assert tex.count(r"\begin{tabular}") == tex.count(r"\end{tabular}") == 1


@pytest.mark.parametrize("wrong", [{"models": "x' or 1=1"}, {"models": "99999"}, {"part": "both"}, {"metrics": "id"}])
def test_what_the_address_names_wrongly_is_left_out(page: Client, wrong: dict[str, str]) -> None:
    make_model()
    assert page.get(reverse("model_table"), wrong).status_code == 200


def test_without_a_model_the_page_says_what_to_do(page: Client) -> None:
    assert reverse("run_new") in page.get(reverse("model_table")).content.decode()
