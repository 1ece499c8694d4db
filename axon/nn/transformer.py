"""Transformer encoders and decoders."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from axon import _runtime
from axon.core.creation import arange
from axon.core.functional import reshape, stack
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn.attention import MultiheadAttention
from axon.nn.dropout import Dropout
from axon.nn.linear import Linear
from axon.nn.norm import LayerNorm

ACTIVATIONS = {"relu": _runtime.ops.relu, "gelu": _runtime.ops.gelu}


class _Layer(Module):
    """What encoder and decoder layers share: self-attention, a feed-forward part, their norms."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        if isinstance(activation, str) and activation not in ACTIVATIONS:
            raise ValueError(
                f"axon.nn.{type(self).__name__}: activation is {activation!r}; expected one of "
                f"{[*ACTIVATIONS]} or a callable"
            )
        self.self_attn = self._attention(d_model, nhead, dropout, bias, batch_first, dtype)
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = activation

    def _attention(
        self, d_model: int, nhead: int, dropout: float, bias: bool, batch_first: bool, dtype: Any
    ) -> MultiheadAttention:
        return MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype
        )

    def _around(self, x: Tensor, norm: Module, part: Callable[[Tensor], Tensor]) -> Tensor:
        """x plus a part of the layer, normalised before the part or after the sum."""
        return x + part(norm(x)) if self.norm_first else norm(x + part(x))

    def _self_attention(self, mask: Any, padding: Any, is_causal: bool) -> Callable:
        return lambda x: self.dropout1(
            self.self_attn(
                x,
                x,
                x,
                attn_mask=mask,
                key_padding_mask=padding,
                need_weights=False,
                is_causal=is_causal,
            )[0]
        )

    def _feed_forward(self, x: Tensor) -> Tensor:
        given = self.activation
        activation = ACTIVATIONS[given] if isinstance(given, str) else given
        return self.linear2(self.dropout(activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """Self-attention and a feed-forward part, each with residual and norm (Vaswani et al., 2017).

    Args:
        d_model: features of every position.
        nhead: heads of the attention.
        dim_feedforward: features within the feed-forward part.
        dropout: in training, the share of zeros after attention and in the feed-forward part.
        activation: "relu", "gelu" or a callable.
        layer_norm_eps: of the norms.
        batch_first: sequences are (n, length, d_model), not (length, n, d_model).
        norm_first: whether the norms stand before the parts, not after the residuals.
        bias: whether projections and norms have biases.
        dtype: of the parameters, float32 by default.

    Attributes:
        self_attn, linear1, linear2, norm1, norm2, dropout, dropout1, dropout2: the parts.

    Example:
        >>> TransformerEncoderLayer(16, 4, batch_first=True)(axon.randn(2, 5, 16)).shape
        (2, 5, 16)
    """

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The sequence, each position informed by the others; masks as in MultiheadAttention."""
        attend = self._self_attention(src_mask, src_key_padding_mask, is_causal)
        x = self._around(src, self.norm1, attend)
        return self._around(x, self.norm2, lambda x: self.dropout2(self._feed_forward(x)))


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to a memory, and a feed-forward part (Vaswani et al., 2017).

    The arguments are those of :class:`TransformerEncoderLayer`.

    Attributes:
        self_attn, multihead_attn, linear1, linear2, norm1, norm2, norm3, dropout, dropout1,
            dropout2, dropout3: the parts.

    Example:
        >>> layer = TransformerDecoderLayer(16, 4, batch_first=True)
        >>> layer(axon.randn(2, 5, 16), axon.randn(2, 7, 16)).shape
        (2, 5, 16)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            d_model,
            nhead,
            dim_feedforward,
            dropout,
            activation,
            layer_norm_eps,
            batch_first,
            norm_first,
            bias,
            dtype=dtype,
        )
        self.multihead_attn = self._attention(d_model, nhead, dropout, bias, batch_first, dtype)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout3 = Dropout(dropout)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The sequence, informed by itself and by the memory; masks as in MultiheadAttention."""

        def attend_memory(x: Tensor) -> Tensor:
            y, _ = self.multihead_attn(
                x,
                memory,
                memory,
                attn_mask=memory_mask,
                key_padding_mask=memory_key_padding_mask,
                need_weights=False,
                is_causal=memory_is_causal,
            )
            return self.dropout2(y)

        attend = self._self_attention(tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        x = self._around(tgt, self.norm1, attend)
        x = self._around(x, self.norm2, attend_memory)
        return self._around(x, self.norm3, lambda x: self.dropout3(self._feed_forward(x)))


class _Stack(Module):
    """Copies of a layer one after the other, then perhaps a norm."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None = None) -> None:
        self.layers = [copy.deepcopy(layer) for _ in range(num_layers)]
        self.num_layers = num_layers
        self.norm = norm

    def _finish(self, x: Tensor) -> Tensor:
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(_Stack):
    """``num_layers`` copies of an encoder layer, each with parameters of its own.

    Args:
        encoder_layer: what is copied, initial values and all.
        num_layers: how many.
        norm: a last layer, if wanted.

    Example:
        >>> layer = TransformerEncoderLayer(16, 4, dim_feedforward=32)
        >>> encoder = TransformerEncoder(layer, 2, LayerNorm(16))
        >>> encoder(axon.randn(5, 2, 16), is_causal=True).shape
        (5, 2, 16)
    """

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(encoder_layer, num_layers, norm)

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, is_causal)
        return self._finish(src)


class TransformerDecoder(_Stack):
    """``num_layers`` copies of a decoder layer, each with parameters of its own.

    Args:
        decoder_layer: what is copied, initial values and all.
        num_layers: how many.
        norm: a last layer, if wanted.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(self, tgt: Tensor, memory: Tensor, *masks: Any, **options: Any) -> Tensor:
        """Masks and flags as in :class:`TransformerDecoderLayer`, the same for every layer."""
        for layer in self.layers:
            tgt = layer(tgt, memory, *masks, **options)
        return self._finish(tgt)


class PositionalEncoding(Module):
    """Adds sines and cosines of the position, of growing period (Vaswani et al., 2017).

    Feature 2i of position p gets sin(p / 10000^(2i / d_model)), feature 2i + 1 the cosine.

    Args:
        d_model: features of every position, an even number.
        dropout: in training, the share of zeros afterwards.
        batch_first: sequences are (n, length, d_model), not (length, n, d_model).

    Raises:
        ValueError: ``d_model`` is odd.
    """

    def __init__(self, d_model: int, dropout: float = 0.0, batch_first: bool = False) -> None:
        if d_model % 2:
            raise ValueError(
                f"axon.nn.PositionalEncoding: d_model is {d_model}; expected an even number"
            )
        self.d_model = d_model
        self.dropout = Dropout(dropout)
        self.batch_first = batch_first

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[-2] if self.batch_first or x.ndim == 2 else x.shape[0]
        features = arange(0, self.d_model, 2)
        rates = _runtime.ops.exp(features * (-math.log(10000.0) / self.d_model))
        angles = reshape(arange(length), -1, 1) * rates
        encoding = reshape(stack([angles.sin(), angles.cos()], -1), length, self.d_model)
        if not self.batch_first and x.ndim > 2:
            encoding = encoding.unsqueeze(1)
        return self.dropout(x + encoding.to(x.dtype))
