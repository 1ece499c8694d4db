"""The parts everything else stands on: tensors, the tape and modules."""
