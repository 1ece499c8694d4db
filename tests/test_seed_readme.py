"""The workflow that the project set out with runs as it was written down."""

import uuid

import numpy as np

import axon
import axon.core.tensor as T
import axon.metrics as metrics
from axon.data import DataLoader, TensorDataset
from axon.experiment import Experiment
from axon.nn import Conv2d, Linear, Pipeline


def data(batches, batch_size=4):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(batches * batch_size, 3, 7, 7)).astype(np.float32)
    labels = (images.mean((1, 2, 3)) > 0).astype(np.float32)
    dataset = TensorDataset(images, np.repeat(labels[:, None], 10, 1))
    return DataLoader(dataset, batch_size=batch_size)


def my_training_step(pipeline_model, batch):
    x, y_true = batch
    y_pred = pipeline_model(x)
    loss = metrics.bce(y_pred, y_true)
    return {"loss": loss, "y_pred": y_pred}


def test_four_steps(tmp_path):
    hyperparams = {
        "in_channels": 3,
        "base_channels": 16,
        "block_type": "ResBlock",
        "learning_rate": 1e-2,
        "batch_size": 4,
        "epochs": 4,
        "optimizer": "Adam",
    }
    exp = Experiment(id=str(uuid.uuid4()), name="MyFirstAxonExperiment")
    for key, value in hyperparams.items():
        exp.log_hyperparameter(key, value)

    axon.manual_seed(0)
    model = (
        Pipeline(Conv2d(hyperparams["in_channels"], hyperparams["base_channels"], kernel_size=7))
        >> axon.nn.Flatten()
        >> Linear(hyperparams["base_channels"], 10)
    )
    optimizer = axon.optim.Adam(model.params, lr=hyperparams["learning_rate"])
    my_train_data, my_eval_data = data(6), data(2)

    for epoch in range(hyperparams["epochs"]):
        total_loss = 0
        for i, batch in enumerate(my_train_data):
            results = my_training_step(model, batch)
            loss = results["loss"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            exp.log_metric("train_loss", loss.item(), step=epoch * len(my_train_data) + i)
        exp.log_metric("avg_epoch_train_loss", total_loss / len(my_train_data), step=epoch)

        eval_loss = 0
        for batch in my_eval_data:
            eval_loss += my_training_step(model, batch)["loss"].item()
        exp.log_metric("avg_epoch_eval_loss", eval_loss / len(my_eval_data), step=epoch)

    losses = exp.values("avg_epoch_train_loss")
    assert losses[-1] < 0.6 * losses[0]
    assert len(exp.values("train_loss")) == 24
    assert Experiment.load(exp.save(tmp_path)).hyperparameters == hyperparams


def test_hackability():
    model = Conv2d(3, 64, kernel_size=7) >> Linear(64, 10) >> axon.nn.BatchNorm1d(10)
    assert len(model.params) == 6 and len(model.buffers) == 3
    assert isinstance(model[0], Conv2d)

    seen = []

    def probe(x):
        seen.append(x.shape)
        return x

    probed = model[1:2] >> probe
    probed(axon.ones(2, 64))
    assert seen == [(2, 10)] and len(model) == 3


def test_swap_reset_and_freeze():
    model = Conv2d(3, 64, kernel_size=7) >> Linear(64, 10)
    new_first_layer = Conv2d(3, 128, kernel_size=3)
    model[0] = new_first_layer
    before = [p.numpy().copy() for p in model.params]
    model.reset_parameters()
    assert model[0] is new_first_layer
    assert not any(np.array_equal(p.numpy(), b) for p, b in zip(model.params, before, strict=True))

    kept = model[0].weight.numpy().copy()
    model[1] = Linear(10, 5)
    if isinstance(model[1], T.Module):
        model[1].reset_parameters()
    np.testing.assert_array_equal(model[0].weight.numpy(), kept)
    assert "Linear(10, 5)" in f"{model[1]}"

    assert model[0].params[0].requires_grad
    model[0].freeze()
    assert not model[0].params[0].requires_grad and len(model[0].params) == 2
    assert model[1].params[0].requires_grad


def test_lazy_until_asked():
    x = axon.ones(4)
    axon.flush()
    y = (x * 2 + 1).relu()
    assert y.is_pending
    assert y.sum().item() == 12.0
    assert not y.is_pending
