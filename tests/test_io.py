"""Files of tensors: what is saved is what comes back, and other readers understand it."""

import numpy as np
import pytest
import safetensors.numpy

import axon
from axon import nn, optim

DTYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 bfloat16 float32 float64"


@pytest.mark.parametrize("dtype", DTYPES.split())
@pytest.mark.parametrize("shape", [(2, 3), (), (0, 4)])
def test_every_dtype_and_shape(dtype, shape, tmp_path):
    value = (axon.randn(shape) * 3).to(dtype)
    axon.save({"x": value}, tmp_path / "x.safetensors")
    read = axon.load(tmp_path / "x.safetensors")["x"]
    assert read.dtype == value.dtype and read.shape == shape
    assert read.tolist() == value.tolist()


def test_flat_dicts_are_files_like_others(tmp_path):
    path = tmp_path / "model.safetensors"
    model = nn.Linear(3, 2) >> nn.BatchNorm1d(2)
    axon.save(model.state_dict(), path, {"format": "pt"})
    arrays = safetensors.numpy.load_file(path)
    assert set(arrays) == set(model.state_dict())
    np.testing.assert_array_equal(arrays["0.weight"], model[0].weight.numpy())
    assert axon.io.metadata(path) == {"format": "pt"}
    safetensors.numpy.save_file({"weight": arrays["0.weight"].T.copy()}, path)
    assert axon.load(path)["weight"].shape == (3, 2) and axon.io.metadata(path) == {}


def test_checkpoints_resume(tmp_path):
    path = tmp_path / "checkpoint.safetensors"

    def steps(model, optimizer, count):
        for _ in range(count):
            loss = (model(axon.ones(4, 3)) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    model = nn.Linear(3, 2)
    optimizer = optim.Adam(model.params, lr=0.1)
    scheduler = optim.StepLR(optimizer, 2)
    steps(model, optimizer, 3)
    state = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
    saved = {name: part.state_dict() for name, part in state.items()}
    axon.save({**saved, "epoch": 3, "notes": ("best", None, [True, 0.5])}, path, {"run": "7"})
    expected = steps(model, optimizer, 3)

    twin = nn.Linear(3, 2)
    other = optim.Adam(twin.params)
    read = axon.load(path)
    assert read["epoch"] == 3 and read["notes"] == ("best", None, [True, 0.5])
    assert axon.io.metadata(path) == {"run": "7"}
    assert twin.load_state_dict(read["model"]) == ([], [])
    other.load_state_dict(read["optimizer"])
    assert other.lr == 0.1 and other.param_groups[0]["betas"] == (0.9, 0.999)
    assert steps(twin, other, 3) == expected


def test_chosen_names_and_what_is_missing(tmp_path):
    path = tmp_path / "two.safetensors"
    axon.save({"a": axon.ones(2), "b": {"c": axon.zeros(3)}}, path)
    assert list(axon.load(path, names=["b.c"])) == ["b.c"]
    with pytest.raises(KeyError, match=r"no tensor 'd' in .*two\.safetensors"):
        axon.load(path, names=["d"])
    with pytest.raises(FileNotFoundError):
        axon.load(tmp_path / "none.safetensors")
    path.write_bytes(b"not a file of tensors")
    for read in (axon.load, axon.io.metadata):
        with pytest.raises(ValueError, match=r"two\.safetensors is damaged or no safetensors file"):
            read(path)


def test_paths_that_meet_stay_apart(tmp_path):
    path = tmp_path / "x.safetensors"
    axon.save({"a.b": axon.ones(1), "a": {"b": axon.zeros(1)}, 3: "three"}, path)
    read = axon.load(path)
    assert read["a.b"].item() == 1 and read["a"]["b"].item() == 0 and read[3] == "three"


def test_what_has_no_form_is_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "x.safetensors"
    axon.save({"a": axon.ones(1)}, path)
    with pytest.raises(TypeError, match=r"model\.array is a ndarray.*axon\.tensor"):
        axon.save({"model": {"array": np.ones(2)}}, path)
    with pytest.raises(TypeError, match="dicts"):
        axon.save({"a": {(1, 2): 3}}, path)
    assert list(tmp_path.iterdir()) == [path] and axon.load(path)["a"].item() == 1
