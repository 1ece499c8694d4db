# ruff: noqa: F401, F403
"""Layers, and the pipelines that join them.

Names, arguments, defaults, initial values and the names of parameters are those of ``torch.nn``.

Example:
    >>> model = Linear(64, 32) >> ReLU() >> Linear(32, 10)
    >>> model(axon.randn(8, 64)).shape
    (8, 10)
"""

from axon._generated.modules import *
from axon.core.module import Module
from axon.nn import init
from axon.nn.activations import GELU, XIELU, PReLU
from axon.nn.attention import MultiheadAttention
from axon.nn.branches import Concat, Parallel, Residual
from axon.nn.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from axon.nn.dropout import Dropout, Dropout1d, Dropout2d, Dropout3d
from axon.nn.linear import Bilinear, Embedding, Linear
from axon.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
    TripletMarginLoss,
)
from axon.nn.norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    DynamicTanh,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    LayerNorm,
    RMSNorm,
)
from axon.nn.pad import (
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from axon.nn.pipeline import Pipeline
from axon.nn.pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from axon.nn.recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from axon.nn.shape import Flatten, Identity, Lambda, Reshape, Unflatten, Upsample
from axon.nn.transformer import (
    PositionalEncoding,
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
