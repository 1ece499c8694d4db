# ruff: noqa: F401
"""Optimizers: rules that move parameters along their gradients, and what goes with them.

Names, arguments, defaults and names of states are those of ``torch.optim``.
"""

from axon.optim import lr_scheduler
from axon.optim.adagrad import Adadelta, Adagrad
from axon.optim.adam import Adam, AdamW, NAdam
from axon.optim.averaging import EMA
from axon.optim.clip import clip_grad_norm_, clip_grad_value_
from axon.optim.lion import Lion
from axon.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from axon.optim.optimizer import Optimizer
from axon.optim.rmsprop import RMSprop
from axon.optim.sgd import SGD
