# ruff: noqa: F401
"""Data: samples by number, and loaders that serve them in batches."""

from axon.data.dataset import ConcatDataset, Dataset, Subset, TensorDataset, collate, random_split
from axon.data.loader import DataLoader
