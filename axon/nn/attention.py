"""Multi-head attention."""

from __future__ import annotations

import math
from typing import Any

from axon import _runtime
from axon.core.creation import zeros
from axon.core.functional import permute, reshape, scaled_dot_product_attention, split
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init
from axon.nn.linear import Linear


class MultiheadAttention(Module):
    """Attention by several heads, each on a projection of its own (Vaswani et al., 2017).

    Args:
        embed_dim: features of queries and results; each head has embed_dim / num_heads of them.
        num_heads: how many.
        dropout: in training, the share of attention that is zero.
        bias: whether to add biases to the projections.
        kdim, vdim: features of keys and values, embed_dim when left out.
        batch_first: sequences are (n, length, features), not (length, n, features).
        num_kv_heads: heads of keys and values, each serving several of the queries in turn
            (Ainslie et al., 2023); num_heads when left out.
        dtype: of the parameters, float32 by default.

    Attributes:
        in_proj_weight: (embed_dim + 2 · kv, embed_dim), the projections of queries, keys and
            values, kv the features of all their heads; or where kdim or vdim differ
            ``q_proj_weight``, ``k_proj_weight`` and ``v_proj_weight``. Drawn by Glorot's uniform.
        in_proj_bias: (embed_dim + 2 · kv,) or None, zeros at first.
        out_proj: Linear(embed_dim, embed_dim), its bias zeros at first.

    Raises:
        ValueError: heads do not divide the features, or each other.

    Example:
        >>> x = axon.randn(2, 5, 16)
        >>> y, weights = MultiheadAttention(16, 4, batch_first=True)(x, x, x)
        >>> y.shape, weights.shape
        ((2, 5, 16), (2, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        num_kv_heads: int | None = None,
        dtype: Any = None,
    ) -> None:
        kv_heads = num_heads if num_kv_heads is None else num_kv_heads
        if embed_dim % num_heads or num_heads % kv_heads:
            raise ValueError(
                f"axon.nn.MultiheadAttention: embed_dim is {embed_dim}, num_heads {num_heads}, "
                f"num_kv_heads {kv_heads}; expected each to be a multiple of the next"
            )
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.batch_first = batch_first
        self.num_kv_heads = kv_heads
        self.head_dim = embed_dim // num_heads
        kv = kv_heads * self.head_dim
        self._parts = (embed_dim, kv, kv)
        if (self.kdim, self.vdim) == (embed_dim, embed_dim):
            shape = (sum(self._parts), embed_dim)
            self.in_proj_weight = zeros(shape, dtype=dtype, requires_grad=True)
        else:
            for name, rows, width in zip("qkv", self._parts, self._widths, strict=True):
                weight = zeros(rows, width, dtype=dtype, requires_grad=True)
                setattr(self, f"{name}_proj_weight", weight)
        self.in_proj_bias = (
            zeros(sum(self._parts), dtype=dtype, requires_grad=True) if bias else None
        )
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype=dtype)
        self.reset_parameters()

    @property
    def _widths(self) -> tuple[int, int, int]:
        return self.embed_dim, self.kdim, self.vdim

    def reset_parameters(self) -> None:
        super().reset_parameters()
        for name, param in self.named_params.items():
            if name.endswith("proj_weight"):
                init.xavier_uniform_(param)
            elif name.endswith("bias"):
                init.zeros_(param)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What the queries gather from the values, and how much from each.

        Args:
            query: (L, n, embed_dim); (n, L, embed_dim) with ``batch_first``; (L, embed_dim) alone.
            key: (S, n, kdim), likewise.
            value: (S, n, vdim), likewise.
            key_padding_mask: (n, S), true where a key is padding that no query sees; or numbers
                that are added.
            need_weights: whether to give the weights too. They cost nothing unless they are read.
            attn_mask: (L, S), or (n · heads, L, S), true where a query may not see a key; or
                numbers that are added.
            average_attn_weights: give the mean over the heads, not each.
            is_causal: query i sees the keys up to i alone.

        Returns:
            The result, like query, and the weights (n, L, S), or (n, heads, L, S) of each head, or
            None.
        """
        is_single = query.ndim == 2
        if is_single:
            query, key, value = (x.unsqueeze(0) for x in (query, key, value))
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = (permute(x, 1, 0, 2) for x in (query, key, value))
        q, k, v = self._project(query, key, value)
        mask = self._mask(q, k, key_padding_mask, attn_mask)
        share = self.dropout if self.training else 0.0
        y = scaled_dot_product_attention(q, k, v, mask, causal=is_causal, dropout=share)
        y = self.out_proj(reshape(permute(y, 0, 2, 1, 3), *query.shape[:2], self.embed_dim))
        weights = self._weights(q, k, mask, is_causal) if need_weights else None
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if is_single:
            return y.squeeze(0), None if weights is None else weights.squeeze(0)
        return y if self.batch_first else permute(y, 1, 0, 2), weights

    def _project(self, *inputs: Tensor) -> list[Tensor]:
        """(n, length, features) to (n, heads, length, head_dim), of queries, keys and values."""
        for what, x, width in zip(("query", "key", "value"), inputs, self._widths, strict=True):
            if x.ndim != 3 or x.shape[-1] != width:
                raise ValueError(
                    f"{self!r}: {what} has shape {x.shape}; expected three axes, or two of one "
                    f"sequence, the last of extent {width}"
                )
        ops = _runtime.ops
        biases = [None] * 3 if self.in_proj_bias is None else split(self.in_proj_bias, self._parts)
        if "in_proj_weight" not in vars(self):
            weights = [getattr(self, f"{name}_proj_weight") for name in "qkv"]
            projected = [ops.linear(*part) for part in zip(inputs, weights, biases, strict=True)]
        elif inputs[0] is inputs[1] is inputs[2]:
            joined = ops.linear(inputs[0], self.in_proj_weight, self.in_proj_bias)
            projected = split(joined, self._parts, -1)
        else:
            weights = split(self.in_proj_weight, self._parts)
            projected = [ops.linear(*part) for part in zip(inputs, weights, biases, strict=True)]
        return [permute(reshape(x, *x.shape[:2], -1, self.head_dim), 0, 2, 1, 3) for x in projected]

    def _mask(
        self, q: Tensor, k: Tensor, padding: Tensor | None, attn_mask: Tensor | None
    ) -> Tensor | None:
        """Both masks as numbers to add to the products of shape (n, heads, L, S)."""
        masks = []
        if padding is not None:
            masks.append(_added(padding, q).reshape(padding.shape[0], 1, 1, padding.shape[1]))
        if attn_mask is not None:
            mask = _added(attn_mask, q)
            if mask.ndim == 3:
                mask = mask.reshape(-1, self.num_heads, *mask.shape[1:])
            masks.append(mask)
        return sum(masks[1:], masks[0]) if masks else None

    def _weights(self, q: Tensor, k: Tensor, mask: Tensor | None, is_causal: bool) -> Tensor:
        """The attention of every head, written out."""
        ops = _runtime.ops
        n, heads, length, width = q.shape
        grouped = reshape(q, n, self.num_kv_heads, -1, width)
        products = ops.matmul(grouped, permute(k, 0, 1, 3, 2)).reshape(n, heads, length, -1)
        products = products / math.sqrt(width)
        if mask is not None:
            products = products + mask
        if is_causal:
            shape = products.shape[-2:]
            seen = ops.tril(ops.full(shape, True, dtype=_runtime.bool))
            products = ops.where(seen, products, -math.inf)
        return ops.softmax(products)


def _added(mask: Tensor, like: Tensor) -> Tensor:
    """A mask that is true where nothing is seen, as numbers to add."""
    if mask.dtype != "bool":
        return mask.to(like.dtype)
    return _runtime.ops.where(mask, -math.inf, 0.0).to(like.dtype)
