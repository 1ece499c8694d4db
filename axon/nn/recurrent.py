"""Recurrent layers and their cells: plain, with long short-term memory, gated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from axon import _runtime
from axon.core.creation import zeros
from axon.core.functional import dropout, expand_dims, permute, squeeze, stack
from axon.core.module import Module
from axon.core.tensor import Tensor
from axon.nn import init

#: What a cell carries from step to step: (h,), or (h, c) with long short-term memory.
State = tuple[Tensor, ...]


class _Kind(Module):
    """What sets the three kinds apart: how many gates, how many tensors of state, one step."""

    gates = 1
    states = 1
    hidden_size: int

    def _step(self, x: Tensor, hidden: Tensor, state: State) -> State:
        """The next state from the gates' parts of the input and of the state."""
        raise NotImplementedError

    def _new(self, *shape: int, dtype: Any) -> Tensor:
        return zeros(shape, dtype=dtype, requires_grad=True)

    def reset_parameters(self) -> None:
        bound = 1.0 / math.sqrt(max(1, self.hidden_size))
        for param in self.params:
            init.uniform_(param, -bound, bound)

    def _given(self, hx: Any, shape: tuple[int, ...], like: Tensor) -> State:
        """The state to start from: zeros, or what the caller gave."""
        if hx is None:
            return (zeros(shape, dtype=like.dtype),) * self.states
        state = (hx,) if isinstance(hx, Tensor) else tuple(hx)
        if len(state) != self.states or any(part.shape != shape for part in state):
            raise ValueError(
                f"{self!r}: the initial state has shapes {[part.shape for part in state]}; "
                f"expected {self.states} of shape {shape}"
            )
        return state

    def _result(self, state: State) -> Any:
        return state[0] if self.states == 1 else state


class _Plain(_Kind):
    nonlinearity: str

    def _step(self, x: Tensor, hidden: Tensor, state: State) -> State:
        function = _runtime.ops.tanh if self.nonlinearity == "tanh" else _runtime.ops.relu
        return (function(x + hidden),)

    def _set_nonlinearity(self, nonlinearity: str) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"axon.nn.{type(self).__name__}: nonlinearity is {nonlinearity!r}; "
                "expected 'tanh' or 'relu'"
            )
        self.nonlinearity = nonlinearity


class _LongShortTerm(_Kind):
    gates = 4
    states = 2

    def _step(self, x: Tensor, hidden: Tensor, state: State) -> State:
        return _runtime.ops.lstm_cell(x + hidden, state[1])


class _Gated(_Kind):
    gates = 3

    def _step(self, x: Tensor, hidden: Tensor, state: State) -> State:
        return (_runtime.ops.gru_cell(x, hidden, state[0]),)


# --------------------------------------------------------------------------------------- layers


class _Recurrent(_Kind):
    """Cells over the steps of sequences, in layers and directions."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        dtype: Any = None,
    ) -> None:
        if num_layers < 1 or not 0 <= dropout <= 1:
            raise ValueError(
                f"axon.nn.{type(self).__name__}: num_layers is {num_layers}, dropout {dropout}; "
                "expected at least one layer and a probability"
            )
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        rows = self.gates * hidden_size
        for layer in range(num_layers):
            width = input_size if layer == 0 else hidden_size * len(self._directions)
            for suffix in self._directions:
                end = f"_l{layer}{suffix}"
                setattr(self, f"weight_ih{end}", self._new(rows, width, dtype=dtype))
                setattr(self, f"weight_hh{end}", self._new(rows, hidden_size, dtype=dtype))
                if bias:
                    setattr(self, f"bias_ih{end}", self._new(rows, dtype=dtype))
                    setattr(self, f"bias_hh{end}", self._new(rows, dtype=dtype))
        self.reset_parameters()

    @property
    def _directions(self) -> Sequence[str]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def forward(self, x: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        """The outputs of the last layer at every step, and the last state of every layer.

        Args:
            x: (length, n, input), (n, length, input) with ``batch_first``, or one sequence
                (length, input).
            hx: the state to start from, zeros by default: (layers · directions, n, hidden), or
                without n for one sequence; of an LSTM a pair of them.

        Returns:
            Outputs like x with directions · hidden as the last extent, and the state like hx.
        """
        if x.ndim not in (2, 3) or x.shape[-1] != self.input_size:
            order = "(n, length, " if self.batch_first else "(length, n, "
            raise ValueError(
                f"{self!r}: x has shape {x.shape}; expected {order}{self.input_size}), or "
                f"(length, {self.input_size}) for one sequence"
            )
        is_single, swap = x.ndim == 2, (1, 0, 2)
        if is_single:
            x = expand_dims(x, 1)
            if hx is not None:
                parts = (hx,) if isinstance(hx, Tensor) else hx
                hx = tuple(expand_dims(part, 1) for part in parts)
        elif self.batch_first:
            x = permute(x, swap)
        y, state = self._run(x, hx)
        if is_single:
            return squeeze(y, 1), self._result(tuple(squeeze(part, 1) for part in state))
        return permute(y, swap) if self.batch_first else y, self._result(state)

    def _run(self, x: Tensor, hx: Any) -> tuple[Tensor, State]:
        """All layers over (length, n, input)."""
        if x.shape[0] == 0:
            raise ValueError(f"{self!r}: the sequences have no steps; expected one or more")
        count = self.num_layers * len(self._directions)
        start = self._given(hx, (count, x.shape[1], self.hidden_size), x)
        last: list[State] = []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                x = dropout(x, self.dropout)
            outputs = []
            for suffix in self._directions:
                state = tuple(part[len(last)] for part in start)
                y, state = self._scan(x, state, f"_l{layer}{suffix}", reverse=suffix != "")
                outputs.append(y)
                last.append(state)
            x = outputs[0] if len(outputs) == 1 else _runtime.ops.concat(outputs, axis=-1)
        return x, tuple(stack(parts) for parts in zip(*last, strict=True))

    def _scan(self, x: Tensor, state: State, end: str, *, reverse: bool) -> tuple[Tensor, State]:
        """One layer in one direction. The parts of the inputs are one product for all steps."""
        weights = [getattr(self, f"{name}{end}") for name in ("weight_ih", "weight_hh")]
        biases = [getattr(self, f"{name}{end}", None) for name in ("bias_ih", "bias_hh")]
        parts = _runtime.ops.linear(x, weights[0], biases[0])
        steps = range(x.shape[0])
        outputs = []
        for step in reversed(steps) if reverse else steps:
            hidden = _runtime.ops.linear(state[0], weights[1], biases[1])
            state = self._step(parts[step], hidden, state)
            outputs.append(state[0])
        return stack(outputs[::-1] if reverse else outputs), state


class RNN(_Recurrent, _Plain):
    """h ← tanh(W_ih · x + b_ih + W_hh · h + b_hh), over sequences (Elman, 1990).

    The arguments, attributes and results are those of :class:`LSTM`.

    Args:
        nonlinearity: "tanh" or "relu".

    Example:
        >>> y, h = RNN(4, 8)(axon.ones(5, 2, 4))
        >>> y.shape, h.shape
        ((5, 2, 8), (1, 2, 8))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        **options: Any,
    ) -> None:
        self._set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, num_layers, **options)


