"""Optimizers: rules that move parameters along their gradients."""

from axon.optim.adam import Adam, AdamW
from axon.optim.optimizer import Optimizer, clip_grad_norm
from axon.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "clip_grad_norm"]
