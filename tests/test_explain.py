"""Every way of explaining finds evidence that was planted, for convolutions and for attention."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from mlcore.concepts.answering import Answering
from mlcore.concepts.explaining import explain_concept, explain_concepts, methods_for
from mlcore.concepts.model import ConceptModel
from mlcore.contract import LearningError
from mlcore.explain.attention import caught_attention, find_transformer
from mlcore.explain.chefer import chefer
from mlcore.explain.grad_cam import find_stage, grad_cam
from mlcore.explain.methods import METHODS
from mlcore.explain.pointing import pointing
from mlcore.nets.concept_net import ConceptNet
from tests.explained_models import ABOUT, TRANSFORM, Colours, box_of, colour_model, colour_transformer, marked

PLACES = {"red": (32, 16), "blue": (0, 48)}
LEAST_SHARE = {"hipe": 0.25, "grad_cam": 0.7, "chefer": 0.7, "rollout": 0.0, "rise": 0.1}
CHANCE = 1 / 16


@pytest.fixture(scope="module")
def convolutions() -> ConceptModel:
    return colour_model()


@pytest.fixture(scope="module")
def transformer() -> ConceptModel:
    return colour_transformer()


@pytest.mark.parametrize("concept", ["red", "blue"])
@pytest.mark.parametrize(
    ("kind", "method"),
    [(kind, method) for kind in ("convolutions", "transformer") for method in ("hipe", "grad_cam", "rise")]
    + [("transformer", "chefer")],
)
def test_the_maximum_lies_on_the_mark_that_was_asked_for(
    kind: str, method: str, concept: str, request: pytest.FixtureRequest
) -> None:
    found = explain_concept(request.getfixturevalue(kind), marked(**PLACES), concept, method)
    measured = pointing(found.map, [box_of(PLACES[concept])])
    assert found.map.shape == (64, 64) and found.map.min() >= 0 and 0.9 < found.map.max() <= 1
    assert measured.hit == 1 and measured.share > LEAST_SHARE[method] > CHANCE
    assert found.method == method and found.probability > 0.8
    assert found.backwards == (method in ("grad_cam", "chefer")) and found.forwards >= 2


def test_rollout_finds_what_drew_attention_whichever_concept_is_asked_for(transformer: ConceptModel) -> None:
    red, blue = (explain_concept(transformer, marked(**PLACES), each, "rollout").map for each in ("red", "blue"))
    both = pointing(red, [box_of(place) for place in PLACES.values()])
    assert np.array_equal(red, blue)
    assert both.hit == 1 and both.share > 3 * both.chance


def test_one_set_of_masks_answers_for_all_concepts(convolutions: ConceptModel) -> None:
    asked: list[int] = []
    handle = convolutions.net.backbone.register_forward_hook(lambda module, inputs, output: asked.append(len(output)))
    together = explain_concepts(convolutions, marked(**PLACES), ["blue", "red"], "rise")
    handle.remove()
    assert sum(asked) == together[0].forwards == together[1].forwards
    alone = explain_concept(convolutions, marked(**PLACES), "red", "rise")
    assert np.allclose(together[1].map, alone.map, atol=1e-4)


def test_maps_are_the_same_each_time_whatever_the_callers_gradients(transformer: ConceptModel) -> None:
    for method in METHODS:
        first = explain_concept(transformer, marked(**PLACES), "red", method).map
        with torch.inference_mode():
            second = explain_concept(transformer, marked(**PLACES), "red", method).map
        assert np.array_equal(first, second), method


def test_a_frozen_network_is_explained_and_left_as_it_was(transformer: ConceptModel) -> None:
    weights = list(transformer.net.parameters())
    fused = [block.attn.fused_attn for block in transformer.net.backbone.blocks]
    kept = [weight.grad for weight in weights]
    for weight in weights:
        weight.requires_grad_(False)
    for method in METHODS:
        assert explain_concept(transformer, marked(**PLACES), "red", method).map.any()
    assert [block.attn.fused_attn for block in transformer.net.backbone.blocks] == fused
    assert all(weight.grad is before for weight, before in zip(weights, kept, strict=True))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in transformer.net.modules())


def test_methods_that_work_are_told_and_others_refused_with_those_that_do(
    convolutions: ConceptModel, transformer: ConceptModel
) -> None:
    assert methods_for(transformer) == tuple(METHODS)
    assert methods_for(convolutions) == ("hipe", "grad_cam", "rise")
    for method in ("chefer", "rollout"):
        with pytest.raises(LearningError, match=r"no attention .* Take hipe, grad_cam or rise"):
            explain_concept(convolutions, marked(**PLACES), "red", method)
    with pytest.raises(LearningError, match="called 'lime'; there are hipe, grad_cam, chefer, rollout, rise"):
        explain_concept(convolutions, marked(**PLACES), "red", "lime")
    with pytest.raises(LearningError, match="does not know 'green'; it knows red, blue"):
        explain_concept(convolutions, marked(**PLACES), "green")


def test_memory_that_runs_out_is_explained_without_settings_that_only_learning_has(
    convolutions: ConceptModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(net: ConceptNet, images: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(ConceptNet, "features", full)
    with pytest.raises(LearningError, match=r"^Memory ran out\. Start again when nothing else runs"):
        explain_concept(convolutions, marked(**PLACES), "red")


def test_a_network_without_places_offers_no_grad_cam() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 1))
    assert find_stage(net) is None and find_transformer(net) is None
    with pytest.raises(LearningError, match="no map of features"):
        grad_cam(net, torch.zeros(1, 3, 8, 8))


def test_the_attention_that_is_caught_is_the_one_that_is_used(transformer: ConceptModel) -> None:
    found = find_transformer(transformer.net)
    image = torch.randn(1, 3, 64, 64)
    with torch.no_grad(), caught_attention(found) as maps:
        slow = transformer.net(image)
    with torch.no_grad():
        assert torch.allclose(slow, transformer.net(image), atol=0.05)  # bfloat16 where the processor has it
    assert found.grid == (8, 8) and found.prefix == 1 and found.by_class
    assert [each.shape for each in maps] == [(1, 2, 65, 65)] * 2
    assert torch.allclose(maps[0].float().sum(dim=-1), torch.ones(1, 2, 65), atol=0.02)


def test_relevance_follows_the_published_rule(transformer: ConceptModel) -> None:
    """Against the rule written out: R = R + mean over heads of (gradient x attention)+ times R, from the identity."""
    net, image = Answering(transformer.net, [0], None), torch.randn(1, 3, 64, 64, requires_grad=True)
    found = find_transformer(net)
    with caught_attention(found) as maps:
        gradients = torch.autograd.grad(net(image)[0, 0], maps)
    relevance = torch.eye(65)
    for attention, gradient in zip(maps, gradients, strict=True):
        relevance += (attention.float() * gradient.float()).clamp(min=0).mean(1)[0] @ relevance
    expected = relevance[0, 1:].detach().reshape(8, 8)
    drawn = chefer(net, image.detach()).reshape(8, 8, 8, 8).mean(axis=(1, 3))
    assert np.corrcoef(drawn.ravel(), expected.ravel())[0, 1] > 0.95


def test_the_other_side_is_held_fixed_in_a_model_of_both() -> None:
    net = ConceptNet(Colours(), 2, 2, torch.device("cpu"), together=True)
    net.head.weight.data = torch.tensor([[40.0, 0, 0, 40], [0, 40, 40, 0]])
    net.head.bias.data.fill_(-4)
    model, own = ConceptModel(net, TRANSFORM, ABOUT), marked(red=PLACES["red"])
    alone = explain_concept(model, own, "red")
    beside = explain_concept(model, own, "red", other=marked(blue=(48, 0)))
    assert np.allclose(alone.map, beside.map, atol=1e-3)
    assert alone.probability < 0.5 < beside.probability


def test_what_was_filled_around_a_long_picture_is_cut_away(convolutions: ConceptModel) -> None:
    picture = marked(red=(40, 24)).crop((0, 16, 64, 48))
    found = explain_concept(convolutions, picture, "red", "grad_cam")
    assert found.map.shape == (32, 64)
    assert pointing(found.map, [(40 / 64, 8 / 32, 56 / 64, 24 / 32)]).hit == 1
