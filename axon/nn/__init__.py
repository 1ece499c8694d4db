"""Layers, and the pipelines that join them.

Example:
    >>> model = Linear(64, 32) >> ReLU() >> Linear(32, 10)
    >>> model(axon.randn(8, 64)).shape
    (8, 10)
"""

from axon.core.module import Module
from axon.nn import init
from axon.nn.activations import GELU, ReLU, Sigmoid, SiLU, Softmax, Tanh
from axon.nn.linear import Conv2d, Embedding, Linear
from axon.nn.norm import BatchNorm1d, BatchNorm2d, LayerNorm
from axon.nn.pipeline import Pipeline
from axon.nn.shape import AvgPool2d, Dropout, Flatten, Lambda, MaxPool2d, Residual

__all__ = [
    "GELU",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "Lambda",
    "LayerNorm",
    "Linear",
    "MaxPool2d",
    "Module",
    "Pipeline",
    "ReLU",
    "Residual",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "init",
]