class LSTM(_Recurrent, _LongShortTerm):
    """Long short-term memory over sequences (Hochreiter and Schmidhuber, 1997).

    With (i, f, g, o) = W_ih · x + b_ih + W_hh · h + b_hh:
    c ← sigmoid(f) · c + sigmoid(i) · tanh(g), h ← sigmoid(o) · tanh(c).

    Args:
        input_size: numbers a step of the input.
        hidden_size: numbers of the state.
        num_layers: how many follow each other; each reads the outputs of the one before.
        bias: whether to add biases, one to the part of the input and one to that of the state.
        batch_first: sequences are (n, length, features), not (length, n, features).
        dropout: in training, the share of outputs that are zero on the way to the next layer.
        bidirectional: whether a second set of cells reads each sequence backwards.
        dtype: of the parameters, float32 by default.

    Attributes:
        weight_ih_l0, weight_hh_l0: (gates · hidden, input) and (gates · hidden, hidden), and so for
            each further layer and with ``_reverse`` for the other direction.
        bias_ih_l0, bias_hh_l0: (gates · hidden,). All are drawn from ±1/√hidden.

    Example:
        >>> y, (h, c) = LSTM(4, 8, num_layers=2, batch_first=True)(axon.ones(3, 5, 4))
        >>> y.shape, h.shape, c.shape
        ((3, 5, 8), (2, 3, 8), (2, 3, 8))
    """


class GRU(_Recurrent, _Gated):
    """Gated recurrent units over sequences (Cho et al., 2014).

    With r and z the sigmoids of their gates and n = tanh(W_in · x + b_in + r · (W_hn · h + b_hn)):
    h ← (1 - z) · n + z · h. Gates stand in the order r, z, n. The arguments, attributes and results
    are those of :class:`LSTM`, with a single tensor of state.

    Example:
        >>> y, h = GRU(4, 8, bidirectional=True)(axon.ones(5, 2, 4))
        >>> y.shape, h.shape
        ((5, 2, 16), (2, 2, 8))
    """


# ---------------------------------------------------------------------------------------- cells


class _Cell(_Kind):
    """One step: (n, input) and a state (n, hidden) to the next state.

    The attributes are ``weight_ih``, ``weight_hh``, ``bias_ih`` and ``bias_hh``, as in the layers.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, *, dtype: Any = None
    ) -> None:
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows = self.gates * hidden_size
        self.weight_ih = self._new(rows, input_size, dtype=dtype)
        self.weight_hh = self._new(rows, hidden_size, dtype=dtype)
        self.bias_ih = self._new(rows, dtype=dtype) if bias else None
        self.bias_hh = self._new(rows, dtype=dtype) if bias else None
        self.reset_parameters()

    def forward(self, x: Tensor, hx: Any = None) -> Any:
        state = self._given(hx, (*x.shape[:-1], self.hidden_size), x)
        ops = _runtime.ops
        part = ops.linear(x, self.weight_ih, self.bias_ih)
        hidden = ops.linear(state[0], self.weight_hh, self.bias_hh)
        return self._result(self._step(part, hidden, state))


class RNNCell(_Cell, _Plain):
    """One step of :class:`RNN`: the next h, from (n, input) and h (n, hidden).

    Example:
        >>> RNNCell(4, 8)(axon.ones(2, 4)).shape
        (2, 8)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        dtype: Any = None,
    ) -> None:
        self._set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, bias, dtype=dtype)


class LSTMCell(_Cell, _LongShortTerm):
    """One step of :class:`LSTM`: the next (h, c), from (n, input) and (h, c)."""


class GRUCell(_Cell, _Gated):
    """One step of :class:`GRU`: the next h, from (n, input) and h (n, hidden)."""
