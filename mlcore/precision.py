"""Computing in 16 bits while learning, where the device does so in hardware."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch

from mlcore.nets.devices import half_precision_pays


def training_type(device: torch.device, wanted: bool) -> torch.dtype:
    """bfloat16 where it is computed in hardware, float16 on older graphics cards, float32 elsewhere."""
    if wanted and half_precision_pays(device):
        return torch.bfloat16
    return torch.float16 if wanted and device.type == "cuda" else torch.float32


class Precision:
    """The type that products are computed in; weights stay in float32."""

    def __init__(self, device: torch.device, dtype: torch.dtype) -> None:
        self._device, self.dtype = device.type, dtype
        # float16 loses small gradients unless the loss is scaled up (Micikevicius et al., 2018)
        self.scaler = torch.amp.GradScaler(self._device, enabled=dtype == torch.float16)

    def autocast(self) -> AbstractContextManager[object]:
        """Within it products are computed in `dtype`."""
        return torch.autocast(self._device, self.dtype, enabled=self.dtype != torch.float32)

    def step(self, loss: torch.Tensor, optimiser: torch.optim.Optimizer) -> None:
        """Move the weights against the gradients of a loss."""
        optimiser.zero_grad()
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.step(optimiser)
        self.scaler.update()
