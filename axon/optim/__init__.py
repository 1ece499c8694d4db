"""Optimizers: rules that move parameters along their gradients."""

from axon.optim.adagrad import Adagrad
from axon.optim.adam import Adam, AdamW
from axon.optim.lion import Lion
from axon.optim.optimizer import Optimizer, clip_grad_norm
from axon.optim.rmsprop import RMSprop
from axon.optim.sgd import SGD

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Optimizer",
    "RMSprop",
    "clip_grad_norm",
]
